"""What an administrator does to the users of a directory (behaviour 7.7)."""

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts import assignments, directory_events, invitations, passwords, recovery, sessions
from accounts.errors import PasswordsElsewhere, UserDisabled
from accounts.models import (
    Directory,
    DirectoryProfile,
    Principal,
    Session,
    TemporaryCredentials,
)
from signin.http import Browser
from signin.kernel import clock

ONE_TIME_LIFETIME = timedelta(days=7)
PORTAL_ENDS_AFTER = timedelta(hours=1)  # of a disabled user, where disabling is delayed
ROLES_END_AFTER = timedelta(hours=13)

# What follows from the rest, or isn't typed: no form names it, so none can put it right.
_NOT_TYPED = {"password", "unique_id"}
_TYPED = [
    "email",
    "folded_email",
    "email_verified_at",
    "given_name",
    "family_name",
    "display_name",
]


class Way(TextChoices):
    """How a new user gets the first password (R-043); users made by the API get none."""

    INVITATION = "invitation", _("a mail with a link to choose one")
    ONE_TIME = "one-time", _("a one-time password that is shown here once")
    NONE = "none", _("none yet")


@dataclass(frozen=True)
class Person:
    """What is typed about a user; the user name stays for good."""

    username: str
    email: str
    given_name: str = ""
    family_name: str = ""
    display_name: str = ""


def new(directory: Directory, person: Person) -> tuple[Principal, DirectoryProfile]:
    """Return a user who is not stored yet, or raise ValidationError for one who can't be."""
    user = Principal(
        kind=Principal.Kind.DIRECTORY_USER, realm=directory.pk, username=person.username
    )
    passwords.assign(user, None)
    user.complete()
    profile = DirectoryProfile(principal=user, directory=directory)
    _fill(profile, person)
    _check((user, _NOT_TYPED), (profile, {"principal"}))
    return user, profile


def create(
    directory: Directory,
    person: Person,
    *,
    way: Way = Way.INVITATION,
    password: str | None = None,
    browser: Browser,
) -> tuple[Principal, str]:
    """Add a user, or raise ValidationError; return them and the one-time password, if any.

    A password that is given is the user's own from the start, whatever the rules say.
    """
    check_way(directory, way)
    try:
        with transaction.atomic():
            user, profile = new(directory, person)
            if password is not None:
                passwords.assign(user, password)
            user.save(force_insert=True)
            profile.save(force_insert=True)
            _record("CreateUser", user, browser)
            if way == Way.ONE_TIME:
                return user, _give_one_time_password(user)
            if way == Way.INVITATION:
                invitations.send(user)
    except IntegrityError:
        new(directory, person)  # somebody took the name or the address meanwhile: this says so
        raise
    return user, ""


def check_way(directory: Directory, way: Way) -> None:
    """Raise ValidationError for a way to the first password that a directory doesn't have."""
    if way != Way.NONE and not directory.keeps_passwords:
        raise ValidationError({"way": PasswordsElsewhere.message})


def check_enabled(user: Principal) -> None:
    """Raise UserDisabled for a user whom nobody can change, reset or group now."""
    if not user.profile.is_enabled:
        raise UserDisabled


def check_resettable(user: Principal) -> None:
    """Raise UserDisabled or PasswordsElsewhere for a user whose password nobody can reset now."""
    check_enabled(user)
    if not user.profile.directory.keeps_passwords:
        raise PasswordsElsewhere


def check_update(user: Principal, person: Person) -> DirectoryProfile:
    """Return the profile that a user would have, or raise UserDisabled or ValidationError."""
    check_enabled(user)
    profile = copy(user.profile)
    _fill(profile, person)
    if profile.folded_email != user.profile.folded_email:
        profile.email_verified_at = None
    _check((profile, {"principal"}))
    return profile


def update(user: Principal, person: Person, *, browser: Browser) -> None:
    """Change what is known of a user, or raise UserDisabled or ValidationError.

    The user name stays. Links that were mailed to another address are worth nothing any more, and
    a new address is to be verified anew.
    """
    with transaction.atomic():
        user.profile = check_update(user, person)
        user.profile.save(update_fields=_TYPED)
        _record("UpdateUser", user, browser)


def invite(user: Principal, *, browser: Browser) -> None:
    """Mail a user another invitation, or raise the Refusal that is against it."""
    with transaction.atomic():
        _record("UpdatePassword", user, browser, passwordMode="EMAIL")
        invitations.send(user)


def mail_reset(user: Principal, *, browser: Browser) -> None:
    """Mail a user the link that sets a new password, or raise the Refusal that is against it."""
    check_resettable(user)
    with transaction.atomic():
        _record("UpdatePassword", user, browser, passwordMode="EMAIL")
        recovery.send_to(user)


