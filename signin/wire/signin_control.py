"""The control plane of the service signin: from where people may sign in to an account's console.

Statements are changed in one region, and hold everywhere; they can be read in all of them.
"""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts import permission_statements as statements
from accounts import signer_events
from accounts.errors import (
    NoConsoleAuthorization,
    StatementConflict,
    StatementInvalid,
    StatementUnknown,
    TooManyStatements,
)
from accounts.models import Account
from accounts.signer_events import SignedCall
from accounts.signers import Signer
from signin.events import shapes
from signin.http import browser_of
from signin.kernel import entropy
from signin.kernel.errors import Refusal
from signin.logins import permissions
from signin.logins.errors import SessionUnknown
from signin.logins.events import SIGNIN as SOURCE
from signin.wire import sigv4
from signin.wire.rest_json import Error, Inputs, Malformed, Output, Service, text
from signin.wire.signin_iam import SERVICES, SIGNED

MOST_RESULTS = 100
TOKEN = re.compile(r"[!-~]{1,64}\Z")
PAGE = re.compile(r"[-a-zA-Z0-9+=/_]*\Z")
STATEMENT = re.compile(r"[A-Za-z0-9+/]{64}=?\Z")
TARGET = re.compile(r"(?:\d{12}|o-[a-z0-9]{10}|r-[0-9a-z]{4,32})\Z", re.ASCII)
ACCOUNT_SCOPE = "ACCOUNT"
# What events tell of an input.
MEMBERS = frozenset(
    {
        *statements.NAMES.values(),
        "clientToken",
        "statementId",
        "targetId",
        "maxResults",
        "principalArn",
        "sessionArn",
        "status",
        "clientId",
        "issuedAfter",
        "issuedBefore",
        "reason",
    }
)
LONGEST_TOLD = 300

Done = Callable[[Signer, Inputs], Output]
Check = Callable[[SignedCall], None]


class NotAllowed(Refusal):
    """Whoever signed may not call this, or not for that account."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


class TargetUnknown(Refusal):
    """The account is in no such organization."""

    message = "The account is in no organization of that ID."


def _invalid() -> Error:
    return Error("ValidationException", 400, "INVALID_REQUEST")


def _missing() -> Error:
    return Error("ResourceNotFoundException", 404, "RESOURCE_NOT_FOUND")


CONTROL = Service(
    errors={
        **SIGNED.errors,
        StatementInvalid: _invalid(),
        NotAllowed: Error("AccessDeniedException", 403, "INSUFFICIENT_PERMISSIONS"),
        StatementUnknown: _missing(),
        SessionUnknown: _missing(),
        NoConsoleAuthorization: _missing(),
        TargetUnknown: _missing(),
        StatementConflict: Error("ConflictException", 409, "CONFLICT"),
        TooManyStatements: Error("ServiceQuotaExceededException", 402, "SERVICE_QUOTA_EXCEEDED"),
    },
    describe=SIGNED.describe,
    broken=SIGNED.broken,
)


def put_statement(signer: Signer, inputs: Inputs) -> Output:
    """Add a statement to the account's policy (PutResourcePermissionStatement)."""
    given = {
        column: text(inputs, name, is_required=False) for column, name in statements.NAMES.items()
    }
    conditions = {column: value for column, value in given.items() if value}
    made = statements.put(signer.account, conditions, client_token=_client_token(inputs))
    return {"statementId": made}


def list_statements(signer: Signer, inputs: Inputs) -> Output:
    """Return the statements of the account, a page at a time (ListResourcePermissionStatements)."""
    most, after = asked_page(inputs)
    try:
        found, more = statements.page(signer.account, most=most, after=after)
    except StatementUnknown as refusal:
        raise Malformed("nextToken is none of this service.") from refusal
    told: Output = {"permissionStatements": [statements.summary(each) for each in found]}
    return {**told, "nextToken": more} if more else told


def delete_statement(signer: Signer, inputs: Inputs) -> Output:
    """Delete a statement of the account (DeleteResourcePermissionStatement)."""
    statement_id = text(inputs, "statementId", longest=65)
    if not STATEMENT.match(statement_id):
        raise Malformed("statementId is not of its form.")
    statements.delete(signer.account, statement_id, client_token=_client_token(inputs))
    return {}


def get_policy(signer: Signer, inputs: Inputs) -> Output:
    """Return all statements of the account as one policy (GetResourcePolicy)."""
    return {"signinResourceBasedPolicy": statements.document(signer.account)}


def put_configuration(signer: Signer, inputs: Inputs) -> Output:
    """Let the account's statements count (PutConsoleAuthorizationConfiguration)."""
    _check_target(signer.account, inputs)
    statements.enable(signer.account)
    return _configuration(signer.account, is_enabled=True)


