"""Calls of STS that nobody signs, as events tell them (event E-22)."""

from dataclasses import dataclass
from typing import Any

from signin.events import log, shapes
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


def record(
    call: UnsignedCall,
    identity: shapes.Identity | None,
    *,
    response: dict[str, Any] | None = None,
    error: log.Error | None = None,
) -> None:
    """Record what came of a call, in the account that it is to.

    Nobody knows who it was unless what stands in for the signature was right.
    """
    log.record_api_call(
        call.name,
        source=call.source,
        identity=identity or shapes.nobody(account_id=call.account_id),
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
