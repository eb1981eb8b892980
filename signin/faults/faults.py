"""Arming faults, and asking whether one strikes.

Where nothing is armed, asking costs one read and no write, and a call of a program not even a read.
"""

from collections.abc import Sequence

from django.db.models import F, Q, QuerySet

from signin.faults import flag, models
from signin.faults.errors import UsNotYou
from signin.faults.models import Fault
from signin.kernel import clock

Kind = models.Kind

MOST_TIMES = 1000
_OF_CALLS = (Kind.THROTTLED, Kind.SERVER_ERROR)


def arm(kind: Kind, times: int | None = None) -> Fault:
    """Let a fault strike so many times, or until it is disarmed; what was armed before is over.

    Outside of a transaction, or a call of a program could miss it, and take its flag down.
    """
    armed_anew = {"left": times, "armed_at": clock.now()}
    fault, _created = Fault.objects.update_or_create(kind=kind, defaults=armed_anew)
    if kind in _OF_CALLS:
        flag.put_up()
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


def strike_of_call(kinds: Sequence[Kind]) -> Kind | None:
    """Return which of these faults strikes a program's call, if any, and count it.

    Every call asks, so this costs no query while nothing is armed that strikes calls. Outside of a
    transaction, as ``strikes`` is.
    """
    if not kinds or not flag.is_up():
        return None
    there = _armed_for_calls()
    if not there:
        _lower_the_flag()
    for kind in there:
        if kind in kinds and _count(kind):
            return kind
    return None


def _armed_for_calls() -> list[Kind]:
    return [Kind(fault.kind) for fault in armed().filter(kind__in=_OF_CALLS)]


def _lower_the_flag() -> None:
    """Take the flag down after the last strike, a disarming or a reset.

    Whoever arms a fault writes the row before the flag. So one that came in between is seen by
    looking again, and gets its flag back.
    """
    flag.take_down()
    if _armed_for_calls():
        flag.put_up()


def _count(kind: str) -> bool:
    """Take one strike away, in the UPDATE that allows it; one without number stays without."""
    return bool(armed().filter(kind=kind).update(left=F("left") - 1))
