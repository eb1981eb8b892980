"""STS, the service of temporary credentials (Query protocol, version 2011-06-15)."""

from django.db import transaction

from accounts import credentials, identity_contexts, role_sessions, signers
from accounts.errors import (
    ContextRefused,
    MessageNotDecoded,
    RoleRefused,
    RootRefused,
    SessionTooLong,
    SourceIdentityFixed,
    TagFixed,
    TradeInTokenOver,
)
from accounts.models.roles import HOUR, NAME
from accounts.role_sessions import Wish
from accounts.signers import Signer
from mfa import confirmations
from mfa.errors import CodeWrong
from signin.faults.faults import Kind
from signin.kernel import arns
from signin.kernel.errors import LockedOut, Refusal
from signin.wire import (
    sts_delegation,
    sts_messages,
    sts_outbound,
    sts_saml,
    sts_web_identity,
)
from signin.wire.query import (
    Call,
    Error,
    Operation,
    Output,
    Service,
    number,
    records,
    text,
)
from signin.wire.sts_answers import credentials_of, lowered, record, refused
from signin.wire.sts_fields import (
    ARN,
    LONGEST_ROLE,
    SESSION_NAME,
    SOURCE_IDENTITY,
    Denied,
    PolicyMalformed,
    PolicyTooLarge,
    TagsWrong,
    packed,
    tags_of,
    transitive_of,
)

SHORTEST = role_sessions.SHORTEST
LONGEST = 36 * HOUR  # of a user's own session, and of a federated user's
DEFAULT = 12 * HOUR
LONGEST_OF_ROOT = HOUR

FEDERATED_NAME = rf"{NAME}{{2,32}}"
EXTERNAL_ID = r"[A-Za-z0-9_+=,.@:/-]{2,1224}"
SERIAL_NUMBER = r"[A-Za-z0-9_+=/:,.@-]{6,256}"
CODE = r"[0-9]{6}"
CONTEXT = {"ProviderArn": ARN, "ContextAssertion": r"[!-~]{4,3072}"}
MOST_CONTEXTS = 5
ACCESS_KEY_ID = r"[A-Za-z0-9_]{16,128}"


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
    tags = tags_of(inputs)
    wish = Wish(
        role_arn=text(inputs, "RoleArn", ARN),
        session_name=text(inputs, "RoleSessionName", SESSION_NAME),
        seconds=number(inputs, "DurationSeconds", least=SHORTEST, most=LONGEST_ROLE),
        external_id=text(inputs, "ExternalId", EXTERNAL_ID, is_required=False),
        source_identity=text(inputs, "SourceIdentity", SOURCE_IDENTITY, is_required=False),
        tags=tags,
        transitive_tags=transitive_of(inputs, tags),
    )
    used = packed(inputs, tags)
    contexts = records(inputs, "ProvidedContexts", CONTEXT, most=MOST_CONTEXTS)
    role = role_sessions.admit(signer, wish)
    for each in contexts:
        identity_contexts.check(
            each["ProviderArn"], each["ContextAssertion"], partition=role.account.partition
        )
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
            "Arn": role.session_arn(wish.session_name),
        }
        record(call, keys, {"assumedRoleUser": lowered(user)}, role=role)
    source_identity = wish.source_identity or signer.source_identity
    return {
        "Credentials": credentials_of(keys),
        "AssumedRoleUser": user,
        **used,
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
    return {"Credentials": credentials_of(keys)}


def get_federation_token(call: Call) -> Output:
    """Give credentials of a federated user, for whom whoever signed vouches."""
    inputs, signer = call.inputs, _long_term(call)
    name = text(inputs, "Name", FEDERATED_NAME)
    seconds = number(inputs, "DurationSeconds", least=SHORTEST, most=LONGEST)
    tags = tags_of(inputs)
    used = packed(inputs, tags)
    user = {
        "FederatedUserId": f"{signer.account_id}:{name}",
        "Arn": arns.federated_user(signer.account.partition, signer.account_id, name),
    }
    with transaction.atomic():
        keys = credentials.issue_for_federation(
            signer.principal, name, seconds=_lasting(signer, seconds), tags=tags
        )
        record(call, keys, {"federatedUser": lowered(user)})
    return {"Credentials": credentials_of(keys), "FederatedUser": user, **used}


def get_access_key_info(call: Call) -> Output:
    """Tell which account an access key is of."""
    access_key_id = text(call.inputs, "AccessKeyId", ACCESS_KEY_ID)
    signer = signers.find(access_key_id)
    if signer is None or signer.account.partition != call.signer.account.partition:
        raise KeyNotThere
    return {"Account": signer.account_id}


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


STS = Service(
    name="sts",
    version="2011-06-15",
    namespace="https://sts.amazonaws.com/doc/2011-06-15/",
    operations={
        "GetCallerIdentity": Operation(get_caller_identity),
        "AssumeRole": Operation(assume_role),
        "AssumeRoleWithSAML": Operation(sts_saml.assume_role_with_saml, is_signed=False),
        "AssumeRoleWithWebIdentity": Operation(
            sts_web_identity.assume_role_with_web_identity, is_signed=False
        ),
        "GetSessionToken": Operation(get_session_token),
        "GetFederationToken": Operation(get_federation_token),
        "GetWebIdentityToken": Operation(sts_outbound.get_web_identity_token),
        "GetAccessKeyInfo": Operation(get_access_key_info),
        "AssumeRoot": Operation(sts_delegation.assume_root),
        "GetDelegatedAccessToken": Operation(sts_delegation.get_delegated_access_token),
        "DecodeAuthorizationMessage": Operation(sts_messages.decode_authorization_message),
    },
    known=frozenset({"GetScopedCredentials"}),
    errors={
        RoleRefused: Error("AccessDenied", 403),
        RootRefused: Error("AccessDenied", 403),
        TradeInTokenOver: Error("ExpiredTradeInTokenException"),
        MessageNotDecoded: Error("InvalidAuthorizationMessageException"),
        Denied: Error("AccessDenied", 403),
        CodeWrong: Error("AccessDenied", 403),
        ContextRefused: Error("InvalidContextAssertion"),
        LockedOut: Error("AccessDenied", 403),
        SourceIdentityFixed: Error("AccessDenied", 403),
        SessionTooLong: Error("ValidationError"),
        KeyNotThere: Error("ValidationError"),
        TagFixed: Error("InvalidParameterValue"),
        TagsWrong: Error("InvalidParameterValue"),
        PolicyMalformed: Error("MalformedPolicyDocument"),
        PolicyTooLarge: Error("PackedPolicyTooLarge"),
        **sts_saml.ERRORS,
        **sts_outbound.ERRORS,
        **sts_web_identity.ERRORS,
    },
    on_refusal=refused,
    faults=(Kind.THROTTLED, Kind.SERVER_ERROR),
)

view = STS.view()
