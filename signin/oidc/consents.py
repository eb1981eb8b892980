"""A program sends a browser here to ask whoever is signed in (RFC 6749, 4.1; RFC 7636)."""

import re
from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Session
from signin import hosts
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.oidc import grants, realms
from signin.oidc.errors import InvalidRequest, InvalidScope, RequestOver, UnauthorizedClient
from signin.oidc.messages import ACCESS_DENIED
from signin.oidc.models import AUTHORIZATION_CODE, AuthorizationCode, Client, ConsentRequest

LIFETIME = timedelta(minutes=10)
CODE_LIFETIME = timedelta(seconds=60)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def request(
    client: Client,
    *,
    redirect_uri: str,
    state: str,
    challenge: str,
    scopes: Sequence[str],
    browser: Browser,
) -> ConsentRequest:
    """Write down what a program asks for, or raise a refusal that it is told.

    ``redirect_uri`` fits the program. Without scopes it asks for all that it registered for.
    """
    if not client.may_use(AUTHORIZATION_CODE):
        raise UnauthorizedClient
    if not _CHALLENGE.match(challenge):
        raise InvalidRequest("code_challenge has to be a challenge by S256.")
    if not set(client.scopes).issuperset(scopes):
        raise InvalidScope
    realm = realms.find_by_start_url(client.issuer_url)
    if realm is None:
        raise InvalidRequest("No portal has the issuer URL that the client registered with.")
    now = clock.now()
    return ConsentRequest.objects.create(
        client=client,
        directory=realm.directory,
        region=grants.region_for(realm, browser),
        redirect_uri=redirect_uri,
        state=state,
        challenge=challenge,
        scopes=list(scopes) or client.scopes,
        ip=browser.ip,
        user_agent=browser.user_agent,
        begun_at=now,
        expires_at=now + LIFETIME,
    )


def find(handle: str) -> ConsentRequest | None:
    """Return a request that waits for an answer, with its program and its directory."""
    return _open().filter(pk=handle).select_related("client", "directory").first()


def allow(consent: ConsentRequest, session: Session) -> str:
    """Allow what a program asks for; return the URL at which it waits, with a code.

    RequestOver or OtherRealm is raised if that can't be.
    """
    grants.check_realm(session, consent.realm)
    code, now = entropy.token(), clock.now()
    with transaction.atomic():
        _answer(consent)
        AuthorizationCode.objects.create(
            digest=entropy.digest(code),
            grant_id=grants.allow(
                consent.realm, consent.client, session, consent.scopes, region=consent.region
            ),
            redirect_uri=consent.redirect_uri,
            challenge=consent.challenge,
            expires_at=now + CODE_LIFETIME,
        )
    return _back(consent, code=code)


def deny(consent: ConsentRequest) -> str:
    """Refuse what a program asks for; return the URL at which it waits. RequestOver is possible."""
    _answer(consent)
    return _back(consent, error="access_denied", error_description=ACCESS_DENIED)


def url_with(redirect_uri: str, state: str, **answer: str) -> str:
    """Return the URL at which a program waits, with an answer for it."""
    query = answer | ({"state": state} if state else {})
    return f"{redirect_uri}{'&' if '?' in redirect_uri else '?'}{urlencode(query)}"


def _back(consent: ConsentRequest, **answer: str) -> str:
    # So that a program that asked at two places knows who answers (RFC 9207).
    issuer = hosts.origin("sso-oidc", region=consent.region)
    return url_with(consent.redirect_uri, consent.state, **answer, iss=issuer)


def _answer(consent: ConsentRequest) -> None:
    if not _open().filter(pk=consent.pk).update(answered_at=clock.now()):
        raise RequestOver


def _open() -> QuerySet[ConsentRequest]:
    return ConsentRequest.objects.filter(answered_at=None, expires_at__gt=clock.now())