def get_configuration(signer: Signer, inputs: Inputs) -> Output:
    """Tell that the account's statements count (GetConsoleAuthorizationConfiguration).

    An account without a configuration has nothing to tell.
    """
    _check_target(signer.account, inputs)
    if not signer.account.console_authorization:
        raise NoConsoleAuthorization
    return _configuration(signer.account, is_enabled=True)


def delete_configuration(signer: Signer, inputs: Inputs) -> Output:
    """Let the account's statements count no more (DeleteConsoleAuthorizationConfiguration)."""
    _check_target(signer.account, inputs)
    statements.disable(signer.account)
    return _configuration(signer.account, is_enabled=False)


def check_manager(call: SignedCall) -> None:
    """Raise unless whoever signed may say who signs in, and changes it in the one region."""
    if not permissions.manages_console_access(call.signer):
        raise NotAllowed(f"{call.signer.arn} is not allowed to call signin:{call.name}.")
    home = shapes.root_region(call.signer.account.partition)
    if not call.is_read_only and call.region != home:
        raise Malformed(f"Changes are made in {home}; this is {call.region}.")


def operation(
    name: str, done: Done, *, writes: bool = False, check: Check = check_manager
) -> Callable[..., HttpResponse]:
    """Return the view of an operation: who signed is found, may call it, and is written down."""

    def handler(request: HttpRequest, inputs: Inputs) -> Output | None:
        signer = sigv4.verify(request, services=SERVICES)
        call = _call(name, request, signer, inputs, writes=writes)
        try:
            check(call)
            told = done(signer, inputs)
        except Refusal as refusal:
            error = CONTROL.error_of(refusal)
            signer_events.refused(call, code=error.exception, message=str(refusal.message))
            raise
        signer_events.answered(call, told if writes else {})
        return told or None

    return CONTROL.operation(handler)


def _check_target(account: Account, inputs: Inputs) -> None:
    """Refuse all targets but the account of whoever signed; there are no organizations here."""
    target = text(inputs, "targetId", longest=32, is_required=False)
    if not target or target == account.id:
        return
    if not TARGET.match(target):
        raise Malformed("targetId is the ID of an account, an organization or its root.")
    if target.isdigit():
        raise NotAllowed("targetId is the ID of another account.")
    raise TargetUnknown


def asked_page(inputs: Inputs) -> tuple[int, str]:
    """Return how many results are wanted at most, and behind what; or raise Malformed."""
    most = inputs.get("maxResults")
    if most is None:
        most = MOST_RESULTS
    if type(most) is not int or not 1 <= most <= MOST_RESULTS:
        raise Malformed(f"maxResults is a number from 1 to {MOST_RESULTS}.")
    after = text(inputs, "nextToken", is_required=False)
    if not PAGE.match(after):
        raise Malformed("nextToken is none of this service.")
    return most, after


def _client_token(inputs: Inputs) -> str:
    token = text(inputs, "clientToken", longest=64, is_required=False)
    if token and not TOKEN.match(token):
        raise Malformed("clientToken is up to 64 characters without blanks.")
    return token


def _configuration(account: Account, *, is_enabled: bool) -> Output:
    return {
        "targetId": account.id,
        "scope": ACCOUNT_SCOPE,
        "consoleAuthorizationEnabled": is_enabled,
    }


def _call(
    name: str, request: HttpRequest, signer: Signer, inputs: Inputs, *, writes: bool
) -> SignedCall:
    return SignedCall(
        name=name,
        source=SOURCE,
        signer=signer,
        browser=browser_of(request),
        region=sigv4.region_of(request),
        request_id=entropy.identifier_text(),
        parameters=_parameters(inputs),
        is_read_only=not writes,
    )


def _parameters(inputs: Inputs) -> dict[str, Any]:
    """Return the members of an input that an event tells, if they are as short as they can be."""
    known = {name: value for name, value in inputs.items() if name in MEMBERS}
    return {
        name: value
        for name, value in known.items()
        if (isinstance(value, str) and len(value) <= LONGEST_TOLD) or type(value) is int
    }


put_resource_permission_statement = operation(
    "PutResourcePermissionStatement", put_statement, writes=True
)
list_resource_permission_statements = operation("ListResourcePermissionStatements", list_statements)
delete_resource_permission_statement = operation(
    "DeleteResourcePermissionStatement", delete_statement, writes=True
)
get_resource_policy = operation("GetResourcePolicy", get_policy)
put_console_authorization_configuration = operation(
    "PutConsoleAuthorizationConfiguration", put_configuration, writes=True
)
get_console_authorization_configuration = operation(
    "GetConsoleAuthorizationConfiguration", get_configuration
)
delete_console_authorization_configuration = operation(
    "DeleteConsoleAuthorizationConfiguration", delete_configuration, writes=True
)
