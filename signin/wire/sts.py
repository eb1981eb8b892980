"""STS, the service of temporary credentials (Query protocol, version 2011-06-15)."""

import json
import math
from collections.abc import Mapping

from django.db import transaction

from accounts import credentials, role_sessions
from accounts.errors import (
    MessageNotDecoded,
    RoleRefused,
    RootRefused,
    SessionTooLong,
    SourceIdentityFixed,
    TagFixed,
    TradeInTokenOver,
)
from accounts.models import AccessKey, TemporaryCredentials
from accounts.models.principals import fold
from accounts.models.roles import HOUR, NAME
from accounts.role_sessions import Wish
from accounts.signers import Signer
from mfa import confirmations
from mfa.errors import CodeWrong
from signin.kernel import arns
from signin.kernel.errors import LockedOut, Refusal
from signin.wire import sts_delegation, sts_messages
from signin.wire.query import (
    Call,
    Error,
    Inputs,
    Operation,
    Output,
    Service,
    number,
    records,
    text,
    texts,
)
from signin.wire.sts_answers import lowered, record, refused, told

SHORTEST = role_sessions.SHORTEST
LONGEST = 36 * HOUR  # of a user's own session, and of a federated user's
DEFAULT = 12 * HOUR
LONGEST_ROLE = 12 * HOUR
LONGEST_OF_ROOT = HOUR
MOST_TAGS = 50
MOST_POLICIES = 10
PACKED = 8192  # characters of policies and tags, of which AWS tells how much of its own is used

SESSION_NAME = rf"{NAME}{{2,64}}"
FEDERATED_NAME = rf"{NAME}{{2,32}}"
SOURCE_IDENTITY = rf"(?!(?i:aws:)){NAME}{{2,64}}"
EXTERNAL_ID = r"[A-Za-z0-9_+=,.@:/-]{2,1224}"
TAGS = {"Key": r"(?!(?i:aws:))[\w .:/=+@-]{1,128}", "Value": r"[\w .:/=+@-]{0,256}"}
ARN = r"[!-~]{20,2048}"
SERIAL_NUMBER = r"[A-Za-z0-9_+=/:,.@-]{6,256}"
CODE = r"[0-9]{6}"
ACCESS_KEY_ID = r"[A-Za-z0-9_]{16,128}"


class PolicyMalformed(Refusal):
    """A session policy is no JSON object."""

    message = "Policy is not a JSON object."


class PolicyTooLarge(Refusal):
    """Session policies and tags are more than a session can hold."""

    message = "The policies and tags of the session are too large together."


class TagsWrong(Refusal):
    """Session tags contradict each other."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


class Denied(Refusal):
    """Whoever signed may not do this, whatever they ask for."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


class KeyNotThere(Refusal):
    """No account has the access key that somebody asks about."""

    message = "No account has this access key."


def get_caller_identity(call: Call) -> Output:
    """Tell who signed."""
    signer = call.signer
    return {"UserId": signer.user_id, "Account": signer.account_id, "Arn": signer.arn}


def assume_role(call: Call) -> Output:
    """Give credentials of a role that trusts whoever signed."""
    inputs, signer = call.inputs, call.signer
    tags = _tags(inputs)
    wish = Wish(
        role_arn=text(inputs, "RoleArn", ARN),
        session_name=text(inputs, "RoleSessionName", SESSION_NAME),
        seconds=number(inputs, "DurationSeconds", least=SHORTEST, most=LONGEST_ROLE),
        external_id=text(inputs, "ExternalId", EXTERNAL_ID, is_required=False),
        source_identity=text(inputs, "SourceIdentity", SOURCE_IDENTITY, is_required=False),
        tags=tags,
        transitive_tags=_transitive(inputs, tags),
    )
    packed = _packed(inputs, tags)
    role = role_sessions.admit(signer, wish)
    is_confirmed = _confirmed(call)
    with transaction.atomic():
        keys = role_sessions.begin(
            signer,
            role,
            wish,
            mfa_authenticated=is_confirmed or bool(signer.mfa_authenticated),
        )
        user = {
            "AssumedRoleId": f"{role.unique_id}:{wish.session_name}",
            "Arn": arns.role_session(role.account_id, role.name, wish.session_name),
        }
        record(call, keys, {"assumedRoleUser": lowered(user)}, role=role)
    source_identity = wish.source_identity or signer.source_identity
    return {
        "Credentials": told(keys),
        "AssumedRoleUser": user,
        **packed,
        **({"SourceIdentity": source_identity} if source_identity else {}),
    }


def get_session_token(call: Call) -> Output:
    """Give whoever signed credentials of their own that end, confirmed by a device or not."""
    signer = _long_term(call)
    seconds = number(call.inputs, "DurationSeconds", least=SHORTEST, most=LONGEST)
    is_confirmed = _confirmed(call)
    with transaction.atomic():
        keys = credentials.issue_for_session(
            signer.principal, seconds=_lasting(signer, seconds), mfa_authenticated=is_confirmed
        )
        record(call, keys, {})
    return {"Credentials": told(keys)}


