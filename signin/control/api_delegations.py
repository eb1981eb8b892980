"""The control API's calls that make what STS takes: trade-in tokens, and encoded messages."""

import re
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema, Status
from pydantic import AwareDatetime, StrictBool, StrictInt

from accounts import authorization_messages, delegations, principals
from accounts.models import Principal
from signin.control.api_shapes import PROBLEMS, Refused, Strict, Text
from signin.kernel import partitions

router = Router()

USER_ARN = re.compile(
    rf"arn:(?:{partitions.ID}):iam::(?P<account>[0-9]{{12}}):user/(?P<name>[^/\x00]+)\Z"
)
LIST_USERS = "GET /control/v1/principals lists everybody with their ARN."


class DelegationIn(Strict):
    """An accepted request: whose access is delegated, and how long the credentials last."""

    principal_arn: Text = Field(description="Of an IAM user.")
    seconds: StrictInt = Field(delegations.DEFAULT, ge=delegations.SHORTEST, le=delegations.LONGEST)


class DelegationOut(Schema):
    trade_in_token: str = Field(description="Told this once, and good once.")
    expires_at: AwareDatetime


class RefusalIn(Strict):
    """What was refused to an IAM user."""

    principal_arn: Text = Field(description="Of an IAM user.")
    action: str = Field(pattern=r"^[a-z0-9-]{1,64}:[A-Za-z0-9*]{1,128}$")
    resource: str = Field(pattern=r"^[ -~]{1,2048}$")
    explicit_deny: StrictBool = False


class EncodedOut(Schema):
    encoded_message: str


@router.post(
    "/delegation_tokens",
    response={201: DelegationOut, **PROBLEMS},
    summary="Delegate somebody's access to a program",
)
def delegate(request: HttpRequest, body: DelegationIn) -> Status[dict[str, Any]]:
    given = delegations.give(_user(body.principal_arn), seconds=body.seconds)
    return Status(201, {"trade_in_token": given.token, "expires_at": given.expires_at})


@router.post(
    "/authorization_messages",
    response={201: EncodedOut, **PROBLEMS},
    summary="Encode the message that something was refused",
)
def encode(request: HttpRequest, body: RefusalIn) -> Status[dict[str, Any]]:
    encoded = authorization_messages.encode(
        _user(body.principal_arn),
        action=body.action,
        resource=body.resource,
        is_explicit=body.explicit_deny,
    )
    return Status(201, {"encoded_message": encoded})


def _user(arn: str) -> Principal:
    if parts := USER_ARN.match(arn):
        account = principals.find_account(parts["account"])
        found = principals.find_iam_user(account, parts["name"])
        if found and found.arn.partition(":user/")[0] == arn.partition(":user/")[0]:
            return found
    raise Refused(404, "No IAM user has this ARN.", LIST_USERS)
