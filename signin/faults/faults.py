"""Arming faults, and asking whether one strikes.

Where nothing is armed, asking costs one read and no write.
"""

from django.db.models import F, Q, QuerySet

from signin.faults import models
from signin.faults.errors import UsNotYou
from signin.faults.models import Fault
from signin.kernel import clock

Kind = models.Kind

MOST_TIMES = 1000


def arm(kind: Kind, times: int | None = None) -> Fault:
    """Let a fault strike so many times, or until it is disarmed; what was armed before is over."""
    armed_anew = {"left": times, "armed_at": clock.now()}
    fault, _created = Fault.objects.update_or_create(kind=kind, defaults=armed_anew)
    return fault


def disarm(kind: Kind) -> None:
    """Let a fault strike no more."""
    Fault.objects.filter(kind=kind).delete()


def armed() -> QuerySet[Fault]:
    """Return the faults that still strike."""
    return Fault.objects.filter(Q(left=None) | Q(left__gt=0))


def is_armed(kind: Kind) -> bool:
    """Return whether a fault still strikes, without counting anything."""
    return armed().filter(kind=kind).exists()


def strikes(kind: Kind) -> bool:
    """Return whether a fault strikes now, and count it.

    Outside of a transaction that its failure takes back, or it would not be counted.
    """
    return is_armed(kind) and _count(kind)


def check(*kinds: Kind) -> None:
    """Raise UsNotYou if one of these faults strikes; of several, one does at a time."""
    for fault in armed().filter(kind__in=kinds):
        if _count(fault.kind):
            raise UsNotYou(Kind(fault.kind))


def _count(kind: str) -> bool:
    """Take one strike away, in the UPDATE that allows it; one without number stays without."""
    return bool(armed().filter(kind=kind).update(left=F("left") - 1))
