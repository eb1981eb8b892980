"""What a program gets that was let in: credentials, and new ones before they are over.

It ends after twelve hours, with the session of whoever let it in, and with their password.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts import console_access, credentials
from accounts.credentials import Keys
from accounts.identities import original
from accounts.models import Session
from accounts.sessions import challenge_of
from mfa.events import has_passed_mfa
from signin.events import shapes
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.kernel.errors import Refusal
from signin.logins import events, identity_tokens, permissions
from signin.logins.errors import (
    CodeOver,
    GrantInvalid,
    LoginOver,
    NotPermitted,
    PasswordChanged,
    RefusedFromHere,
)
from signin.logins.models import Login, LoginRequest

LIFETIME = timedelta(hours=12)
CREDENTIALS_LIFETIME = timedelta(minutes=15)
TOKEN_PREFIX = "ASOR"  # by which the service's refresh tokens are known

CODE = "authorization_code"
REFRESH = "refresh_token"

_RELATED = ("principal__account", "role__account")


@dataclass(frozen=True)
class Issued:
    """What a program gets. The identity token is there only the first time."""

    keys: Keys
    seconds: int
    refresh_token: str = field(repr=False)
    identity_token: str = field(default="", repr=False)


@dataclass(frozen=True)
class Asking:
    """Who asks: the program's name, the name of its key, and where it is."""

    client: str
    thumbprint: str
    browser: Browser


def redeem(code: str, asking: Asking, *, verifier: str, redirect_uri: str) -> Issued:
    """Let a program have its first credentials for a code.

    Raises CodeOver, GrantInvalid, PasswordChanged or NotPermitted. Who uses a code again ends what
    it was good for (RFC 6749, 4.1.2).
    """
    related = [f"session__{each}" for each in _RELATED]
    codes = LoginRequest.objects.filter(code_digest=entropy.digest(code))
    asked = codes.select_related(*related).first()
    if asked is None or asked.session is None:
        raise CodeOver
    if asked.redeemed_at:
        revoke(Login.objects.filter(request=asked))
        raise CodeOver
    if not _belongs_to(asked, asking, verifier, redirect_uri):
        raise GrantInvalid
    if asked.expires_at <= clock.now():
        raise CodeOver
    session = asked.session
    _check(session, asked.password_set_at, asking, CODE, over=CodeOver)
    with transaction.atomic():
        now, token = clock.now(), TOKEN_PREFIX + entropy.token()
        if not codes.filter(redeemed_at=None).update(redeemed_at=now):
            raise CodeOver
        login = Login.objects.create(
            request=asked,
            client=asking.client,
            thumbprint=asking.thumbprint,
            token_digest=entropy.digest(token),
            principal=session.principal,
            role=session.role,
            session=session,
            password_set_at=asked.password_set_at,
            started_at=now,
            expires_at=min(now + LIFETIME, session.expires_at),
        )
        return _issue(login, token, asking, CODE)


def refresh(token: str, asking: Asking) -> Issued:
    """Let a program have new credentials; any number of times, as long as it is let in.

    Raises LoginOver, GrantInvalid, PasswordChanged or NotPermitted.
    """
    login = _logins().filter(token_digest=entropy.digest(token)).first()
    if login is None:
        raise LoginOver
    if login.client != asking.client or login.thumbprint != asking.thumbprint:
        raise GrantInvalid
    if login.revoked_at or login.expires_at <= clock.now():
        raise LoginOver
    _check(login.session, login.password_set_at, asking, REFRESH, over=LoginOver)
    with transaction.atomic():
        return _issue(login, token, asking, REFRESH)


def find(token: str, *, account_id: str) -> Login | None:
    """Return the login behind a refresh token, if it lives and is an account's own."""
    login = _logins().filter(token_digest=entropy.digest(token), revoked_at=None).first()
    if login is None or original(login.session).account.id != account_id:
        return None
    session, now = login.session, clock.now()
    is_over = login.expires_at <= now or session.ended_at or session.expires_at <= now
    is_other = session.principal.password_changed_at != login.password_set_at
    if is_over or is_other or not permissions.is_permitted(session):
        return None
    return login


def living() -> QuerySet[Login]:
    """Return the logins that hold now; a new password ended their sessions, and them."""
    now = clock.now()
    return Login.objects.filter(
        revoked_at=None, expires_at__gt=now, session__ended_at=None, session__expires_at__gt=now
    )


def revoke(logins: QuerySet[Login]) -> int:
    """End logins; return how many lived. Credentials that were given out last their minutes."""
    living = logins.filter(revoked_at=None, expires_at__gt=clock.now())
    return living.update(revoked_at=clock.now())


def _logins() -> QuerySet[Login]:
    return Login.objects.select_related(*(f"session__{each}" for each in _RELATED))


def _belongs_to(asked: LoginRequest, asking: Asking, verifier: str, redirect_uri: str) -> bool:
    return (
        asked.client == asking.client
        and asked.redirect_uri == redirect_uri
        and entropy.same(asked.challenge, challenge_of(verifier))
    )


def _check(
    session: Session,
    password_set_at: datetime | None,
    asking: Asking,
    grant: str,
    *,
    over: type[Refusal],
) -> None:
    """Raise what keeps a session's programs from credentials; a new password ended it, too."""
    if session.principal.password_changed_at != password_set_at:
        raise PasswordChanged
    if session.ended_at or session.expires_at <= clock.now():
        raise over
    if not permissions.is_permitted(session):
        _refused(session, asking, grant, events.NOT_PERMITTED)
        raise NotPermitted
    if console_access.denies_session(session, asking.browser):
        _refused(session, asking, grant, shapes.DENIED_BY_POLICY)
        raise RefusedFromHere


def _refused(session: Session, asking: Asking, grant: str, why: str) -> None:
    events.token_created(
        session, browser=asking.browser, client=asking.client, grant=grant, refused=why
    )


def _issue(login: Login, token: str, asking: Asking, grant: str) -> Issued:
    now, session = clock.now(), login.session
    lifetime = min(CREDENTIALS_LIFETIME, login.expires_at - now)
    seconds = max(1, int(lifetime.total_seconds()))
    keys = credentials.issue_for_login(
        session,
        seconds=seconds,
        mfa_authenticated=has_passed_mfa(session),
    )
    events.token_created(
        session,
        browser=asking.browser,
        client=asking.client,
        grant=grant,
        access_key_id=keys.access_key_id,
    )
    arn = original(session).arn
    identity_token = identity_tokens.issue(arn, client=login.client, now=now, seconds=seconds)
    return Issued(
        keys=keys,
        seconds=seconds,
        refresh_token=token,
        identity_token=identity_token if grant == CODE else "",
    )
