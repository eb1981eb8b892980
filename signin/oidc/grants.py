"""What people allowed programs, and for how long that holds."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Directory, Principal, Session
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.oidc.errors import InvalidRequest, OtherDirectory
from signin.oidc.models import Client, Grant

# What says whether a grant lives, and whose it is; named from a grant.
WHOSE = "session__principal__profile__directory"
RELATED = ("client", WHOSE)


def give(client: Client, session: Session, scopes: Sequence[str], *, region: str) -> UUID:
    """Store what somebody allows a program, for as long as their sign-in lasts; return its ID.

    ``region`` is that of the endpoint that the program asked.
    """
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


def check_directory(session: Session, directory_id: str) -> None:
    """Raise OtherDirectory if whoever is signed in is not of the directory that is asked."""
    principal = session.principal
    if principal.kind != Principal.Kind.DIRECTORY_USER or principal.realm != directory_id:
        raise OtherDirectory


def region_for(directory: Directory, browser: Browser) -> str:
    """Return the region whose endpoint a program asks, or raise InvalidRequest.

    It has to be one of the directory's; at an address without a region it is the directory's own.
    """
    if browser.region and browser.region not in directory.regions:
        raise InvalidRequest("The portal with this start URL is in another region.")
    return browser.region or directory.region


def is_known_at(grant: Grant, browser: Browser) -> bool:
    """Return whether the endpoint that is asked is of the region that knows a grant."""
    return browser.region in {None, grant.region}


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
