"""One function per mail about devices. They go to the owner of the account (S-067, S-069)."""

from accounts.emails import NO_REPLY
from accounts.models import Principal
from mfa.models import Device
from signin import mails
from signin.kernel import clock


def device_registered(device: Device) -> None:
    """Tell the owner of the account that somebody registered a device."""
    _tell("device-registered", device)


def device_removed(device: Device) -> None:
    """Tell the owner of the account that a device was removed."""
    _tell("device-removed", device)


def _tell(kind: str, device: Device) -> None:
    principal = device.principal
    owner = (
        Principal.objects.filter(
            kind=Principal.Kind.ROOT_USER, account_id=principal.account_id
        ).first()
        if principal.kind == Principal.Kind.IAM_USER
        else principal
    )
    if owner is None:
        return  # an account without a root user has nobody to tell
    mails.send(
        kind,
        sender=NO_REPLY,
        to=owner.username,
        context={
            "account": principal.account,
            "whose": principal.username,
            "is_root": principal.kind == Principal.Kind.ROOT_USER,
            "device": device,
            "at": clock.now(),
        },
    )
