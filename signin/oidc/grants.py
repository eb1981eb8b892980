"""What people allowed programs, and for how long that holds."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import sessions
from accounts.models import Principal, Session
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.oidc import realms
from signin.oidc.errors import InvalidRequest, OtherRealm
from signin.oidc.models import Client, Grant
from signin.oidc.realms import Realm

# What says whether a grant lives, and whose it is; named from a grant.
WHOSE = "session__principal__profile__directory"
RELATED = ("client", WHOSE)

EXTENDED_LIFETIME = timedelta(days=90)
_EXTENDED_SCOPES = "codewhisperer:"  # those of Kiro and Amazon Q Developer begin so


def allow(
    realm: Realm, client: Client, session: Session, scopes: Sequence[str], *, region: str
) -> UUID:
    """Store what whoever is signed in allows a program; return its ID.

    It lasts as long as their sign-in. Where the directory has extended sessions, Kiro and Amazon Q
    Developer get one of their own, which a sign-out doesn't end. ``region`` is that of the endpoint
    that the program asked.
    """
    if realm.directory and realm.directory.extended_sessions and _are_extended(scopes):
        at = Browser(session.ip, session.user_agent, session.host, region=region, device_key="")
        session = sessions.open_in_background(
            session.principal, browser=at, lifetime=EXTENDED_LIFETIME
        )
    return give(client, session, scopes, region=region)


def give(client: Client, session: Session, scopes: Sequence[str], *, region: str) -> UUID:
    """Store what a program may do in somebody's name, for as long as a session; return its ID."""
    grant_id = entropy.identifier()
    Grant.objects.append(
        {
            "id": grant_id,
            "client_id": client.pk,
            "principal_id": session.principal_id,
            "session_id": session.parent_id or session.pk,
            "scopes": list(scopes),
            "region": region,
            "allowed_at": clock.now(),
        }
    )
    return grant_id


def check_realm(session: Session, realm: Realm) -> None:
    """Raise OtherRealm if whoever is signed in is not of the realm that is asked."""
    if not realm.has(session.principal):
        raise OtherRealm


def region_for(realm: Realm, browser: Browser) -> str:
    """Return the region whose endpoint a program asks, or raise InvalidRequest.

    It has to be one of the realm's; at an address without a region it is the realm's own.
    """
    if browser.region and browser.region not in realm.regions:
        raise InvalidRequest("The portal with this start URL is in another region.")
    return browser.region or realm.region


def is_known_at(grant: Grant, browser: Browser) -> bool:
    """Return whether the endpoint that is asked is of the region that knows a grant."""
    return browser.region in {None, grant.region}


def living() -> QuerySet[Grant]:
    """Return the grants that hold now."""
    is_there = Q(principal__kind=Principal.Kind.BUILDER_ID) | Q(principal__profile__is_enabled=True)
    return Grant.objects.filter(
        is_there, revoked_at=None, session__ended_at=None, session__expires_at__gt=clock.now()
    ).select_related(*RELATED)


def lives(grant: Grant) -> bool:
    """Return whether a grant holds now, by what was read of it."""
    session = grant.session
    return (
        grant.revoked_at is None
        and session.ended_at is None
        and session.expires_at > clock.now()
        and _is_enabled(session.principal)
    )


def realm_of(grant: Grant) -> Realm:
    """Return the realm of whoever allowed it."""
    return realms.of(grant.session.principal)


def _are_extended(scopes: Sequence[str]) -> bool:
    return bool(scopes) and all(scope.startswith(_EXTENDED_SCOPES) for scope in scopes)


def _is_enabled(principal: Principal) -> bool:
    # Nobody disables a Builder ID: it is there, or it is deleted with all that it allowed.
    return principal.kind == Principal.Kind.BUILDER_ID or principal.profile.is_enabled
