"""A user of a directory shows with a mailed link that an address is theirs (behaviour 7.7)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts import directory_emails, directory_events
from accounts.errors import EmailVerified, LinkOver, UserDisabled
from accounts.models import DirectoryProfile, EmailVerification, Principal
from signin import hosts
from signin.http import Browser
from signin.kernel import clock, entropy

LIFETIME = timedelta(days=7)
PATH = "/platform/verify-email"


def send(user: Principal) -> None:
    """Mail a user the link that verifies the address, or raise UserDisabled or EmailVerified.

    Earlier links are worth nothing any more (S-026).
    """
    profile = user.profile
    if not profile.is_enabled:
        raise UserDisabled
    if profile.email_verified_at:
        raise EmailVerified
    token, expires_at = entropy.token(), clock.now() + LIFETIME
    EmailVerification.objects.update_or_create(
        principal=user,
        defaults={
            "token_digest": entropy.digest(token),
            "binding": _binding(user),
            "expires_at": expires_at,
            "consumed_at": None,
        },
    )
    link = hosts.url("platform", PATH, {"token": token}, region=profile.directory.region)
    directory_emails.email_verification(user, link=link, expires_at=expires_at)


def find(token: str) -> Principal | None:
    """Return the user whose address a link can verify now. This uses nothing up (S-030)."""
    links = _living(token).select_related("principal__profile__directory")
    return next((link.principal for link in links if _is_good(link, link.principal)), None)


def confirm(token: str, *, browser: Browser) -> Principal:
    """Verify an address with a link, or raise LinkOver; return whose it is.

    The link is used up first and the rest is done in the same transaction: of parallel requests
    one wins.
    """
    with transaction.atomic():
        if not _living(token).update(consumed_at=clock.now()):
            raise LinkOver
        link = EmailVerification.objects.get(token_digest=entropy.digest(token))
        users = Principal.objects.select_related("profile__directory")
        user = users.select_for_update(of=("self",)).get(pk=link.principal_id)
        if not _is_good(link, user):
            raise LinkOver
        note(user, browser=browser)
    return user


def note(user: Principal, *, browser: Browser) -> None:
    """Note that the address is the user's: what proved them went there."""
    unverified = DirectoryProfile.objects.filter(pk=user.pk, email_verified_at=None)
    if unverified.update(email_verified_at=clock.now()):
        user.profile.refresh_from_db()
        directory_events.email_verified(user, browser=browser)


def _living(token: str) -> QuerySet[EmailVerification]:
    return EmailVerification.objects.filter(
        token_digest=entropy.digest(token), consumed_at=None, expires_at__gt=clock.now()
    )


def _is_good(link: EmailVerification, user: Principal) -> bool:
    """Return whether a user is still the one that a link was made for, enabled and unverified."""
    profile = user.profile
    is_wanted = profile.is_enabled and profile.email_verified_at is None
    return is_wanted and entropy.same(link.binding, _binding(user))


def _binding(user: Principal) -> str:
    return entropy.keyed_digest(
        settings.SECRET_KEY, "email verification", user.folded, user.profile.folded_email
    )
