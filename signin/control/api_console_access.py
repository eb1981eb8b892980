"""The control API's calls about who signs in to the console of an account, and from where."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema
from pydantic import AwareDatetime, StrictBool

from accounts import console_access, permission_statements
from accounts.errors import StatementConflict, StatementInvalid, TooManyStatements
from accounts.models import Account, PermissionStatement
from accounts.models.console_access import CONDITIONS
from signin.control.api_shapes import PROBLEMS, Refused, Strict, Text
from signin.http import without_null

router = Router()

PATH = "/accounts/{account_id}/console_access"
MEND = "Mend what is named, and send it again."


class StatementIn(Strict):
    """Under which conditions somebody is let in: all that are given."""

    source_ip: Text = Field("", description="An address, or a network: 203.0.113.0/24.")
    requested_region: Text = ""
    source_vpc: Text = Field("", description="No request here comes from a VPC.")
    signin_source_vpce: Text = ""
    console_source_vpce: Text = ""
    vpc_source_ip: Text = ""
    excluded_principal: Text = Field("", description="The ARN of whom it does not concern.")


class StatementOut(Schema):
    id: str
    source_ip: str
    requested_region: str
    source_vpc: str
    signin_source_vpce: str
    console_source_vpce: str
    vpc_source_ip: str
    excluded_principal: str
    created_at: AwareDatetime


class ConsoleAccessIn(Strict):
    enabled: StrictBool
    statements: list[StatementIn] | None = Field(
        None, description="In place of those that are there; without them those stay."
    )


class ConsoleAccessOut(Schema):
    enabled: bool
    statements: list[StatementOut]


@router.get(
    PATH,
    response={200: ConsoleAccessOut, **PROBLEMS},
    summary="From where people may sign in to the console of an account",
)
def read_console_access(request: HttpRequest, account_id: str) -> dict[str, Any]:
    return _told(_find(account_id))


@router.put(
    PATH,
    response={200: ConsoleAccessOut, **PROBLEMS},
    summary="Say from where people may sign in to the console of an account",
)
def put_console_access(
    request: HttpRequest, account_id: str, body: ConsoleAccessIn
) -> dict[str, Any]:
    account = _find(account_id)
    wanted = body.statements
    rows = None if wanted is None else [each.model_dump() for each in wanted]
    try:
        permission_statements.replace(account, rows, is_enabled=body.enabled)
    except (StatementInvalid, StatementConflict, TooManyStatements) as refusal:
        raise Refused(422, str(refusal.message), MEND) from refusal
    return _told(_find(account_id))


@router.delete(
    PATH,
    response={200: ConsoleAccessOut, **PROBLEMS},
    summary="Let everybody in again: delete all statements of an account",
)
def clear_console_access(request: HttpRequest, account_id: str) -> dict[str, Any]:
    permission_statements.clear(_find(account_id))
    return _told(_find(account_id))


def _find(account_id: str) -> Account:
    found = Account.objects.filter(pk=without_null(account_id)).first()
    if found is None:
        raise Refused(404, f"There is no account {account_id}.", "Take the ID of one.")
    return found


def _told(account: Account) -> dict[str, Any]:
    return {
        "enabled": account.console_authorization,
        "statements": [_statement(each) for each in console_access.of(account)],
    }


def _statement(statement: PermissionStatement) -> dict[str, Any]:
    conditions = {name: getattr(statement, name) for name in CONDITIONS}
    return {"id": statement.id, "created_at": statement.created_at, **conditions}
