"""Programs register themselves, and prove later that they are the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import SplitResult, urlsplit

from django.db.models import CharField, Q

from accounts.signers import Signer
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.kernel.prepared import Prepared
from signin.oidc import events, realms
from signin.oidc.errors import (
    InvalidClient,
    InvalidClientMetadata,
    InvalidRedirectUri,
    InvalidScope,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from signin.oidc.models import AUTHORIZATION_CODE, DEVICE_CODE, REFRESH_TOKEN, Client

LIFETIME = timedelta(days=90)
LONGEST_NAME = 100

GRANT_TYPES = frozenset({DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN})

PORTAL_SCOPE = "sso:account:access"
OLD_PORTAL_SCOPE = "sso-portal:*"

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# RFC 6749, 3.3, without the comma: some programs put it between scopes.
_SCOPE = re.compile(r"[!#-+\--\[\]-~]{1,255}\Z")
_APPLICATION = re.compile(
    r"arn:aws[a-z-]{0,12}:sso::[0-9]{12}:application/(?:sso)?ins-[A-Za-z0-9.-]{16}"
    r"/apl-[A-Za-z0-9]{16}\Z"
)
_NOBODY = entropy.digest("")
_CLIENTS = Prepared(lambda key: Client.objects.filter(pk=key), key=CharField())


@dataclass(frozen=True)
class Registered:
    """A program just registered, and its secret, which is kept nowhere."""

    client: Client
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Credentials:
    """What a program says it is, and what is to prove it."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Vouched:
    """What a program says it is, where whoever signed its call stands in for its secret.

    ``client_id`` is the program's own, or the ARN of the application that it registered for;
    ``region`` is the one that the call is signed for.
    """

    client_id: str
    signer: Signer
    region: str


def register(
    name: str,
    *,
    client_type: str,
    scopes: Sequence[str] = (),
    grant_types: Sequence[str] = (),
    redirect_uris: Sequence[str] = (),
    issuer_url: str = "",
    application_arn: str = "",
    browser: Browser,
) -> Registered:
    """Register a program for 90 days; or raise a refusal that says what can't be."""
    _check_name(name, client_type)
    if application_arn and not _APPLICATION.match(application_arn):
        raise InvalidClientMetadata("The ARN is not of the form of an application's.")
    _check_ways(scopes, grant_types, redirect_uris)
    secret, now = entropy.token(), clock.now()
    client = Client.objects.create(
        secret_digest=entropy.digest(secret),
        name=name,
        scopes=list(scopes),
        grant_types=list(grant_types),
        redirect_uris=list(redirect_uris),
        issuer_url=issuer_url,
        application_arn=application_arn,
        registered_at=now,
        expires_at=now + LIFETIME,
    )
    if realm := realms.find_by_start_url(issuer_url):
        events.client_registered(client, realm, browser=browser)
    return Registered(client, secret)


def find(client_id: str) -> Client | None:
    """Return a program that is registered, without any proof that it is the one."""
    return Client.objects.filter(pk=client_id, expires_at__gt=clock.now()).first()


def authenticate(credentials: Credentials, likely: Client | None = None, *, to_use: str) -> Client:
    """Return the program that proves to be itself, or raise InvalidClient.

    UnauthorizedClient is raised for one that did not register for the way to tokens that it is
    ``to_use``. ``likely`` is one that was read already; if it is the one, nothing more is read.
    """
    client = likely
    if client is None or client.pk != credentials.client_id:
        client = _CLIENTS.find(key=credentials.client_id)
    digest = client.secret_digest if client else _NOBODY
    is_right = entropy.same(digest, entropy.digest(credentials.secret))
    if client is None or not is_right or client.expires_at <= clock.now():
        raise InvalidClient
    if not client.may_use(to_use):
        raise UnauthorizedClient
    return client


def identify(vouched: Vouched, likely: Client | None, *, to_use: str) -> Client | None:
    """Return ``likely`` if it is the program that a signed call names, and None if another one is.

    InvalidClient is raised if no program is, and UnauthorizedClient for one that did not register
    for the way to tokens that it is ``to_use``.
    """
    name, now = vouched.client_id, clock.now()
    if likely is None or not likely.is_named(name) or likely.expires_at <= now:
        named = Client.objects.filter(Q(pk=name) | Q(application_arn=name), expires_at__gt=now)
        if not named.exists():
            raise InvalidClient("No client is registered with this ID, or for this application.")
        return None
    if not likely.may_use(to_use):
        raise UnauthorizedClient
    return likely


def redirect_fits(client: Client, uri: str) -> bool:
    """Return whether a program registered a URI; its port doesn't count (RFC 8252, 7.3)."""
    parts = _loopback(uri)
    return parts is not None and any(
        _without_port(parts) == _without_port(registered)
        for registered in map(_loopback, client.redirect_uris)
        if registered
    )


def _check_name(name: str, client_type: str) -> None:
    if client_type != "public":
        raise InvalidClientMetadata("The client type has to be public.")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        problem = f"A client has a name of up to {LONGEST_NAME} characters, all on one line."
        raise InvalidClientMetadata(problem)


def _check_ways(
    scopes: Sequence[str], grant_types: Sequence[str], redirect_uris: Sequence[str]
) -> None:
    if not all(map(_SCOPE.match, scopes)):
        raise InvalidScope("One of the scopes is none.")
    if not GRANT_TYPES.issuperset(grant_types):
        raise UnsupportedGrantType("The client can't register for one of the grant types.")
    if not all(map(_loopback, redirect_uris)):
        raise InvalidRedirectUri
    if AUTHORIZATION_CODE in grant_types and not redirect_uris:
        raise InvalidRedirectUri("The grant type authorization_code needs redirect URIs.")


def _loopback(uri: str) -> SplitResult | None:
    """Return the parts of a URI that leads to a program on this machine; None for others."""
    if not uri.isprintable() or any(character in uri for character in ' \\"<>#'):
        return None
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 (raises for one that is none)
    except ValueError:
        return None
    if parts.scheme != "http" or parts.hostname not in LOOPBACK or "@" in parts.netloc:
        return None
    return parts


def _without_port(parts: SplitResult) -> tuple[str | None, str, str]:
    return parts.hostname, parts.path or "/", parts.query
