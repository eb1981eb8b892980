"""A root user whose device is lost proves two other things: the mail and the contact phone.

A link is mailed to the root user's address, then the phone of the account is called; both are
bound to one attempt to sign in, in which the password was right (R-207, S-070).
"""

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts import lockout
from accounts.errors import LinkOver
from accounts.models import Principal
from mfa import emails
from mfa.errors import CallNotAnswered, NoContactPhone, TooManyCalls
from mfa.models import LostDeviceLink
from signin import hosts
from signin.flow.models import Attempt
from signin.kernel import clock, entropy
from signin.phones import calls

FACTOR = "lost-device"
PATH = "/lost-device"


def contact_phone(root_user: Principal) -> str:
    """Return the contact phone of a root user's account, in its normal form."""
    return calls.normalised(root_user.account.phone) if root_user.account else ""


def send_link(attempt: Attempt, root_user: Principal) -> None:
    """Mail a link, which kills an earlier one; too many look the same and send nothing (S-016).

    The attempt lasts as long as the link from now on; one that proved a password of before ends
    instead (S-027). Raises NoContactPhone, because a link alone leads nowhere.
    """
    if not contact_phone(root_user):
        raise NoContactPhone
    if root_user.password_changed_at and root_user.password_changed_at > attempt.begun_at:
        attempt.close()
        return
    if not lockout.may_mail(root_user.folded, ip=attempt.browser.ip, principal=root_user):
        return
    token, expires_at = entropy.token(), attempt.wait_for_mail()
    LostDeviceLink.objects.update_or_create(
        principal=root_user,
        defaults={
            "attempt": attempt,
            "token_digest": entropy.digest(token),
            "binding": _binding(root_user),
            "expires_at": expires_at,
            "consumed_at": None,
        },
    )
    link = hosts.lasting_url("signin", PATH, {"token": token})
    emails.lost_device_link(root_user, link=link, expires_at=expires_at)


def find(token: str) -> Principal | None:
    """Return the root user whom a link would help now. This uses nothing up (S-030)."""
    link = _with_people().filter(token_digest=entropy.digest(token), consumed_at=None).first()
    return link.principal if link and _is_good(link) else None


def confirm(token: str) -> Attempt:
    """Use a link up, and return the attempt that it was mailed for; or raise LinkOver.

    The browser may be another one than that which signs in: the link proves that somebody reads
    the mail, and opens nothing by itself.
    """
    with transaction.atomic():
        unused = LostDeviceLink.objects.filter(token_digest=entropy.digest(token), consumed_at=None)
        if not unused.update(consumed_at=clock.now()):
            raise LinkOver
        link = _with_people().get(token_digest=entropy.digest(token))
        if not _is_good(link):
            raise LinkOver
        return link.attempt


def is_confirmed(attempt: Attempt) -> bool:
    """Return whether the link of an attempt was followed, and is the newest of its root user."""
    link = _with_people().filter(attempt=attempt).exclude(consumed_at=None).first()
    return link is not None and _is_good(link)


def call(attempt: Attempt, root_user: Principal) -> None:
    """Call the contact phone; an earlier call of the attempt is over. Or raise TooManyCalls."""
    number = contact_phone(root_user)
    if not number:
        raise NoContactPhone
    if not lockout.may_call(number, principal=root_user):
        raise TooManyCalls
    calls.ring(number, attempt=attempt)


def check_call(attempt: Attempt, root_user: Principal) -> None:
    """Raise CallNotAnswered, or LockedOut after too many of them, unless the phone answered."""
    tried = lockout.admit(
        ("lost-device", str(root_user.pk)), ip=attempt.browser.ip, principal=root_user
    )
    if not calls.is_answered(attempt, number=contact_phone(root_user)):
        tried.fail()
        raise CallNotAnswered
    tried.succeed()


def factors(attempt: Attempt) -> list[str]:
    """Return what stood in for a device, as a session keeps it."""
    return [FACTOR] if attempt.facts.get("lost_device") else []


def _with_people() -> QuerySet[LostDeviceLink]:
    return LostDeviceLink.objects.select_related("principal__account", "attempt")


def _is_good(link: LostDeviceLink) -> bool:
    """Return whether link and attempt are in time, and the root user is the one of then (S-027)."""
    root_user, attempt, now = link.principal, link.attempt, clock.now()
    in_time = link.expires_at > now and attempt.expires_at > now and attempt.closed_at is None
    there = root_user.account is not None and not root_user.account.is_gone
    return in_time and there and entropy.same(link.binding, _binding(root_user))


def _binding(root_user: Principal) -> str:
    return entropy.keyed_digest(
        settings.SECRET_KEY, "lost device", root_user.password, root_user.folded
    )
