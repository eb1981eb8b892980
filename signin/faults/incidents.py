"""Writing incidents down."""

from datetime import timedelta

from signin.faults.models import Incident, Kind
from signin.kernel import clock

KEPT = timedelta(days=7)


def note(cause: Kind, place: str) -> Incident:
    """Write down what failed and where, under a number that its page may show."""
    now = clock.now()
    length = Incident._meta.get_field("place").max_length
    return Incident.objects.create(
        cause=cause, place=place[:length], occurred_at=now, expires_at=now + KEPT
    )
