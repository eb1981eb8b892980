"""Writing events."""

from typing import Any

from signin.events.models import Event
from signin.events.shapes import Identity
from signin.http import Browser
from signin.kernel import clock, entropy

EVENT_VERSION = "1.08"


def record(
    name: str,
    *,
    identity: Identity,
    account_id: str,
    region: str,
    browser: Browser,
    error: str | None,
    details: dict[str, Any],
) -> None:
    """Write down a console sign-in event; ``error`` tells failure from success."""
    now, event_id = clock.now(), entropy.identifier()
    document: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": identity,
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": "signin.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": browser.ip,
        "userAgent": browser.user_agent,
        "requestParameters": None,
        "responseElements": {name: "Failure" if error else "Success"},
        "additionalEventData": details,
        "eventID": str(event_id),
        "readOnly": False,
        "eventType": "AwsConsoleSignIn",
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "none",
            "cipherSuite": "none",
            "clientProvidedHostHeader": browser.host,
        },
    }
    if error:
        document["errorMessage"] = error
    Event.objects.create(
        event_id=event_id, name=name, account_id=account_id, recorded_at=now, document=document
    )
