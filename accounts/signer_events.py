"""What the events say of calls that programs sign (event E-22)."""

from dataclasses import dataclass
from typing import Any

from accounts import federated
from accounts.events import identity_of
from accounts.models import Role, TemporaryCredentials
from accounts.signers import Signer
from signin.events import log, shapes
from signin.http import Browser
from signin.kernel import entropy


@dataclass(frozen=True)
class SignedCall:
    """A call of a service: its name, who signed it, where it came from, and what it said."""

    name: str
    source: str
    signer: Signer
    browser: Browser
    region: str
    request_id: str
    parameters: dict[str, Any]
    is_read_only: bool = True


def answered(
    call: SignedCall,
    response: dict[str, Any],
    *,
    role: Role | None = None,
    account_id: str | None = None,
) -> None:
    """Record a call that got what it asked for.

    With the role of another account, or something else of the one with ``account_id``, there too.
    """
    own, other = call.signer.account_id, role.account_id if role else account_id
    is_elsewhere = other is not None and other != own
    shared = entropy.identifier_text() if is_elsewhere else ""
    _record(call, signer_of(call.signer), own, response=response, shared=shared)
    if other and is_elsewhere:
        stranger = shapes.other_account(account_id=own, principal_id=call.signer.user_id)
        _record(call, stranger, other, response=response, shared=shared)


def refused(call: SignedCall, *, code: str, message: str) -> None:
    """Record a call that was refused."""
    error = log.Error(code, message)
    _record(call, signer_of(call.signer), call.signer.account_id, error=error)


def signer_of(signer: Signer) -> shapes.Identity:
    """Return how events name whoever signed."""
    return {**at_console(signer), "accessKeyId": signer.access_key_id}


def at_console(signer: Signer) -> shapes.Identity:
    """Return how events name whoever came to the console with some credentials: without the key."""
    identity = _named(signer)
    if signer.began_at is None:
        return identity
    attributes = shapes.session_attributes(
        began_at=signer.began_at, mfa=bool(signer.mfa_authenticated)
    )
    context: dict[str, Any] = {"attributes": attributes}
    if signer.temporary and signer.temporary.kind == TemporaryCredentials.Kind.ROOT:
        context["assumedRoot"] = "true"
    return {"sessionContext": context, **identity}


def _named(signer: Signer) -> shapes.Identity:
    issued, role = signer.temporary, signer.role
    if issued and role:
        context = shapes.role_session_context(
            account_id=role.account_id,
            role_id=role.unique_id,
            role_arn=role.arn,
            role_name=role.name,
            began_at=issued.issued_at,
            mfa=bool(issued.mfa_authenticated),
            web_provider=federated.web_provider_of(signer.principal),
        )
        return shapes.assumed_role(
            partition=signer.account.partition,
            account_id=role.account_id,
            role_id=role.unique_id,
            role_name=role.name,
            session_name=issued.session_name,
            context=context,
        )
    if issued and signer.is_federated:
        return shapes.federated_user(
            partition=signer.account.partition,
            account_id=signer.account_id,
            name=issued.session_name,
        )
    return identity_of(signer.principal)


def _record(
    call: SignedCall,
    identity: shapes.Identity,
    account_id: str,
    *,
    response: dict[str, Any] | None = None,
    error: log.Error | None = None,
    shared: str = "",
) -> None:
    log.record_api_call(
        call.name,
        source=call.source,
        identity=identity,
        account_id=account_id,
        region=call.region,
        browser=call.browser,
        user_agent=call.browser.user_agent,
        parameters=call.parameters,
        response=response,
        error=error,
        request_id=call.request_id,
        shared_event_id=shared,
        read_only=call.is_read_only,
    )
