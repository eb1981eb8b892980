"""What people allowed programs, and for how long that holds."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Directory, Principal, Session
from signin.kernel import clock, entropy
from signin.oidc.errors import OtherDirectory
from signin.oidc.models import Client, Grant

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


def check_directory(session: Session, directory_id: str) -> None:
    """Raise OtherDirectory if whoever is signed in is not of the directory that is asked."""
    principal = session.principal
    if principal.kind != Principal.Kind.DIRECTORY_USER or principal.realm != directory_id:
        raise OtherDirectory


def living() -> QuerySet[Grant]:
    """Return the grants that hold now."""
    return Grant.objects.filter(
        revoked_at=None,
        session__ended_at=None,
        session__expires_at__gt=clock.now(),
        principal__profile__is_enabled=True,
    ).select_related(*RELATED)


def lives(grant: Grant) -> bool:
    """Return whether a grant holds now, by what was read of it."""
    session = grant.session
    return (
        grant.revoked_at is None
        and session.ended_at is None
        and session.expires_at > clock.now()
        and session.principal.profile.is_enabled
    )


def directory_of(grant: Grant) -> Directory:
    """Return the directory of whoever allowed it."""
    return grant.session.principal.profile.directory
