"""What the events say of whoever comes with a token of a provider (event E-22); never the token."""

from typing import Any

from signin.events import log, shapes
from signin.federation import unsigned_calls
from signin.federation.unsigned_calls import UnsignedCall
from signin.federation.web_identities import WebIdentity


def answered(call: UnsignedCall, identity: WebIdentity, response: dict[str, Any]) -> None:
    """Record that somebody got what they asked for."""
    unsigned_calls.record(call, _named(identity), response=response)


def refused(call: UnsignedCall, identity: WebIdentity | None, error: log.Error) -> None:
    """Record that somebody was refused; who it was is unknown unless the token was right."""
    unsigned_calls.record(call, _named(identity) if identity else None, error=error)


def _named(identity: WebIdentity) -> shapes.Identity:
    return shapes.web_identity_user(
        provider_arn=identity.provider_arn,
        audience=identity.token.audience,
        subject=identity.subject,
    )
