"""Setting and checking passwords. Nothing else touches a password's characters."""

import unicodedata

from django.contrib.auth.hashers import check_password, get_hasher, make_password

from accounts.models import Principal
from signin.kernel import clock

LONGEST = 128


def hashed(password: str) -> str:
    """Return what is stored of a password."""
    return make_password(_normalised(password))


def assign(principal: Principal, password: str | None, *, must_change: bool = False) -> None:
    """Give a principal a password, or take console access away with None. Does not save."""
    principal.password = hashed(password) if password is not None else make_password(None)
    principal.must_change_password = must_change and password is not None
    principal.password_changed_at = clock.now() if password is not None else None


def is_right(principal: Principal | None, password: str) -> bool:
    """Check a password, in the same time whether or not there is anything to compare (S-018)."""
    password = _normalised(password)
    if principal is None or not principal.has_usable_password():
        hasher = get_hasher()
        hasher.encode(password, hasher.salt())
        return False
    return check_password(password, principal.password)


def _normalised(password: str) -> str:
    # One person's keyboard composes what another's decomposes (S-008).
    return unicodedata.normalize("NFC", password)
