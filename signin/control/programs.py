"""Which kinds of programs have called, as the event log has it."""

from dataclasses import dataclass
from datetime import datetime

from signin.events.models import Event

# By what a user agent contains, whatever its case. The first that fits counts: Terraform's names
# an SDK as well, and so does the AWS CLI's.
FAMILIES = {
    "aws-cli": ("AWS CLI", ("aws-cli/",)),
    "terraform": ("Terraform", ("terraform/", "terraform-provider-aws/")),
    "boto3": ("boto3", ("boto3/", "botocore/")),
    "javascript": ("SDK for JavaScript", ("aws-sdk-js/", "aws-sdk-nodejs/")),
    "go": ("SDK for Go", ("aws-sdk-go",)),
    "java": ("SDK for Java", ("aws-sdk-java/",)),
}
LOOKED_AT = 500  # events


@dataclass(frozen=True)
class Program:
    """One kind of programs, and when the last call of one came."""

    family: str
    title: str
    seen_at: datetime | None


def newest_event() -> int:
    """Return the number of the newest event, to ask later for what came since."""
    return Event.objects.values_list("pk", flat=True).first() or 0


def seen_since(number: int) -> list[Program]:
    """Return all kinds of programs, with the last call of each since an event.

    A reset begins to count anew, so a number that no event has reached yet is none.
    """
    since = number if number <= newest_event() else 0
    seen: dict[str, datetime] = {}
    calls = Event.objects.filter(pk__gt=since).values_list("document__userAgent", "recorded_at")
    for agent, recorded_at in calls[:LOOKED_AT]:
        if family := family_of(str(agent or "")):
            seen.setdefault(family, recorded_at)
    return [Program(family, title, seen.get(family)) for family, (title, _) in FAMILIES.items()]


def family_of(agent: str) -> str:
    """Return which kind of program a user agent names, or an empty text."""
    folded = agent.lower()
    return next(
        (name for name, (_, marks) in FAMILIES.items() if any(mark in folded for mark in marks)),
        "",
    )
