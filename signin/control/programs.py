"""Which kinds of programs have called: by the event log, and by what was noted of other calls."""

from dataclasses import dataclass
from datetime import datetime

from signin import arrivals
from signin.arrivals import FAMILIES, family_of
from signin.events.models import Event
from signin.kernel import clock

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


def seen_since(number: int, moment: datetime) -> list[Program]:
    """Return all kinds of programs, with the last call of each since an event, or since a moment.

    A reset begins to count anew, so a number that no event has reached yet is none. The moment is
    one of the machine's.
    """
    since = number if number <= newest_event() else 0
    seen: dict[str, datetime] = {}
    calls = Event.objects.filter(pk__gt=since).values_list("document__userAgent", "recorded_at")
    for agent, recorded_at in calls[:LOOKED_AT]:
        if family := family_of(str(agent or "")):
            seen.setdefault(family, recorded_at)
    moved = clock.now() - clock.machine_now()
    for family, at in arrivals.since(moment).items():
        seen.setdefault(family, at + moved)
    return [Program(family, title, seen.get(family)) for family, (title, _) in FAMILIES.items()]
