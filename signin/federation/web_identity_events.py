"""What the events say of whoever comes with a token of a provider (event E-22); never the token."""

from dataclasses import dataclass
from typing import Any

from signin.events import log, shapes
from signin.federation.web_identities import WebIdentity
from signin.http import Browser


@dataclass(frozen=True)
class UnsignedCall:
    """A call that nobody signs: its name, the account that it is to, where it came from."""

    name: str
    source: str
    account_id: str
    browser: Browser
    region: str
    request_id: str
    parameters: dict[str, Any]


def answered(call: UnsignedCall, identity: WebIdentity, response: dict[str, Any]) -> None:
    """Record that somebody got what they asked for."""
    _record(call, identity, response=response)


def refused(call: UnsignedCall, identity: WebIdentity | None, error: log.Error) -> None:
    """Record that somebody was refused; who it was is unknown unless the token was right."""
    _record(call, identity, error=error)


def _record(
    call: UnsignedCall,
    identity: WebIdentity | None,
    *,
    response: dict[str, Any] | None = None,
    error: log.Error | None = None,
) -> None:
    log.record_api_call(
        call.name,
        source=call.source,
        identity=_named(identity) if identity else shapes.nobody(account_id=call.account_id),
        account_id=call.account_id,
        region=call.region,
        browser=call.browser,
        user_agent=call.browser.user_agent,
        parameters=call.parameters,
        response=response,
        error=error,
        request_id=call.request_id,
        read_only=True,
    )


def _named(identity: WebIdentity) -> shapes.Identity:
    return shapes.web_identity_user(
        provider_arn=identity.provider_arn,
        audience=identity.token.audience,
        subject=identity.subject,
    )
