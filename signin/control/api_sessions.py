"""The control API's calls about who is in: browsers, command lines, and keys for a while."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status
from pydantic import AwareDatetime

from accounts import credentials, directory_users, identities, sessions
from accounts.models import Principal, Session
from signin.control.api_devices import find_principal
from signin.control.api_shapes import PROBLEMS, Refused
from signin.http import browser_of
from signin.logins import chains
from signin.logins.models import Login

router = Router()

Limit = Annotated[int, Query(ge=1, le=1000)]

LIST_SESSIONS = "GET /control/v1/sessions lists those that live."
LIST_LOGINS = "GET /control/v1/logins lists those that live."


class SessionOut(Schema):
    id: UUID
    principal: int
    kind: Literal["console", "portal", "builder-id"] = Field(description="What it opens.")
    account: str | None = Field(description="In which they work at the console.")
    directory: str | None = Field(description="Whose user it is.")
    role: str | None = Field(description="The ARN of the role as which they work now.")
    session_name: str | None = Field(description="Of the role's session or the federated user.")
    host: str = Field(description="Where they signed in.")
    factors: list[str]
    ip: str
    user_agent: str
    created_at: AwareDatetime
    expires_at: AwareDatetime


class LoginOut(Schema):
    id: UUID
    principal: int
    role: str | None = Field(description="The ARN of the role as which the program works.")
    client: str
    started_at: AwareDatetime
    expires_at: AwareDatetime


class Revoked(Schema):
    revoked: int


@router.get(
    "/sessions",
    response={200: list[SessionOut], **PROBLEMS},
    summary="Who is signed in, in which browser",
)
def list_sessions(
    request: HttpRequest, principal: int | None = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    found = sessions.living_sign_ins().select_related(
        "principal__account", "role__account", "switch__role__account"
    )
    if principal is not None:
        found = found.filter(principal=principal)
    return [_session(each) for each in found[:limit]]


@router.delete(
    "/sessions/{session_id}",
    response={204: None, **PROBLEMS},
    summary="Sign a browser out, with all that came from the same sign-in",
)
def end_session(request: HttpRequest, session_id: UUID) -> Status[None]:
    found = sessions.living_sign_ins().select_related("principal__profile__directory")
    session = found.filter(pk=session_id).first()
    if session is None:
        raise Refused(404, f"No session {session_id} lives.", LIST_SESSIONS)
    directory_users.end_session(session, browser=browser_of(request))
    return Status(204, None)


@router.get(
    "/logins",
    response={200: list[LoginOut], **PROBLEMS},
    summary="The command lines that were let in by aws login",
)
def list_logins(
    request: HttpRequest, principal: int | None = None, limit: Limit = 100
) -> list[dict[str, Any]]:
    found = chains.living().select_related("role__account")
    if principal is not None:
        found = found.filter(principal=principal)
    return [_login(each) for each in found[:limit]]


@router.delete(
    "/logins/{login_id}",
    response={204: None, **PROBLEMS},
    summary="Give a command line no new credentials",
)
def revoke_login(request: HttpRequest, login_id: UUID) -> Status[None]:
    if not chains.revoke(chains.living().filter(pk=login_id).order_by()):
        raise Refused(404, f"No login {login_id} lives.", LIST_LOGINS)
    return Status(204, None)


@router.delete(
    "/principals/{principal_id}/temporary_credentials",
    response={200: Revoked, **PROBLEMS},
    summary="Revoke all temporary credentials that somebody stands behind",
)
def revoke_credentials(request: HttpRequest, principal_id: int) -> dict[str, int]:
    return {"revoked": credentials.revoke_all(find_principal(principal_id))}


def _session(session: Session) -> dict[str, Any]:
    principal, identity = session.principal, identities.acting(session)
    role = identity.role
    return {
        "id": session.pk,
        "principal": principal.pk,
        "kind": _kind(session),
        "account": role.account_id if role else principal.account_id,
        "directory": principal.realm if _is_of_directory(principal) else None,
        "role": role.arn if role else None,
        "session_name": None if identity.is_themselves else identity.session_name,
        "host": session.host,
        "factors": session.factors,
        "ip": session.ip,
        "user_agent": session.user_agent,
        "created_at": session.created_at,
        "expires_at": session.expires_at,
    }


def _kind(session: Session) -> str:
    """Return the door that a sign-in leads to; it need not have been opened yet."""
    principal = session.principal
    if principal.kind == Principal.Kind.BUILDER_ID:
        return sessions.BUILDER_ID
    is_at_portal = _is_of_directory(principal) and session.role_id is None
    return sessions.PORTAL if is_at_portal else sessions.CONSOLE


def _is_of_directory(principal: Principal) -> bool:
    return principal.kind == Principal.Kind.DIRECTORY_USER


def _login(login: Login) -> dict[str, Any]:
    return {
        "id": login.pk,
        "principal": login.principal_id,
        "role": login.role.arn if login.role else None,
        "client": login.client,
        "started_at": login.started_at,
        "expires_at": login.expires_at,
    }
