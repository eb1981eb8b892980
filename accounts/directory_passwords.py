"""A directory that can't store a password, which is as rare as a fault that somebody armed."""

from accounts import directory_events, passwords
from accounts.errors import PasswordNotStored
from accounts.models import Principal
from signin.faults import faults
from signin.faults.faults import Kind
from signin.http import Browser


def check_storable(user: Principal, password: str, *, browser: Browser) -> None:
    """Raise PasswordNotStored if that fault strikes, for a password that keeps the rules.

    Outside of a transaction that the refusal takes back, or neither fault nor event would stay.
    """
    if not faults.is_armed(Kind.UPDATE_PASSWORD):
        return
    passwords.check(user, password)
    if faults.strikes(Kind.UPDATE_PASSWORD):
        directory_events.password_not_updated(user, browser=browser)
        raise PasswordNotStored