def get_federation_token(call: Call) -> Output:
    """Give credentials of a federated user, for whom whoever signed vouches."""
    inputs, signer = call.inputs, _long_term(call)
    name = text(inputs, "Name", FEDERATED_NAME)
    seconds = number(inputs, "DurationSeconds", least=SHORTEST, most=LONGEST)
    tags = _tags(inputs)
    packed = _packed(inputs, tags)
    user = {
        "FederatedUserId": f"{signer.account_id}:{name}",
        "Arn": arns.federated_user(signer.account_id, name),
    }
    with transaction.atomic():
        keys = credentials.issue_for_federation(
            signer.principal, name, seconds=_lasting(signer, seconds), tags=tags
        )
        record(call, keys, {"federatedUser": lowered(user)})
    return {"Credentials": told(keys), "FederatedUser": user, **packed}


def get_access_key_info(call: Call) -> Output:
    """Tell which account an access key is of."""
    access_key_id = text(call.inputs, "AccessKeyId", ACCESS_KEY_ID)
    key = AccessKey.objects.select_related("principal").filter(pk=access_key_id).first()
    if key:
        return {"Account": key.principal.account_id or ""}
    issued = TemporaryCredentials.objects.select_related("principal", "role")
    found = issued.filter(pk=access_key_id).first()
    if found is None:
        raise KeyNotThere
    return {"Account": found.account_id}


def _long_term(call: Call) -> Signer:
    if not call.signer.is_long_term:
        raise Denied(f"{call.action} takes the long-term access key of a user, not a session's.")
    return call.signer


def _lasting(signer: Signer, seconds: int | None) -> int:
    """Return how long a session lasts; a root user's no longer than an hour, whatever is asked."""
    return min(seconds or DEFAULT, LONGEST_OF_ROOT) if signer.is_root else seconds or DEFAULT


def _confirmed(call: Call) -> bool:
    """Return whether a code came along that is right; or raise why it isn't."""
    serial = text(call.inputs, "SerialNumber", SERIAL_NUMBER, is_required=False)
    code = text(call.inputs, "TokenCode", CODE, is_required=False)
    if not serial and not code:
        return False
    if not serial or not code:
        raise Denied("SerialNumber and TokenCode are needed together.")
    if call.signer.is_role or call.signer.is_federated:
        raise Denied("Only a user has devices, neither a role nor a federated user.")
    confirmations.confirm(call.signer.principal, serial, code, ip=call.browser.ip)
    return True


def _tags(inputs: Inputs) -> dict[str, str]:
    found = records(inputs, "Tags", TAGS, most=MOST_TAGS)
    if len({fold(each["Key"]) for each in found}) < len(found):
        raise TagsWrong("Two tags have the same key. Capitals make no difference.")
    return {each["Key"]: each["Value"] for each in found}


def _transitive(inputs: Inputs, tags: Mapping[str, str]) -> list[str]:
    names = texts(inputs, "TransitiveTagKeys", TAGS["Key"], most=MOST_TAGS)
    if not {fold(name) for name in names} <= {fold(name) for name in tags}:
        raise TagsWrong("Only tags of the same call can be transitive.")
    wanted = {fold(name) for name in names}
    return [name for name in tags if fold(name) in wanted]


def _packed(inputs: Inputs, tags: Mapping[str, str]) -> Output:
    """Return how much of what a session can hold is used; policies limit nothing here."""
    policy = text(inputs, "Policy", r"[\t\n\r\x20-\xff]{1,2048}", is_required=False)
    policies = records(inputs, "PolicyArns", {"arn": ARN}, most=MOST_POLICIES)
    try:
        if policy and not isinstance(json.loads(policy), dict):
            raise PolicyMalformed
    except (ValueError, RecursionError) as error:
        raise PolicyMalformed from error
    used = [policy, *(each["arn"] for each in policies), *tags, *tags.values()]
    if not any(used):
        return {}
    percent = math.ceil(100 * sum(map(len, used)) / PACKED)
    if percent > 100:
        raise PolicyTooLarge
    return {"PackedPolicySize": percent}


STS = Service(
    name="sts",
    version="2011-06-15",
    namespace="https://sts.amazonaws.com/doc/2011-06-15/",
    operations={
        "GetCallerIdentity": Operation(get_caller_identity),
        "AssumeRole": Operation(assume_role),
        "GetSessionToken": Operation(get_session_token),
        "GetFederationToken": Operation(get_federation_token),
        "GetAccessKeyInfo": Operation(get_access_key_info),
        "AssumeRoot": Operation(sts_delegation.assume_root),
        "GetDelegatedAccessToken": Operation(sts_delegation.get_delegated_access_token),
        "DecodeAuthorizationMessage": Operation(sts_messages.decode_authorization_message),
    },
    known=frozenset(
        {
            "AssumeRoleWithSAML",
            "AssumeRoleWithWebIdentity",
            "GetWebIdentityToken",
        }
    ),
    errors={
        RoleRefused: Error("AccessDenied", 403),
        RootRefused: Error("AccessDenied", 403),
        TradeInTokenOver: Error("ExpiredTradeInTokenException"),
        MessageNotDecoded: Error("InvalidAuthorizationMessageException"),
        Denied: Error("AccessDenied", 403),
        CodeWrong: Error("AccessDenied", 403),
        LockedOut: Error("AccessDenied", 403),
        SourceIdentityFixed: Error("AccessDenied", 403),
        SessionTooLong: Error("ValidationError"),
        KeyNotThere: Error("ValidationError"),
        TagFixed: Error("InvalidParameterValue"),
        TagsWrong: Error("InvalidParameterValue"),
        PolicyMalformed: Error("MalformedPolicyDocument"),
        PolicyTooLarge: Error("PackedPolicyTooLarge"),
    },
    on_refusal=refused,
)

view = STS.view()
