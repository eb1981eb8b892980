"""Who forgot the password gets a link by mail, and sets a new one with it.

Root users, users of directories and people with a Builder ID do so at pages of their own; the
link of one is worth nothing at the others'.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from accounts import (
    directories,
    directory_emails,
    directory_events,
    emails,
    events,
    lockout,
    passwords,
)
from accounts import principals as people
from accounts.errors import LinkOver
from accounts.models import Directory, PasswordRecovery, Principal
from accounts.models.principals import fold
from signin import hosts
from signin.http import Browser
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=60)
PATH = "/recovery"
PORTAL_PATH = "/platform/reset"

Kind = Principal.Kind


def request(email: str, *, browser: Browser) -> None:
    """Mail a link to the root user with this e-mail, if there is one and it wasn't too often.

    Nobody can tell from the answer: the mail is written in any case, and counted under the
    address that was typed (S-016, S-017, S-019).
    """
    root_user = people.find_root_user(email)
    token, expires_at = entropy.token(), clock.now() + LIFETIME
    mail = emails.password_recovery(
        root_user,
        # In the query, because a server's log names paths (S-057); from the settings, because
        # whoever asks chooses the Host header (S-024).
        link=hosts.lasting_url("signin", PATH, {"token": token}),
        expires_at=expires_at,
    )
    allowed = lockout.may_mail(fold(email), ip=browser.ip, principal=root_user)
    if root_user is None or not allowed:
        return
    with transaction.atomic():
        keep(root_user, token, expires_at)
        events.password_recovery_requested(root_user, browser)
    mail.send()


def request_for(
    user: Principal | None, directory: Directory, username: str, *, browser: Browser
) -> None:
    """Mail a link to a user of a directory; to nobody, to a disabled one or too often, none.

    Nobody can tell from the answer, as with a root user; it is counted under the name that was
    typed.
    """
    token, expires_at = entropy.token(), clock.now() + LIFETIME
    mail = directory_emails.portal_password_reset(
        user, directory, link=_portal_link(directory, token), expires_at=expires_at
    )
    counted_as = f"{directory.pk}/{directories.name_meant(directory, username)}"
    allowed = lockout.may_mail(counted_as, ip=browser.ip, principal=user)
    if user is None or not _is_there(user) or not allowed:
        return
    keep(user, token, expires_at)
    mail.send()


def send_to(user: Principal) -> None:
    """Mail a link to a user of a directory because an administrator wants it."""
    token, expires_at = entropy.token(), clock.now() + LIFETIME
    directory = user.profile.directory
    mail = directory_emails.portal_password_reset(
        user, directory, link=_portal_link(directory, token), expires_at=expires_at
    )
    keep(user, token, expires_at)
    mail.send()


def find(token: str, kind: Kind = Kind.ROOT_USER) -> Principal | None:
    """Return the principal of a kind whose password a link can set now (S-030).

    This uses nothing up.
    """
    links = _living(token).select_related("principal__account", "principal__profile__directory")
    return next((link.principal for link in links if _is_good(link, link.principal, kind)), None)


def complete(
    token: str, password: str, *, browser: Browser, kind: Kind = Kind.ROOT_USER
) -> Principal:
    """Set the password with a link, or raise LinkOver or PasswordRefused; return whose it is.

    The link is used up first and the rest is done in the same transaction: of parallel requests
    one wins, and a refused password leaves the link as it was (S-009, S-047).
    """
    with transaction.atomic():
        principal = use_up(token, password, kind)
        _record(principal, browser)
    _notify(principal)
    return principal


def use_up(token: str, password: str, kind: Kind) -> Principal:
    """Set the password with a link, as ``complete`` does, and tell nobody.

    Whoever calls does that, in the same transaction.
    """
    with transaction.atomic():
        if not _living(token).update(consumed_at=clock.now()):
            raise LinkOver
        link = PasswordRecovery.objects.get(token_digest=entropy.digest(token))
        principals = Principal.objects.select_related("account", "profile__directory")
        principal = principals.select_for_update(of=("self",)).get(pk=link.principal_id)
        if not _is_good(link, principal, kind):
            raise LinkOver
        passwords.change(principal, to=password)
        lockout.release(principal)
    return principal


def keep(principal: Principal, token: str, expires_at: datetime) -> None:
    """Make a link good for one principal, in place of any earlier one."""
    PasswordRecovery.objects.update_or_create(
        principal=principal,
        defaults={
            "token_digest": entropy.digest(token),
            "binding": _binding(principal),
            "expires_at": expires_at,
            "consumed_at": None,
        },
    )


def _record(principal: Principal, browser: Browser) -> None:
    if principal.is_root:
        events.password_recovery_completed(principal, browser)
    else:
        directory_events.password_updated(principal, browser=browser)


def _notify(principal: Principal) -> None:
    if principal.is_root:
        emails.password_changed(principal)
    else:
        directory_emails.portal_password_changed(principal)


def _portal_link(directory: Directory, token: str) -> str:
    query = {"token": token}
    return hosts.lasting_url("platform", PORTAL_PATH, query, region=directory.region)


def _living(token: str) -> QuerySet[PasswordRecovery]:
    return PasswordRecovery.objects.filter(
        token_digest=entropy.digest(token), consumed_at=None, expires_at__gt=clock.now()
    )


def _is_good(link: PasswordRecovery, principal: Principal, kind: Kind) -> bool:
    """Return whether a principal of this kind is still the one that a link was made for."""
    if principal.kind != kind or not _is_there(principal):
        return False
    return entropy.same(link.binding, _binding(principal))


def _is_there(principal: Principal) -> bool:
    if principal.is_root:
        return principal.account is not None and not principal.account.is_gone
    if principal.kind == Kind.BUILDER_ID:
        return True
    profile = principal.profile
    return profile.is_enabled and profile.directory.keeps_passwords


def _binding(principal: Principal) -> str:
    is_of_directory = principal.kind == Kind.DIRECTORY_USER
    address = principal.profile.folded_email if is_of_directory else ""
    return entropy.keyed_digest(
        settings.SECRET_KEY, "recovery", principal.password, principal.folded, address
    )