def give_one_time_password(user: Principal, *, browser: Browser) -> str:
    """Return a new password that is good once, for a week, or raise what is against it.

    The user is signed out everywhere.
    """
    check_resettable(user)
    with transaction.atomic():
        _record("UpdatePassword", user, browser, passwordMode="OTP")
        return _give_one_time_password(user)


def disable(user: Principal, *, browser: Browser) -> None:
    """Let a user sign in no more; what is open ends as the directory says (S-044)."""
    with transaction.atomic():
        if not _profile(user).filter(is_enabled=True).update(is_enabled=False):
            return
        user.profile.is_enabled = False
        user.known_browsers.all().delete()
        if user.profile.directory.disabling_mode == Directory.DisablingMode.AT_ONCE:
            sessions.end_all(user)
            _credentials(user).update(revoked_at=clock.now())
        else:
            _let_run_out(user)
        _record("DisableUser", user, browser)


def enable(user: Principal, *, browser: Browser) -> None:
    """Let a disabled user sign in again; what ended stays ended."""
    with transaction.atomic():
        if _profile(user).filter(is_enabled=False).update(is_enabled=True):
            user.profile.is_enabled = True
            _record("EnableUser", user, browser)


def delete(user: Principal, *, browser: Browser) -> None:
    """Delete a user with all that was theirs, and the roles that only they had."""
    with transaction.atomic():
        _record("DeleteUser", user, browser)
        assignments.revoke_all(user)
        user.delete()


def end_sessions(user: Principal, *, browser: Browser) -> int:
    """End a user's sessions at the portal and its sign-in host; return how many lived.

    The tokens of programs end with them, and no browser is trusted any more (S-043). Where they
    work as a role they stay signed in, as at AWS.
    """
    with transaction.atomic():
        user.known_browsers.all().delete()
        living = Session.objects.filter(principal=user, role=None, ended_at=None)
        count = living.update(ended_at=clock.now(), handoff_digest=None)
        record_ended_sessions(user, browser=browser)
    return count


def end_session(session: Session, *, browser: Browser) -> None:
    """End a session with all of the same sign-in; of a user of a directory it is recorded.

    Where they work as a role nothing is: that session is not one of the portal's.
    """
    with transaction.atomic():
        sessions.end(session)
        user = session.principal
        if user.kind == Principal.Kind.DIRECTORY_USER and session.role_id is None:
            record_ended_sessions(user, browser=browser)


def record_ended_sessions(user: Principal, *, browser: Browser) -> None:
    """Record that the operator ended sessions of a user."""
    _record("BatchDeleteSession", user, browser, source=directory_events.SSO)


def _fill(profile: DirectoryProfile, person: Person) -> None:
    for name in ("email", "given_name", "family_name", "display_name"):
        setattr(profile, name, getattr(person, name))
    profile.complete()


def _check(*rows: tuple[Principal | DirectoryProfile, set[str]]) -> None:
    """Raise one ValidationError for all that is wrong with some rows, by what was typed."""
    problems: dict[str, list[ValidationError]] = {}
    for row, but in rows:
        try:
            row.full_clean(exclude=but)
        except ValidationError as error:
            problems |= error.error_dict
    for follows, typed in (("folded", "username"), ("folded_email", "email")):
        if found := problems.pop(follows, None):
            problems.setdefault(typed, found)
    if problems:
        raise ValidationError(problems)


def _give_one_time_password(user: Principal) -> str:
    password = passwords.generate(user)
    passwords.replace(user, password, must_change=True)
    until = clock.now() + ONE_TIME_LIFETIME
    _profile(user).update(one_time_until=until)
    user.profile.one_time_until = until
    return password


def _let_run_out(user: Principal) -> None:
    """Bring the ends of what is open as near as AWS does; nothing new is taken over (S-044)."""
    now = clock.now()
    open_now = Session.objects.filter(principal=user, ended_at=None)
    open_now.update(handoff_digest=None)
    _shorten(open_now.filter(role=None), now + PORTAL_ENDS_AFTER)
    _shorten(open_now.exclude(role=None), now + ROLES_END_AFTER)
    _shorten(_credentials(user), now + ROLES_END_AFTER)


def _shorten(rows: QuerySet[Session] | QuerySet[TemporaryCredentials], end: datetime) -> None:
    rows.filter(expires_at__gt=end).update(expires_at=end)


def _credentials(user: Principal) -> QuerySet[TemporaryCredentials]:
    return TemporaryCredentials.objects.filter(principal=user, revoked_at=None)


def _profile(user: Principal) -> QuerySet[DirectoryProfile]:
    return DirectoryProfile.objects.filter(pk=user.pk)


def _record(
    name: str,
    user: Principal,
    browser: Browser,
    *,
    source: str = directory_events.STORE,
    **more: str,
) -> None:
    directory_events.administered(
        name,
        user.profile.directory,
        browser=browser,
        parameters={**directory_events.naming(user), **more},
        source=source,
    )
