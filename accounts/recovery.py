"""A root user who forgot the password gets a link by mail, and sets a new one with it."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts import emails, events, lockout, passwords, principals
from accounts.errors import LinkOver
from accounts.models import PasswordRecovery, Principal
from accounts.models.principals import fold
from signin import hosts
from signin.http import Browser
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=60)
PATH = "/recovery"


def request(email: str, *, browser: Browser) -> None:
    """Mail a link to the root user with this e-mail, if there is one and it wasn't too often.

    Nobody can tell from the answer: the mail is written in any case, and counted under the
    address that was typed (S-016, S-017, S-019).
    """
    root_user = principals.find_root_user(email)
    token, expires_at = entropy.token(), clock.now() + LIFETIME
    mail = emails.password_recovery(
        root_user,
        # In the query, because a server's log names paths (S-057); from the settings, because
        # whoever asks chooses the Host header (S-024).
        link=hosts.url("signin", PATH, {"token": token}),
        expires_at=expires_at,
    )
    allowed = lockout.may_mail(fold(email), ip=browser.ip, principal=root_user)
    if root_user is None or not allowed:
        return
    with transaction.atomic():
        PasswordRecovery.objects.update_or_create(
            principal=root_user,
            defaults={
                "token_digest": entropy.digest(token),
                "binding": _binding(root_user),
                "expires_at": expires_at,
                "consumed_at": None,
            },
        )
        events.password_recovery_requested(root_user, browser)
    mail.send()


def find(token: str) -> Principal | None:
    """Return the root user whose password a link can set now. This uses nothing up (S-030)."""
    links = _living(token).select_related("principal__account")
    return next((link.principal for link in links if _is_bound(link, link.principal)), None)


def complete(token: str, password: str, *, browser: Browser) -> None:
    """Set the password with a link, or raise LinkOver or PasswordRefused.

    The link is used up first and the rest is done in the same transaction: of parallel requests
    one wins, and a refused password leaves the link as it was (S-009, S-047).
    """
    with transaction.atomic():
        if not _living(token).update(consumed_at=clock.now()):
            raise LinkOver
        link = PasswordRecovery.objects.get(token_digest=entropy.digest(token))
        root_users = Principal.objects.select_related("account").select_for_update(of=("self",))
        root_user = root_users.get(pk=link.principal_id)
        if not _is_bound(link, root_user):
            raise LinkOver
        passwords.change(root_user, to=password)
        lockout.release(root_user)
        events.password_recovery_completed(root_user, browser)
    emails.password_changed(root_user)


def _living(token: str) -> QuerySet[PasswordRecovery]:
    return PasswordRecovery.objects.filter(
        token_digest=entropy.digest(token), consumed_at=None, expires_at__gt=clock.now()
    )


def _is_bound(link: PasswordRecovery, root_user: Principal) -> bool:
    """Return whether a root user is still the one that a link was made for, and there."""
    there = root_user.account is not None and not root_user.account.is_gone
    return there and entropy.same(link.binding, _binding(root_user))


def _binding(root_user: Principal) -> str:
    return entropy.keyed_digest(
        settings.SECRET_KEY, "recovery", root_user.password, root_user.folded
    )
