"""What people allowed programs, and for how long that holds."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Principal, Session
from signin.kernel import clock, entropy
from signin.oidc import realms
from signin.oidc.errors import OtherRealm
from signin.oidc.models import Client, Grant
from signin.oidc.realms import Realm

# What says whether a grant lives, and whose it is; named from a grant.
WHOSE = "session__principal__profile__directory"
RELATED = ("client", WHOSE)


def give(client: Client, session: Session, scopes: Sequence[str]) -> UUID:
    """Store what somebody allows a program, for as long as their sign-in lasts; return its ID."""
    grant_id = entropy.identifier()
    Grant.objects.append(
        {
            "id": grant_id,
            "client_id": client.pk,
            "principal_id": session.principal_id,
            "session_id": session.parent_id or session.pk,
            "scopes": list(scopes),
            "allowed_at": clock.now(),
        }
    )
    return grant_id


def check_realm(session: Session, realm: Realm) -> None:
    """Raise OtherRealm if whoever is signed in is not of the realm that is asked."""
    if not realm.has(session.principal):
        raise OtherRealm


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


def _is_enabled(principal: Principal) -> bool:
    # Nobody disables a Builder ID: it is there, or it is deleted with all that it allowed.
    return principal.kind == Principal.Kind.BUILDER_ID or principal.profile.is_enabled
