"""The control plane of the service signin: the sessions of programs, told and revoked.

Everybody sees and ends their own; those of others take the permission to say who signs in.
"""

import re
from datetime import UTC, datetime

from accounts.signer_events import SignedCall
from accounts.signers import Signer
from signin.kernel import partitions
from signin.logins import oauth_sessions, permissions
from signin.logins.errors import SessionUnknown
from signin.logins.models import Login
from signin.logins.oauth_sessions import Wanted
from signin.wire.rest_json import Inputs, Malformed, Output, text, texts
from signin.wire.signin_control import NotAllowed, asked_page, operation

NAME = r"[a-zA-Z0-9_+=,.@-]"
PRINCIPAL = re.compile(
    rf"arn:({partitions.ID}):(?:iam::(\d{{12}}):(?:root|\*|(?:role|user)/{NAME}{{1,64}})"
    rf"|sts::(\d{{12}}):federated-user/{NAME}{{2,193}})\Z",
    re.ASCII,
)
MOST_REVOKED = 5
COMMAND_LINE = "CLI"
LATEST = 253402300799  # the last second that a date can be


def list_all(signer: Signer, inputs: Inputs) -> Output:
    """Return sessions, the newest first, a page at a time (ListSessions)."""
    status = text(inputs, "status", is_required=False)
    if status not in {"", oauth_sessions.ACTIVE, oauth_sessions.REVOKED}:
        raise Malformed("status is ACTIVE or REVOKED.")
    wanted = Wanted(
        principal_arn=_whose(signer, inputs),
        status=status,
        client=text(inputs, "clientId", is_required=False),
        issued_after=_moment(inputs, "issuedAfter"),
        issued_before=_moment(inputs, "issuedBefore"),
    )
    most, after = asked_page(inputs)
    try:
        found, more = oauth_sessions.page(signer.account, wanted, most=most, after=after)
    except SessionUnknown as refusal:
        raise Malformed("nextToken is none of this service.") from refusal
    told: Output = {"items": [_told(each) for each in found]}
    return {**told, "nextToken": more} if more else told


def get_one(signer: Signer, inputs: Inputs) -> Output:
    """Tell of one session (GetSession)."""
    arn = text(inputs, "sessionArn", longest=256)
    login = oauth_sessions.find(signer.account, arn, principal_arn=_whose(signer, inputs))
    return {**_told(login), "issuedInRegion": oauth_sessions.region_of(login)}


def revoke_some(signer: Signer, inputs: Inputs) -> Output:
    """Revoke up to five sessions; each can fail by itself (BatchRevokeSessions)."""
    named = texts(inputs, "sessionArns", most=MOST_REVOKED, longest=256)
    if not named:
        raise Malformed("sessionArns is missing.")
    text(inputs, "reason", longest=256, is_required=False)
    whose = _whose(signer, inputs)
    revoked, failed = [], []
    for arn in named:
        try:
            oauth_sessions.revoke(oauth_sessions.find(signer.account, arn, principal_arn=whose))
        except SessionUnknown as refusal:
            message = str(refusal.message)
            failed.append(
                {"sessionArn": arn, "code": "ResourceNotFoundException", "message": message}
            )
        else:
            revoked.append({"sessionArn": arn})
    return {"revokedSessions": revoked, "errors": failed}


def _whose(signer: Signer, inputs: Inputs) -> str:
    """Return whose sessions are meant: the signer's own, or those of others in the account."""
    own = oauth_sessions.owner_of(signer)
    asked = text(inputs, "principalArn", is_required=False) or own
    found = PRINCIPAL.match(asked)
    if found is None:
        raise Malformed("principalArn is none of a root user, a user or a role.")
    if asked == own:
        return asked
    if (found[1], found[2] or found[3]) != (signer.account.partition, signer.account_id):
        raise NotAllowed("principalArn is of another account.")
    if not permissions.manages_console_access(signer):
        raise NotAllowed("Sessions of others take a permission.")
    return asked


def _moment(inputs: Inputs, name: str) -> datetime | None:
    seconds = inputs.get(name)
    if seconds is None:
        return None
    if type(seconds) is not int or not 0 <= seconds <= LATEST:
        raise Malformed(f"{name} is a number of seconds since 1970.")
    return datetime.fromtimestamp(seconds, UTC)


def _told(login: Login) -> Output:
    whose = oauth_sessions.principal_of(login)
    told: Output = {
        "sessionArn": oauth_sessions.arn_of(login),
        "principalArn": whose,
        "status": oauth_sessions.status_of(login),
        "issuedAt": int(login.started_at.timestamp()),
        "expiresAt": int(login.expires_at.timestamp()),
        "clientId": login.client,
        "clientType": COMMAND_LINE,
    }
    return {**told, "role": whose} if login.session.role else told


def _own(call: SignedCall) -> None:
    """Let everybody call it: whose sessions are meant is looked at with the rest."""


list_sessions = operation("ListSessions", list_all, check=_own)
get_session = operation("GetSession", get_one, check=_own)
batch_revoke_sessions = operation("BatchRevokeSessions", revoke_some, writes=True, check=_own)
