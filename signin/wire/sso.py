"""The access portal's API: where somebody may work, and keys for it, for a program's token."""

import base64
import re
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import assignments, credentials, directory_events, sessions
from accounts.models import Account, Principal, Session
from signin.faults.faults import Kind
from signin.http import browser_of
from signin.kernel.errors import Refusal
from signin.oidc import grants, tokens
from signin.oidc.clients import OLD_PORTAL_SCOPE, PORTAL_SCOPE
from signin.oidc.models import Grant
from signin.wire.rest_json import Error, Inputs, Malformed, Output, Service, text
from signin.wire.strikes import CallFailed, TooManyCalls

BEARER = "HTTP_X_AMZ_SSO_BEARER_TOKEN"
MOST_RESULTS = 100
_ACCOUNT = re.compile(r"[0-9]{12}\Z")


class Unauthorized(Refusal):
    """The token opens nothing: unknown, too old, revoked, signed out, or for something else."""

    message = "Session token not found or invalid"


class NoAccess(Refusal):
    """Whoever the token stands for has no such role."""

    message = "No access"


class AccountUnknown(Refusal):
    """Whoever the token stands for has nothing in the account, if there is one."""

    message = "There is nothing assigned in this account."


BROKEN = Error("InternalServerException", 500)
ERRORS = {
    Unauthorized: Error("UnauthorizedException", 401),
    NoAccess: Error("ForbiddenException", 403),
    AccountUnknown: Error("ResourceNotFoundException", 404),
    Malformed: Error("InvalidRequestException"),
    TooManyCalls: Error("TooManyRequestsException", 429),
    CallFailed: BROKEN,
}


def _describe(error: Error, told: str) -> Output:
    # Some clients look for the name of the error here, not in the header.
    return {"message": told, "__type": f"com.amazonaws.switchboard.portal#{error.exception}"}


SERVICE = Service(ERRORS, _describe, BROKEN, faults=(Kind.THROTTLED, Kind.SERVER_ERROR))


def _list_accounts(request: HttpRequest, inputs: Inputs) -> Output:
    user = _session_of(request).principal
    accounts, next_token = _page(assignments.accounts_of(user), inputs)
    listed = [
        {
            "accountId": account.pk,
            "accountName": account.name,
            "emailAddress": account.root_email or "",
        }
        for account in accounts
    ]
    return {"nextToken": next_token, "accountList": listed}


def _list_account_roles(request: HttpRequest, inputs: Inputs) -> Output:
    user, account_id = _session_of(request).principal, _account_id(inputs)
    account = Account.objects.filter(pk=account_id)
    there = assignments.permission_sets_in(user, account).get(account_id)
    if not there:
        raise AccountUnknown
    roles, next_token = _page(there, inputs)
    listed = [{"roleName": role.name, "accountId": account_id} for role in roles]
    return {"nextToken": next_token, "roleList": listed}


def _get_role_credentials(request: HttpRequest, inputs: Inputs) -> Output:
    session = _session_of(request)
    account_id, role_name = _account_id(inputs), text(inputs, "role_name")
    grant = assignments.find(session.principal, account_id, role_name)
    if grant is None:
        raise NoAccess
    to = {"role_name": role_name, "account_id": account_id}
    with transaction.atomic():
        keys = credentials.issue(session.principal, grant, session=session)
        directory_events.federated(session, browser=browser_of(request), to=to)
    return {
        "roleCredentials": {
            "accessKeyId": keys.access_key_id,
            "secretAccessKey": keys.secret_access_key,
            "sessionToken": keys.session_token,
            "expiration": int(keys.expires_at.timestamp() * 1000),
        }
    }


def _logout(request: HttpRequest, _inputs: Inputs) -> None:
    grant, session = _bearer(request)
    if grant:
        tokens.revoke_family(grant)
    sessions.end(session)
    if not _is_builder_id(session):
        directory_events.signed_out(session, browser=browser_of(request))


def _session_of(request: HttpRequest) -> Session:
    """Return the sign-in behind the token of a request: never with a Builder ID (R-186)."""
    _, session = _bearer(request)
    if _is_builder_id(session):
        raise Unauthorized
    return session


def _bearer(request: HttpRequest) -> tuple[Grant | None, Session]:
    """Return whose token a request has, which comes in its header only (S-103).

    It is a program's, or that of the portal's own cookie, with which some programs come instead.
    """
    written: str = request.META.get(BEARER, "")
    if (token := tokens.find(written)) is None:
        return None, _of_portal(written, browser_of(request).region)
    grant = token.grant
    if not grants.is_known_at(grant, browser_of(request)):
        raise Unauthorized
    # A grant of the old kind has no scopes, and is for this API; of a Builder ID none is.
    is_for_here = not grant.scopes or {PORTAL_SCOPE, OLD_PORTAL_SCOPE}.intersection(grant.scopes)
    if not is_for_here and not _is_builder_id(grant.session):
        raise Unauthorized
    return grant, grant.session


def _of_portal(token: str, region: str | None) -> Session:
    session = sessions.find_by_bearer_token(token)
    if session is None or (region and region not in session.principal.profile.directory.regions):
        raise Unauthorized
    return session


def _is_builder_id(session: Session) -> bool:
    return session.principal.kind == Principal.Kind.BUILDER_ID


def _account_id(inputs: Inputs) -> str:
    account_id = text(inputs, "account_id")
    if not _ACCOUNT.match(account_id):
        raise Malformed("account_id has twelve digits.")
    return account_id


def _page(rows: QuerySet[Any] | Sequence[Any], inputs: Inputs) -> tuple[list[Any], str | None]:
    """Return so many rows as are asked for, and the token of the next page if there is one."""
    begin, most = _offset(inputs), _most(inputs)
    page = list(rows[begin : begin + most + 1])
    return page[:most], _page_token(begin + most) if len(page) > most else None


def _most(inputs: Inputs) -> int:
    asked = text(inputs, "max_result", longest=3, is_required=False) or str(MOST_RESULTS)
    if not asked.isdecimal() or not 1 <= int(asked) <= MOST_RESULTS:
        raise Malformed(f"max_result is a number from 1 to {MOST_RESULTS}.")
    return int(asked)


def _page_token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"from {offset}".encode()).decode()


def _offset(inputs: Inputs) -> int:
    token = text(inputs, "next_token", longest=64, is_required=False)
    if not token:
        return 0
    try:
        word, number = base64.urlsafe_b64decode(token).decode().split(" ")
        offset = int(number)
    except ValueError:
        word, offset = "", -1
    if word != "from" or not 0 < offset < 10**6:
        raise Malformed("next_token is not one that this API gave.")
    return offset


list_accounts = SERVICE.operation(_list_accounts, method="GET")
list_account_roles = SERVICE.operation(_list_account_roles, method="GET")
get_role_credentials = SERVICE.operation(_get_role_credentials, method="GET")
logout = SERVICE.operation(_logout)
