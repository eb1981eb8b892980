"""A program asks to be let in: RFC 6749's authorization request, with PKCE (RFC 7636)."""

import re
from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts import console_access
from accounts.models import Session
from signin import hosts
from signin.events import shapes
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.logins import events, permissions
from signin.logins.errors import (
    LeadsElsewhere,
    LoginRequestInvalid,
    LoginRequestOver,
    NotPermitted,
    ProgramUnknown,
    RefusedFromHere,
)
from signin.logins.models import Client, LoginRequest

LIFETIME = timedelta(minutes=10)
# A code that a person carries to another device takes its time.
CODE_LIFETIMES = {
    Client.SAME_DEVICE: timedelta(minutes=1),
    Client.CROSS_DEVICE: timedelta(minutes=10),
}
METHOD = "SHA-256"  # the service's own name of what RFC 7636 calls S256
CONFIRMATION = "/v1/sessions/confirmation"

# A program listens on any port of the loopback (RFC 8252, 7.3).
LISTENING = re.compile(r"http://127\.0\.0\.1(?::(\d{1,5}))?/oauth/callback\Z")
CHALLENGE = re.compile(r"([A-Za-z0-9_-]{43})=?\Z")
STATE = re.compile(r"[ -~]{1,512}\Z")


def begin(asked: Mapping[str, str], *, host: str, flow_key: str) -> LoginRequest:
    """Keep what a program asks for, or raise LoginRequestInvalid.

    Only the browser with this flow key can answer, and only at this host.
    """
    client = _client(asked.get("client_id", ""))
    redirect_uri = asked.get("redirect_uri", "")
    if not _leads_to(client, redirect_uri):
        raise LeadsElsewhere
    challenge = CHALLENGE.match(asked.get("code_challenge", ""))
    if challenge is None or asked.get("code_challenge_method") != METHOD:
        raise LoginRequestInvalid
    if asked.get("response_type") != "code" or asked.get("scope") != "openid":
        raise LoginRequestInvalid
    if not STATE.match(asked.get("state", "")):
        raise LoginRequestInvalid
    now = clock.now()
    return LoginRequest.objects.create(
        handle=entropy.handle(),
        browser_digest=entropy.digest(flow_key),
        host=host,
        client=client,
        redirect_uri=redirect_uri,
        state=asked["state"],
        challenge=challenge[1],
        begun_at=now,
        expires_at=now + LIFETIME,
    )


def find(handle: str, *, host: str, flow_key: str) -> LoginRequest | None:
    """Return the request with this handle that waits for this browser's answer."""
    return _waiting(handle).filter(host=host, browser_digest=entropy.digest(flow_key)).first()


def allow(asked: LoginRequest, session: Session, *, browser: Browser) -> str:
    """Let a program in as whoever signed in; return the code for it.

    Raises NotPermitted, or LoginRequestOver if another answer was faster.
    """
    if not permissions.is_permitted(session):
        events.authorized(asked, session, browser=browser, refused=events.NOT_PERMITTED)
        raise NotPermitted
    if console_access.denies_session(session, browser):
        events.authorized(asked, session, browser=browser, refused=shapes.DENIED_BY_POLICY)
        raise RefusedFromHere
    code, now = entropy.token(), clock.now()
    with transaction.atomic():
        taken = _waiting(asked.handle).update(
            answered_at=now,
            code_digest=entropy.digest(code),
            session=session,
            password_set_at=session.principal.password_changed_at,
            expires_at=now + CODE_LIFETIMES[Client(asked.client)],
        )
        if not taken:
            raise LoginRequestOver
        events.authorized(asked, session, browser=browser)
    return code


def deny(asked: LoginRequest) -> None:
    """Let a program not in, or raise LoginRequestOver if another answer was faster."""
    if not _waiting(asked.handle).update(answered_at=clock.now()):
        raise LoginRequestOver


def is_to_be_carried(code: str, state: str, *, host: str, flow_key: str) -> bool:
    """Return whether this browser was given a code that its person carries to another device."""
    return LoginRequest.objects.filter(
        code_digest=entropy.digest(code),
        state=state,
        host=host,
        browser_digest=entropy.digest(flow_key),
        client=Client.CROSS_DEVICE,
        redeemed_at=None,
        expires_at__gt=clock.now(),
    ).exists()


def _waiting(handle: str) -> QuerySet[LoginRequest]:
    return LoginRequest.objects.filter(handle=handle, answered_at=None, expires_at__gt=clock.now())


def _client(client_id: str) -> Client:
    try:
        return Client(client_id)
    except ValueError as error:
        raise ProgramUnknown from error


def _leads_to(client: Client, redirect_uri: str) -> bool:
    """Return whether an answer may go there: a loopback port, or our own page that shows it."""
    if client == Client.SAME_DEVICE:
        listening = LISTENING.match(redirect_uri)
        return listening is not None and int(listening[1] or 80) < 2**16
    if "?" in redirect_uri or "#" in redirect_uri:
        return False
    found = hosts.find_url(redirect_uri)
    return found is not None and found[0].door in {"signin", "desk"} and found[2] == CONFIRMATION
