"""What the answers of STS have in common: credentials as they are told, and the events of calls."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from accounts import signer_events
from accounts.credentials import Keys
from accounts.models import Account, Role
from accounts.signer_events import SignedCall
from signin.events import shapes
from signin.federation.unsigned_calls import UnsignedCall
from signin.http import without_null
from signin.wire.query import Call, Error, Inputs, Output
from signin.wire.sigv4 import region_of

SOURCE = "sts.amazonaws.com"
# The signed operations that have events, and what these tell of the fields: no code and no token.
RECORDED = {
    "AssumeRole": (
        "RoleArn",
        "RoleSessionName",
        "DurationSeconds",
        "ExternalId",
        "SerialNumber",
        "SourceIdentity",
    ),
    "AssumeRoot": ("TargetPrincipal", "TaskPolicyArn.arn", "DurationSeconds"),
    "DecodeAuthorizationMessage": (),
    "GetDelegatedAccessToken": (),
    "GetFederationToken": ("Name", "DurationSeconds"),
    "GetSessionToken": ("DurationSeconds", "SerialNumber"),
    "GetWebIdentityToken": ("DurationSeconds", "SigningAlgorithm"),
}


def credentials_of(keys: Keys) -> Output:
    """Return credentials as an answer tells them, once."""
    return {
        "AccessKeyId": keys.access_key_id,
        "SecretAccessKey": keys.secret_access_key,
        "SessionToken": keys.session_token,
        "Expiration": keys.expires_at,
    }


def record(
    call: Call,
    keys: Keys,
    more: Mapping[str, Any],
    *,
    role: Role | None = None,
    account_id: str | None = None,
) -> None:
    """Record that a call got credentials, of a role or of an account; in both accounts."""
    response = {"credentials": issued(keys), **more}
    signer_events.answered(signed(call), response, role=role, account_id=account_id)


def refused(call: Call, error: Error, message: str) -> None:
    """Record what was refused to somebody who signed, of what the events tell."""
    if call.action in RECORDED:
        signer_events.refused(signed(call), code=error.code, message=message)


def signed(call: Call) -> SignedCall:
    """Return a signed call as events tell it."""
    browser = call.browser
    return SignedCall(
        name=call.action,
        source=SOURCE,
        signer=call.signer,
        browser=browser,
        region=browser.region or region_of(call.request) or _home(call.signer.account),
        request_id=call.request_id,
        parameters=parameters_of(call.inputs, RECORDED[call.action]),
    )


def unsigned(call: Call, account: Account, members: Sequence[str]) -> UnsignedCall:
    """Return a call that nobody signs as events of an account tell it, with some of its fields."""
    browser = call.browser
    return UnsignedCall(
        name=call.action,
        source=SOURCE,
        account_id=account.id,
        browser=browser,
        region=browser.region or _home(account),
        request_id=call.request_id,
        parameters=parameters_of(call.inputs, members),
    )


def _home(account: Account) -> str:
    return shapes.root_region(account.partition)


def issued(keys: Keys) -> dict[str, str]:
    """Return what an event tells of credentials: nothing secret."""
    return {"accessKeyId": keys.access_key_id, "expiration": shapes.spelled(keys.expires_at)}


def parameters_of(inputs: Inputs, members: Sequence[str]) -> dict[str, Any]:
    """Return what an event tells of the fields of a call."""
    parameters: dict[str, Any] = {}
    for name in members:
        if (given := inputs.get(name)) and (value := without_null(given)[:2048]):
            outer, _, inner = name.partition(".")
            parameters[_lower(outer)] = {inner: value} if inner else value
    seconds = parameters.get("durationSeconds")
    if seconds and re.fullmatch(r"[0-9]{1,9}", seconds):
        parameters["durationSeconds"] = int(seconds)
    return parameters


def lowered(members: Mapping[str, str]) -> dict[str, str]:
    """Return members of an answer as events spell them."""
    return {_lower(name): value for name, value in members.items()}


@lru_cache(maxsize=500)  # of names that stand in the code
def _lower(name: str) -> str:
    return f"{name[0].lower()}{name[1:]}"
