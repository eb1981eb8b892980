"""Operations of STS that let somebody act in another one's place: a root user's, or a user's."""

from django.db import transaction

from accounts import delegations, root_sessions
from accounts.signers import Signer
from signin.kernel import partitions
from signin.wire.query import ActionUnknown, Call, Output, number, text
from signin.wire.sts_answers import credentials_of, record

GLOBAL = "sts.amazonaws.com"
ROOT_USER = rf"[0-9]{{12}}|arn:(?:{partitions.ID}):iam::[0-9]{{12}}:root"
TASKS = (
    "IAMAuditRootUserCredentials",
    "IAMCreateRootUserPassword",
    "IAMDeleteRootUserCredentials",
    "S3UnlockBucketPolicy",
    "SQSUnlockQueuePolicy",
)
TASK_POLICY = rf"arn:(?:{partitions.ID}):iam::aws:policy/root-task/(?:{'|'.join(TASKS)})"
TOKEN = r"[!-~]{1,4096}"


def assume_root(call: Call) -> Output:
    """Give credentials of a member account's root user to whoever manages the organization."""
    host = getattr(call.request, "host", None)
    if host and host.name == GLOBAL:
        raise ActionUnknown("AssumeRoot is an operation of the endpoints of regions.")
    inputs, signer = call.inputs, call.signer
    target = text(inputs, "TargetPrincipal", ROOT_USER)
    text(inputs, "TaskPolicyArn.arn", TASK_POLICY)
    seconds = number(inputs, "DurationSeconds", least=0, most=root_sessions.LONGEST)
    root_user = root_sessions.admit(signer, _account_of(target, signer))
    with transaction.atomic():
        keys = root_sessions.begin(signer, root_user, seconds=seconds)
        record(call, keys, {}, account_id=root_user.account_id)
    source_identity = signer.source_identity
    return {
        "Credentials": credentials_of(keys),
        **({"SourceIdentity": source_identity} if source_identity else {}),
    }


def _account_of(target: str, signer: Signer) -> str:
    """Return the account of a root user; nobody's, if it is an ARN of another partition."""
    named = partitions.of_arn(target)
    if named and named.id != signer.account.partition:
        return ""
    return target.rpartition("::")[2].removesuffix(":root")


def get_delegated_access_token(call: Call) -> Output:
    """Give credentials of a user who delegated access, for a token that is traded in once."""
    given = text(call.inputs, "TradeInToken", TOKEN)
    token = delegations.find(given, partition=call.signer.account.partition)
    user = token.principal
    with transaction.atomic():
        keys = delegations.trade_in(token)
        record(call, keys, {"assumedPrincipal": user.arn}, account_id=user.account_id)
    return {
        "Credentials": credentials_of(keys),
        "PackedPolicySize": 0,
        "AssumedPrincipal": user.arn,
    }
