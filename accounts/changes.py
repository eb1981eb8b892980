"""Choosing a new password oneself: who may, who proves to know the old one, and what is kept."""

from django.contrib.auth import authenticate

from accounts import emails, events, lockout, passwords, policies
from accounts.errors import CurrentPasswordWrong, PasswordChangeForbidden, PasswordRefused
from accounts.models import Principal, Session
from signin.http import Browser
from signin.kernel.errors import LockedOut


def change_own(
    principal: Principal, *, current: str, to: str, browser: Browser, keeps: Session | None = None
) -> None:
    """Give somebody the password that they chose, or raise what stands in the way.

    A wrong current password counts as a failed sign-in, so that this is no way around the
    throttling of the door (S-005, S-012). Root users are told by mail (S-029).
    """
    if not policies.may_change(principal):
        raise PasswordChangeForbidden
    try:
        _prove(principal, current, browser)
        passwords.change(principal, to=to, keeps=keeps)
    except (CurrentPasswordWrong, LockedOut):
        events.password_changed(principal, browser=browser, error=events.OLD_PASSWORD_WRONG)
        raise
    except PasswordRefused:
        events.password_changed(principal, browser=browser, error=events.NEW_PASSWORD_REFUSED)
        raise
    events.password_changed(principal, browser=browser)
    if principal.is_root:
        emails.password_changed(principal)


def _prove(principal: Principal, current: str, browser: Browser) -> None:
    """Check the password of now, as the door does, or raise CurrentPasswordWrong or LockedOut."""
    kind = "root" if principal.is_root else "iam"
    place = [principal.realm] if principal.realm else []
    tried = lockout.admit((kind, *place, principal.folded), ip=browser.ip, principal=principal)
    if authenticate(principal=principal, password=current) is None:
        tried.fail()
        raise CurrentPasswordWrong
    tried.succeed()
