"""Setting and checking passwords. Only the policies look at a password's characters, too."""

import unicodedata
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, get_hasher, make_password
from django.db import transaction

from accounts import policies, sessions
from accounts.errors import PasswordRefused
from accounts.models import DirectoryProfile, OldPassword, Principal, Session
from signin.kernel import clock, entropy

LONGEST = 128
OLD_ONES_KEPT = 24
GENERATED_LENGTH = 20


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


def first(principal: Principal, password: str) -> str:
    """Return what is stored of a first password that somebody chose, or raise PasswordRefused.

    It is a root user's or a Builder ID's. The principal need not be stored: it says what the rules
    are, and which names the password must leave out.
    """
    rules = policies.rules_at_first(principal)
    if found := policies.problems(_normalised(password), principal, rules):
        raise PasswordRefused(found)
    return hashed(password)


def change(principal: Principal, *, to: str, keeps: Session | None = None) -> None:
    """Give a principal the password that they chose, or raise PasswordRefused.

    They are signed out everywhere but in the session that is kept, and no browser is known
    any more (S-029).
    """
    check(principal, to)
    replace(principal, to, keeps=keeps)


def check(principal: Principal, to: str) -> None:
    """Raise PasswordRefused for a password that a principal may not choose."""
    rules = policies.rules_for(principal)
    found = policies.problems(_normalised(to), principal, rules)
    if not found and is_reused(principal, to, rules.reuse):
        found = [rules.problem("reused")]
    if found:
        raise PasswordRefused(found)


def replace(
    principal: Principal,
    password: str | None,
    *,
    must_change: bool = False,
    keeps: Session | None = None,
) -> None:
    """Give a principal another password, or none, whatever their policy says.

    An operator may; for what people choose themselves there is ``change``. A one-time password
    that a directory's user had is over with it.
    """
    with transaction.atomic():
        _keep_old(principal)
        assign(principal, password, must_change=must_change)
        principal.save(update_fields=["password", "must_change_password", "password_changed_at"])
        principal.known_browsers.all().delete()
        sessions.end_all(principal, but=keeps)
        if principal.kind == Principal.Kind.DIRECTORY_USER:
            DirectoryProfile.objects.filter(principal=principal).update(one_time_until=None)


def is_reused(principal: Principal, password: str, count: int) -> bool:
    """Return whether a password is one of the last so many, of which the one in use is one."""
    old = principal.old_passwords.values_list("encoded", flat=True)[: count - 1]
    return any(
        check_password(_normalised(password), encoded) for encoded in [principal.password, *old]
    )


def generate(principal: Principal) -> str:
    """Return a random password that keeps a principal's rules."""
    rules = policies.rules_for(principal)
    alphabet = "".join(rules.alphabets().values())
    while True:
        password = entropy.text(max(GENERATED_LENGTH, rules.min_length), alphabet)
        if not policies.problems(password, principal, rules):
            return password


def expires_at(principal: Principal) -> datetime | None:
    """Return when a principal's password expires, if ever: the policy of now decides."""
    max_age = policies.rules_for(principal).max_age
    if max_age is None or principal.password_changed_at is None:
        return None
    return principal.password_changed_at + timedelta(days=max_age)


def is_expired(principal: Principal) -> bool:
    """Return whether a principal's password is too old."""
    moment = expires_at(principal)
    return moment is not None and moment <= clock.now()


def _keep_old(principal: Principal) -> None:
    if not principal.has_usable_password():
        return
    OldPassword.objects.create(
        principal=principal, encoded=principal.password, set_at=principal.password_changed_at
    )
    kept = list(principal.old_passwords.values_list("pk", flat=True)[:OLD_ONES_KEPT])
    principal.old_passwords.exclude(pk__in=kept).delete()


def _normalised(password: str) -> str:
    # One person's keyboard composes what another's decomposes (S-008).
    return unicodedata.normalize("NFC", password)
