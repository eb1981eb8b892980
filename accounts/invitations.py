"""A new user of a directory gets a link by mail, and chooses the first password with it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts import directory_emails, directory_events, lockout, passwords, verifications
from accounts.errors import LinkOver, PasswordsElsewhere, UserDisabled, UserJoined
from accounts.models import Invitation, Principal
from signin import hosts
from signin.http import Browser
from signin.kernel import clock, entropy

LIFETIME = timedelta(days=7)
PATH = "/platform/invitation"


def send(user: Principal) -> None:
    """Mail a user the link to the first password, or raise the Refusal that is against it.

    Earlier links are worth nothing any more (S-026).
    """
    profile = user.profile
    if not profile.is_enabled:
        raise UserDisabled
    if not profile.directory.keeps_passwords:
        raise PasswordsElsewhere
    if has_joined(user):
        raise UserJoined
    token = entropy.token()
    expires_at = issue(user, token)
    directory_emails.invitation(
        user, link=link(token, profile.directory.region), expires_at=expires_at
    )


def issue(user: Principal, token: str) -> datetime:
    """Let a token set the first password of a user; return until when it does."""
    now = clock.now()
    Invitation.objects.update_or_create(
        principal=user,
        defaults={
            "token_digest": entropy.digest(token),
            "binding": _binding(user),
            "sent_at": now,
            "expires_at": now + LIFETIME,
            "consumed_at": None,
        },
    )
    return now + LIFETIME


def link(token: str, region: str) -> str:
    """Return the address where a token sets the first password."""
    return hosts.lasting_url("platform", PATH, {"token": token}, region=region)


def has_joined(user: Principal) -> bool:
    """Return whether a user has a password that isn't an administrator's."""
    return user.has_usable_password() and not user.must_change_password


def find(token: str) -> Principal | None:
    """Return the user whose first password a link can set now. This uses nothing up (S-030)."""
    links = _living(token).select_related("principal__profile__directory")
    return next((link.principal for link in links if _is_bound(link, link.principal)), None)


def accept(token: str, password: str, *, browser: Browser) -> Principal:
    """Set the first password with a link, or raise LinkOver or PasswordRefused; return the user.

    The link is used up first and the rest is done in the same transaction: of parallel requests
    one wins, and a refused password leaves the link as it was (S-009, S-047).
    """
    with transaction.atomic():
        if not _living(token).update(consumed_at=clock.now()):
            raise LinkOver
        link = Invitation.objects.get(token_digest=entropy.digest(token))
        users = Principal.objects.select_related("profile__directory")
        user = users.select_for_update(of=("self",)).get(pk=link.principal_id)
        if not _is_bound(link, user):
            raise LinkOver
        passwords.change(user, to=password)
        lockout.release(user)
        directory_events.password_updated(user, browser=browser)
        verifications.note(user, browser=browser)
    return user


def _living(token: str) -> QuerySet[Invitation]:
    return Invitation.objects.filter(
        token_digest=entropy.digest(token), consumed_at=None, expires_at__gt=clock.now()
    )


def _is_bound(link: Invitation, user: Principal) -> bool:
    """Return whether a user is still the one that a link was made for, and can use it."""
    profile = user.profile
    can_use = profile.is_enabled and profile.directory.keeps_passwords
    return can_use and entropy.same(link.binding, _binding(user))


def _binding(user: Principal) -> str:
    return entropy.keyed_digest(
        settings.SECRET_KEY, "invitation", user.password, user.folded, user.profile.folded_email
    )
