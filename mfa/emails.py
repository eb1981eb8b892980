"""One function per mail about devices (S-067, S-069).

They go to the owner of the account, or to whoever has the device where there is no account.
"""

from datetime import datetime

from accounts.emails import NO_REPLY
from accounts.models import Principal
from mfa.models import Device
from signin import mails
from signin.kernel import clock

NO_REPLY_AMAZON = "no-reply-aws@amazon.com"
NO_REPLY_PORTAL = "no-reply@login.awsapps.com"  # of Identity Center and Builder IDs


def device_registered(device: Device) -> None:
    """Tell that somebody registered a device."""
    _tell("device-registered", device)


def device_removed(device: Device) -> None:
    """Tell that a device was removed."""
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
    is_of_directory = principal.kind == Principal.Kind.DIRECTORY_USER
    is_builder_id = principal.kind == Principal.Kind.BUILDER_ID
    to = principal.profile.email if is_of_directory else _owner_email(principal)
    if not to:
        return  # an account without a root user has nobody to tell
    mails.send(
        kind,
        sender=NO_REPLY_PORTAL if is_of_directory or is_builder_id else NO_REPLY,
        to=to,
        context={
            "account": principal.account,
            "portal": principal.profile.directory.portal_name if is_of_directory else "",
            "whose": principal.username,
            "is_root": principal.is_root,
            "is_builder_id": is_builder_id,
            "device": device,
            "at": clock.now(),
        },
    )


def _owner_email(principal: Principal) -> str:
    """Return the e-mail of the root user of somebody's account."""
    if principal.kind != Principal.Kind.IAM_USER:
        return principal.username
    root_users = Principal.objects.filter(kind=Principal.Kind.ROOT_USER)
    owner = root_users.filter(account_id=principal.account_id).first()
    return owner.username if owner else ""
