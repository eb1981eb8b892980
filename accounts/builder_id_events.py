"""What the events say of people with a Builder ID (events E-23).

AWS shows these to nobody, for a Builder ID belongs to no account. Here they have a source of their
own, which no log of AWS's has.
"""

from typing import Any

from accounts.models import Principal
from signin.events import log, shapes
from signin.events.shapes import HIDDEN
from signin.http import Browser

SOURCE = "builder.emulator"
REGION = "us-east-1"  # of all Builder IDs


def record(
    name: str,
    person: Principal | None,
    *,
    browser: Browser,
    succeeded: bool = True,
    details: dict[str, Any] | None = None,
) -> None:
    """Record what somebody did. A name that nobody has is masked: it may be a mistyped password."""
    log.record_service_event(
        name,
        source=SOURCE,
        identity=shapes.builder_id(user_id=person.unique_id if person else HIDDEN),
        account_id="",
        region=REGION,
        browser=browser,
        details=details,
        service_details={name: "Success" if succeeded else "Failure"},
    )


def signed_up(person: Principal, *, browser: Browser) -> None:
    """Record that somebody created a Builder ID."""
    record("BuilderSignUp", person, browser=browser)


def signed_in(person: Principal, *, mfa_used: bool, browser: Browser) -> None:
    """Record that somebody is signed in."""
    record("BuilderSignIn", person, browser=browser, details=_mfa(is_used=mfa_used))


def sign_in_failed(person: Principal | None, *, browser: Browser, mfa_used: bool = False) -> None:
    """Record a refused try; ``mfa_used`` says that it was the second factor that was wrong."""
    details = _mfa(is_used=mfa_used)
    record("BuilderSignIn", person, browser=browser, succeeded=False, details=details)


def password_changed(person: Principal, *, browser: Browser) -> None:
    """Record that somebody has another password."""
    record("BuilderPasswordChanged", person, browser=browser)


def device_registered(person: Principal, *, browser: Browser) -> None:
    """Record that a device was registered."""
    record("BuilderMfaRegistered", person, browser=browser)


def device_deleted(person: Principal, *, browser: Browser) -> None:
    """Record that a device was removed."""
    record("BuilderMfaDeleted", person, browser=browser)


def _mfa(*, is_used: bool) -> dict[str, Any]:
    return {"MFAUsed": "Yes" if is_used else "No"}
