"""Writing events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from signin.events.models import Event
from signin.events.shapes import Identity
from signin.http import Browser
from signin.kernel import clock, entropy

EVENT_VERSION = "1.08"


@dataclass(frozen=True)
class Error:
    """Why a call of an API failed, as its event says it."""

    code: str
    message: str


def record(
    name: str,
    *,
    identity: Identity,
    account_id: str,
    region: str,
    browser: Browser,
    error: str | None = None,
    details: dict[str, Any] | None = None,
    response: dict[str, Any] | None = None,
    error_code: str = "",
) -> None:
    """Write down a console sign-in event; ``error`` tells failure from success.

    ``response`` is what it tells of the answer besides; few failures have an ``error_code``.
    """
    particulars: dict[str, Any] = {
        "eventSource": "signin.amazonaws.com",
        "userAgent": browser.user_agent,
        "requestParameters": None,
        "responseElements": {**(response or {}), name: "Failure" if error else "Success"},
        "eventType": "AwsConsoleSignIn",
    }
    if details:
        particulars["additionalEventData"] = details
    if error:
        particulars["errorMessage"] = error
    if error_code:
        particulars["errorCode"] = error_code
    _record(name, identity, account_id, region, browser, particulars)


def record_api_call(
    name: str,
    *,
    source: str,
    identity: Identity,
    account_id: str,
    region: str,
    browser: Browser,
    user_agent: str,
    parameters: dict[str, Any] | None,
    response: dict[str, Any] | None = None,
    error: Error | None = None,
    request_id: str = "",
    shared_event_id: str = "",
    read_only: bool = False,
    resources: Sequence[Mapping[str, str]] = (),
) -> None:
    """Write down a call of a service's API, made by a page for somebody or signed; never a secret.

    ``shared_event_id`` is what the records of one call in two accounts have in common,
    ``resources`` what the call was about.
    """
    particulars: dict[str, Any] = {
        "eventSource": source,
        "userAgent": user_agent,
        "requestParameters": parameters,
        "responseElements": response,
        "requestID": request_id or entropy.identifier_text(),
        "eventType": "AwsApiCall",
        "readOnly": read_only,
    }
    if resources:
        particulars["resources"] = list(resources)
    if shared_event_id:
        particulars["sharedEventID"] = shared_event_id
    if error:
        particulars |= {"errorCode": error.code, "errorMessage": error.message}
    _record(name, identity, account_id, region, browser, particulars)


def record_service_event(
    name: str,
    *,
    source: str,
    identity: Identity,
    account_id: str,
    region: str,
    browser: Browser,
    details: dict[str, Any] | None = None,
    service_details: dict[str, Any] | None = None,
    request_id: str = "",
) -> None:
    """Write down what Identity Center records of itself; ``request_id`` ties it to its sisters."""
    particulars: dict[str, Any] = {
        "eventSource": source,
        "userAgent": browser.user_agent,
        "requestParameters": None,
        "responseElements": None,
        "requestID": request_id or entropy.identifier_text(),
        "eventType": "AwsServiceEvent",
    }
    if details:
        particulars["additionalEventData"] = details
    if service_details:
        particulars["serviceEventDetails"] = service_details
    _record(name, identity, account_id, region, browser, particulars)


def _record(
    name: str,
    identity: Identity,
    account_id: str,
    region: str,
    browser: Browser,
    particulars: dict[str, Any],
) -> None:
    now, event_id = clock.now(), entropy.identifier()
    document: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": identity,
        "eventTime": clock.written(now),
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": browser.ip,
        "eventID": str(event_id),
        "readOnly": False,
        "managementEvent": True,
        "recipientAccountId": account_id,
        "eventCategory": "Management",
        "tlsDetails": {
            "tlsVersion": "none",
            "cipherSuite": "none",
            "clientProvidedHostHeader": browser.host,
        },
        **particulars,
    }
    Event.objects.append(
        {
            "event_id": event_id,
            "name": name,
            "account_id": account_id,
            "recorded_at": now,
            "document": document,
        }
    )
