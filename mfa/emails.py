"""One function per mail about devices. They go to the owner of the account (S-067, S-069)."""

from datetime import datetime

from accounts.emails import NO_REPLY
from accounts.models import Principal
from mfa.models import Device
from signin import mails
from signin.kernel import clock

NO_REPLY_AMAZON = "no-reply-aws@amazon.com"


def device_registered(device: Device) -> None:
    """Tell the owner of the account that somebody registered a device."""
    _tell("device-registered", device)


def device_removed(device: Device) -> None:
    """Tell the owner of the account that a device was removed."""
    _tell("device-removed", device)


def lost_device_link(root_user: Principal, *, link: str, expires_at: datetime) -> None:
    """Mail the link by which a root user without a device shows that the mail arrives."""
    mails.send(
        "lost-device",
        sender=NO_REPLY_AMAZON,
        to=root_user.username,
        context={"account": root_user.account, "link": link, "expires_at": expires_at},
    )


def lost_device_used(root_user: Principal) -> None:
    """Tell a root user that somebody signed in without the device; there is no secret in it."""
    mails.send(
        "lost-device-used",
        sender=NO_REPLY_AMAZON,
        to=root_user.username,
        context={"account": root_user.account, "at": clock.now()},
    )


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
            "is_root": principal.is_root,
            "device": device,
            "at": clock.now(),
        },
    )
