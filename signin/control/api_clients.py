"""The control API's calls about programs, and about what people allowed them."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime, StrictInt

from accounts import directories, directory_users, sessions
from accounts.models import Directory, DirectoryUser, Principal, Session
from builderid import people
from signin import hosts
from signin.control.api_shapes import PROBLEMS, Problem, Refused, Strict, Text
from signin.http import browser_of, without_null
from signin.kernel import clock
from signin.kernel.errors import Refusal
from signin.oidc import device_authorizations, grants, tokens
from signin.oidc.models import Client, DeviceAuthorization, Grant
from signin.oidc.realms import Realm

router = Router()

BEGIN_ANEW = "Let the program begin anew; a code waits ten minutes for one answer."
LIST_BUILDER_IDS = "GET /control/v1/builder_ids lists them."
LIST_USERS = "GET /control/v1/principals?kind=directory-user lists the users of directories."


class ApproverIn(Strict):
    principal: StrictInt | Text = Field(
        description="Who allows it: the id or the user name of a user of the program's directory; "
        "where it asks for a Builder ID, its id or its e-mail."
    )


class ClientOut(Schema):
    id: str = Field(description="The client ID; the secret is kept nowhere.")
    name: str
    scopes: list[str]
    grant_types: list[str]
    redirect_uris: list[str]
    issuer_url: str
    registered_at: AwareDatetime
    expires_at: AwareDatetime


class GrantOut(Schema):
    id: UUID
    client: str
    client_name: str
    principal: int
    scopes: list[str]
    allowed_at: AwareDatetime
    expires_at: AwareDatetime = Field(description="When the session ends that it is bound to.")


@router.get("/clients", response=list[ClientOut], summary="The programs that are registered")
def clients(request: HttpRequest) -> list[Client]:
    return list(Client.objects.filter(expires_at__gt=clock.now()))


@router.get("/grants", response=list[GrantOut], summary="What programs have access to now")
def list_grants(request: HttpRequest, principal: int | None = None) -> list[dict[str, Any]]:
    living = grants.living()
    if principal is not None:
        living = living.filter(principal=principal)
    return [_grant(grant) for grant in living]


@router.delete(
    "/grants/{grant_id}",
    response={204: None, **PROBLEMS},
    summary="Take the access of a program back: all its tokens end",
)
def revoke(request: HttpRequest, grant_id: UUID) -> Status[None]:
    grant = grants.living().filter(pk=grant_id).first()
    if grant is None:
        raise Refused(404, f"No grant {grant_id} lives.", "GET /control/v1/grants lists them.")
    tokens.revoke_family(grant)
    return Status(204, None)


@router.post(
    "/device_authorizations/{user_code}/approve",
    response={204: None, 409: Problem, **PROBLEMS},
    summary="Allow what a program waits for, as a user of its directory or with a Builder ID",
)
def approve(request: HttpRequest, user_code: str, body: ApproverIn) -> Status[None]:
    authorization = _waiting(user_code)
    if authorization.directory is None:
        user = _builder_id(body.principal)
    else:
        user = _user(body.principal, authorization.directory)
    try:
        if authorization.directory:
            directory_users.check_enabled(user)
        device_authorizations.approve(authorization, _session(user, authorization.realm, request))
    except Refusal as refusal:
        raise Refused(409, str(refusal.message), LIST_USERS) from refusal
    return Status(204, None)


@router.post(
    "/device_authorizations/{user_code}/deny",
    response={204: None, 409: Problem, **PROBLEMS},
    summary="Refuse what a program waits for",
)
def deny(request: HttpRequest, user_code: str) -> Status[None]:
    try:
        device_authorizations.deny(_waiting(user_code))
    except Refusal as refusal:
        raise Refused(409, str(refusal.message), BEGIN_ANEW) from refusal
    return Status(204, None)


def _waiting(user_code: str) -> DeviceAuthorization:
    authorization = device_authorizations.find(user_code)
    if authorization is None:
        raise Refused(404, f"No program waits with the code {user_code}.", BEGIN_ANEW)
    return authorization


def _user(said: int | str, directory: Directory) -> Principal:
    """Return whom an id means, or a user name in the directory of the program."""
    if isinstance(said, str):
        user = directories.find_user(directory, said)
        problem = f"The directory {directory.pk}, which the program asks, has no user {said}."
    else:
        user = DirectoryUser.objects.filter(pk=said).first()
        problem = f"No user of a directory has the id {said}."
    if user is None:
        raise Refused(404, problem, LIST_USERS)
    return user


def _builder_id(said: int | str) -> Principal:
    """Return whose Builder ID is meant, by its id or its e-mail."""
    if isinstance(said, str):
        found = people.find(without_null(said))
    else:
        found = people.everybody().filter(pk=said).first()
    if found is None:
        raise Refused(404, f"There is no Builder ID {said}.", LIST_BUILDER_IDS)
    return found


def _session(user: Principal, realm: Realm, request: HttpRequest) -> Session:
    """Return a living session of a user at the sign-in host; one is opened if there is none."""
    living = _living(user)
    if (session := living.first()) is None:
        origin = hosts.origin("platform", region=realm.region)
        lasts = user.profile.directory.session_lifetime if realm.directory else people.SIGNED_IN_FOR
        sessions.open_for(
            user,
            browser=replace(browser_of(request), host=urlsplit(origin).netloc),
            factors=[],
            host="",
            challenge="",
            lifetime=lasts,
        )
        session = living.all()[0]
    return session


def _living(user: Principal) -> QuerySet[Session]:
    # One that no browser has is a program's: it outlives what people allow elsewhere.
    return Session.objects.select_related("principal").filter(
        principal=user,
        key_digest__isnull=False,
        door=sessions.SIGNIN,
        role=None,
        ended_at=None,
        expires_at__gt=clock.now(),
    )


def _grant(grant: Grant) -> dict[str, Any]:
    return {
        "id": grant.pk,
        "client": grant.client_id,
        "client_name": grant.client.name,
        "principal": grant.principal_id,
        "scopes": grant.scopes,
        "allowed_at": grant.allowed_at,
        "expires_at": grant.session.expires_at,
    }
