"""One sign-in to a directory, as its events tell it (events E-11 to E-13).

The requests are chained as AWS chains them: the challenge of a further factor has the request ID
of the verification before it, and UserAuthentication that of the last verification.
"""

from accounts import directory_events
from accounts.models import Directory, Principal
from signin.events import shapes
from signin.flow.models import Attempt
from signin.kernel import entropy

PASSWORD = "PASSWORD"
EMAIL_CODE = "EMAIL_OTP"
EXTERNAL = "EXTERNAL_IDP"


def begin(attempt: Attempt) -> None:
    """Give the events of an attempt what they have in common."""
    attempt.facts["auth_workflow"] = entropy.identifier_text()


def ask(attempt: Attempt, directory: Directory, user: Principal | None, factor: str) -> None:
    """Record that a factor is asked for."""
    # The name that was typed, where somebody has it; since 2025 it stands here only.
    named = user is not None and not attempt.facts.get("factors_proved")
    _record(
        "CredentialChallenge",
        attempt,
        directory,
        user,
        factor,
        request_id=attempt.facts.get("request_id", ""),
        more={"UserName": user.username} if user and named else {},
    )


def fail(attempt: Attempt, directory: Directory, user: Principal | None, factor: str) -> None:
    """Record that a factor was not proved."""
    _record("CredentialVerification", attempt, directory, user, factor, succeeded=False)


def prove(attempt: Attempt, directory: Directory, user: Principal, factor: str) -> None:
    """Record that a factor was proved."""
    request_id = entropy.identifier_text()
    attempt.facts["request_id"] = request_id
    attempt.facts["factors_proved"] = [*attempt.facts.get("factors_proved", []), factor]
    _record("CredentialVerification", attempt, directory, user, factor, request_id=request_id)


def vouch(attempt: Attempt) -> None:
    """Note that somebody else's provider vouched for a user, of which one event tells (E-13)."""
    attempt.facts["request_id"] = entropy.identifier_text()
    attempt.facts["factors_proved"] = [EXTERNAL]


def finish(attempt: Attempt, directory: Directory, user: Principal) -> None:
    """Record that all factors were proved that were asked for."""
    more = {"LoginTo": shapes.without_codes(attempt.facts["destination"])}
    if attempt.facts.get("external"):
        more["UserName"] = user.username  # no challenge was recorded that could have named them
    if attempt.facts.get("enrolment_forced"):
        more["DeviceEnrollmentRequired"] = "true"
    _record(
        "UserAuthentication",
        attempt,
        directory,
        user,
        ",".join(attempt.facts["factors_proved"]),
        request_id=attempt.facts["request_id"],
        more=more,
    )


def _record(
    name: str,
    attempt: Attempt,
    directory: Directory,
    user: Principal | None,
    factors: str,
    *,
    succeeded: bool = True,
    request_id: str = "",
    more: dict[str, str] | None = None,
) -> None:
    directory_events.signed_in_event(
        name,
        directory,
        user,
        browser=attempt.browser,
        workflow=attempt.facts["auth_workflow"],
        factors=factors,
        succeeded=succeeded,
        request_id=request_id,
        more=more,
    )
