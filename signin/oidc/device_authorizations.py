"""A program without a browser shows a code, and somebody types it on a page (RFC 8628)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigAutoField, CharField, DateTimeField, Exists, UUIDField

from accounts import lockout
from accounts.models import Session
from signin.faults import faults
from signin.faults.faults import Kind
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.kernel.errors import LockedOut
from signin.kernel.prepared import Prepared, PreparedUpdate
from signin.oidc import clients, events, grants, realms, tokens
from signin.oidc.clients import Credentials
from signin.oidc.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    InvalidGrant,
    InvalidRequest,
    RequestOver,
    SlowDown,
    TooManyCodes,
    UserCodeUnknown,
)
from signin.oidc.models import DEVICE_CODE, Client, DeviceAuthorization
from signin.oidc.tokens import Tokens

LIFETIME = timedelta(minutes=10)
INTERVAL = 1  # seconds
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words; nothing that looks like something else
LENGTH = 8

State = DeviceAuthorization.State

_APPROVAL = PreparedUpdate(
    lambda pk, now, grant: (
        DeviceAuthorization.objects.filter(pk=pk, state=State.PENDING, expires_at__gt=now),
        {"state": State.APPROVED, "grant_id": grant},
    ),
    pk=BigAutoField(),
    now=DateTimeField(),
    grant=UUIDField(),
)
_REDEMPTION = PreparedUpdate(
    lambda pk, now: (
        DeviceAuthorization.objects.filter(pk=pk, state=State.APPROVED, redeemed_at=None),
        {"redeemed_at": now},
    ),
    pk=BigAutoField(),
    now=DateTimeField(),
)
_ASKED_FOR = Prepared(
    lambda digest: (
        DeviceAuthorization.objects.select_related("client", f"grant__{grants.WHOSE}")
        .filter(code_digest=digest)
        .annotate(is_slowed=Exists(faults.armed().filter(kind=Kind.SLOW_DOWN)))
    ),
    digest=CharField(),
)
_WAITING = Prepared(
    lambda digest, now: DeviceAuthorization.objects.select_related("client", "directory").filter(
        user_code_digest=digest, state=State.PENDING, expires_at__gt=now
    ),
    digest=CharField(),
    now=DateTimeField(),
)


@dataclass(frozen=True)
class Begun:
    """What a program gets when it begins: a code of its own, and one to be typed."""

    authorization: DeviceAuthorization
    device_code: str = field(repr=False)
    user_code: str = field(repr=False)
    interval: int = INTERVAL

    @property
    def expires_at(self) -> datetime:
        """When both codes are worth nothing any more."""
        return self.authorization.expires_at


def begin(client: Client, *, start_url: str, browser: Browser) -> Begun:
    """Let a program wait for somebody of the realm at ``start_url``; or raise InvalidRequest.

    The program has proved to be itself.
    """
    realm = realms.find_by_start_url(start_url)
    if realm is None:
        raise InvalidRequest("No portal has this start URL.")
    region = grants.region_for(realm, browser)
    device_code, user_code, now = entropy.token(), entropy.text(LENGTH, ALPHABET), clock.now()
    with transaction.atomic():
        authorization = DeviceAuthorization.objects.create(
            code_digest=entropy.digest(device_code),
            user_code_digest=_digest(user_code),
            client=client,
            directory=realm.directory,
            region=region,
            ip=browser.ip,
            user_agent=browser.user_agent,
            begun_at=now,
            expires_at=now + LIFETIME,
        )
        events.authorization_begun(client, realm, start_url, browser=browser)
    return Begun(authorization, device_code, shown(user_code))


def find(user_code: str) -> DeviceAuthorization | None:
    """Return what waits for an answer under a code, however it was typed."""
    return _WAITING.find(digest=_digest(_plain(user_code)), now=clock.now())


def enter(user_code: str, session: Session, *, ip: str) -> DeviceAuthorization:
    """Return what waits under a code that somebody typed who is signed in.

    UserCodeUnknown is raised for each wrong one, and TooManyCodes after five of them (S-096).
    """
    typed_in = str(session.parent_id or session.pk)
    try:
        found = lockout.guess(
            lambda: find(user_code),
            ("user code", typed_in),
            ip=ip,
            principal=session.principal,
            limit=lockout.USER_CODES,
        )
    except LockedOut as locked:
        raise TooManyCodes(locked.retry_after) from locked
    if found is None:
        raise UserCodeUnknown
    return found


def shown(user_code: str) -> str:
    """Return a code as programs show it, ``BCDF-GHJK``, however it was typed."""
    plain = _plain(user_code)
    return f"{plain[: LENGTH // 2]}-{plain[LENGTH // 2 :]}"


def approve(authorization: DeviceAuthorization, session: Session) -> None:
    """Allow what a program asks for, or raise RequestOver or OtherRealm."""
    realm, client = authorization.realm, authorization.client
    grants.check_realm(session, realm)
    with transaction.atomic():
        grant = grants.allow(realm, client, session, client.scopes, region=authorization.region)
        if not _APPROVAL.run(pk=authorization.pk, now=clock.now(), grant=grant):
            raise RequestOver


def deny(authorization: DeviceAuthorization) -> None:
    """Refuse what a program asks for, or raise RequestOver."""
    waiting = DeviceAuthorization.objects.filter(pk=authorization.pk, state=State.PENDING)
    if not waiting.filter(expires_at__gt=clock.now()).update(state=State.DENIED):
        raise RequestOver


def redeem(credentials: Credentials, device_code: str, *, browser: Browser) -> Tokens:
    """Return tokens if somebody allowed them, once; or raise what keeps the program from them.

    A program that waits costs one read and no write: it asks every second.
    """
    found: Any = _ASKED_FOR.find(digest=entropy.digest(device_code))
    client = clients.authenticate(credentials, found.client if found else None, to_use=DEVICE_CODE)
    is_here = found is not None and browser.region in {None, found.region}
    if not is_here or found.client_id != client.pk:
        raise InvalidGrant
    if found.state == State.PENDING and found.expires_at > clock.now():
        if found.is_slowed and faults.strikes(Kind.SLOW_DOWN):
            raise SlowDown
        raise AuthorizationPending
    if found.grant:
        found.grant.client = client  # as each grant of a code is the program's that got the code
    session = found.grant.session if found.grant else None
    realm = grants.realm_of(found.grant) if found.grant else found.realm
    call = events.TokenCall(DEVICE_CODE, client, realm, session, browser)
    with events.failing(call):
        if found.redeemed_at or (found.grant and not grants.lives(found.grant)):
            raise InvalidGrant
        if found.state == State.DENIED:
            raise AccessDenied
        if found.expires_at <= clock.now() or found.grant is None:
            raise ExpiredToken
        with transaction.atomic():
            if not _REDEMPTION.run(pk=found.pk, now=clock.now()):
                raise InvalidGrant
            return tokens.issue(found.grant, call)


def _plain(user_code: str) -> str:
    return "".join(user_code.upper().replace("-", "").split())


def _digest(plain: str) -> str:
    return entropy.keyed_digest(settings.SECRET_KEY, "user code", plain)
