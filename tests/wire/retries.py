"""Clients that try again as botocore's standard mode has it, without a wait."""

from typing import Any

from botocore.retries import standard

ATTEMPTS = 2


def at_once(client: Any) -> Any:
    """Have a client that doesn't try again do so, whenever the standard mode would."""
    name = client.meta.service_model.service_id.hyphenize()
    # Its own handler keeps the place among the client's, and has no attempt to give.
    handler = standard.register_retry_handler(client, ATTEMPTS)

    def decide(**asked: Any) -> int | None:
        return None if handler.needs_retry(**asked) is None else 0

    client.meta.events.register_first(f"needs-retry.{name}", decide)
    return client
