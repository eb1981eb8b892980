"""Switching to a role at the console, and back.

Whoever signed in is asked for, never the role that they are in: no role leads to another one.
"""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import identities, principals, role_events
from accounts.errors import RoleRefused
from accounts.identities import Identity
from accounts.models import Account, Role, RoleSwitch, Session
from accounts.models.principals import fold
from accounts.models.roles import HOUR
from signin.http import Browser
from signin.kernel import clock

CHAINED = timedelta(seconds=HOUR)  # for whoever is a role already, as AWS limits it


def switch(
    session: Session,
    *,
    account: str,
    role: str,
    display_name: str,
    color: str,
    has_device: bool,
    browser: Browser,
    to: str,
) -> Role:
    """Let a sign-in work as a role of an account from now on; return it, or raise RoleRefused.

    ``role`` is the name with its path. Nobody can tell whether the account is unknown, the role,
    or only not for them. ``has_device`` says that a second factor proved them, and ``to`` is the
    page that is shown then.
    """
    original = identities.original(session)
    found = _find(account, role)
    if found is None or not _admits(found, original):
        raise RoleRefused
    now = clock.now()
    with transaction.atomic():
        RoleSwitch.objects.update_or_create(
            session=identities.sign_in_of(session),
            defaults={
                "role": found,
                "display_name": display_name,
                "color": color,
                "switched_at": now,
                "expires_at": _end(found, original, now),
            },
        )
        role_events.switched(found, session, has_device=has_device, to=to, browser=browser)
    return found


def leave(session: Session, *, browser: Browser, to: str) -> None:
    """Let a sign-in work as who signed in again; a switch that is over leaves without a word."""
    identity = identities.acting(session)
    with transaction.atomic():
        switches = RoleSwitch.objects.filter(session=identities.sign_in_of(session))
        gone, _ = switches.delete()
        if gone and identity.role and identity.original:
            role_events.left(identity.role, identity.original, to=to, browser=browser)


def leave_account(account: Account) -> None:
    """Let everybody who switched to a role of an account work as who they are again."""
    RoleSwitch.objects.filter(role__account=account).delete()


def full_name(role: Role) -> str:
    """Return path and name of a role, as people type them."""
    return f"{role.path}{role.name}".lstrip("/")


def _find(account: str, typed: str) -> Role | None:
    """Return the role of this name and path; without an account none, after the same look-up."""
    path, _, name = f"/{typed.lstrip('/')}".rpartition("/")
    there = principals.find_account(account)
    realm = there.id if there else principals.NO_ACCOUNT
    return (
        Role.objects.select_related("account")
        .filter(account=realm, path=f"{path}/", folded=fold(name))
        .first()
    )


def _admits(role: Role, original: Identity) -> bool:
    return (
        not original.is_root
        and role.permission_set_id is None
        and not role.external_id
        and role.account.state == Account.State.ACTIVE
        and not original.trusted_as.isdisjoint(role.trusts)
    )


def _end(role: Role, original: Identity, now: datetime) -> datetime:
    """Return when a switch ends: as the role says, but never after the sign-in."""
    longest = timedelta(seconds=role.session_seconds)
    return min(now + (min(longest, CHAINED) if original.is_role else longest), original.until)
