"""Placing calls, and taking the keys that are pressed on a phone.

A page shows six digits and has a phone called; whoever types them there has the phone at hand.
The desk has a page for each phone, the control API a call.
"""

import re
from datetime import timedelta

from django.conf import settings
from django.db.models import F, QuerySet

from signin.flow.models import Attempt
from signin.kernel import clock, entropy
from signin.phones.models import Call

LIFETIME = timedelta(minutes=10)
TRIES = 5
DIGITS = 6


def normalised(number: str) -> str:
    """Return the form in which numbers are compared: digits, and the plus before them."""
    digits = re.sub(r"[^0-9]", "", number)
    return f"+{digits}" if digits and number.strip().startswith("+") else digits


def ring(number: str, *, attempt: Attempt) -> str:
    """Call a number, in place of the attempt's earlier call, and return the digits to show."""
    now = clock.now()
    call, _created = Call.objects.update_or_create(
        attempt=attempt,
        defaults={
            "handle": entropy.handle(),
            "number": normalised(number),
            "tries": 0,
            "rung_at": now,
            "expires_at": now + LIFETIME,
            "answered_at": None,
        },
    )
    return digits_of(call)


def digits_of(call: Call) -> str:
    """Return the six digits that a call asks for."""
    digest = entropy.keyed_digest(settings.SECRET_KEY, "call", call.handle)
    return f"{int(digest, 16) % 10**DIGITS:0{DIGITS}}"


def find(attempt: Attempt) -> Call | None:
    """Return the call of an attempt, answered or not, unless it is too old."""
    return Call.objects.filter(attempt=attempt, expires_at__gt=clock.now()).first()


def last(number: str) -> Call | None:
    """Return the newest call to a number, answered or not, unless it is too old."""
    return _ringing(number).order_by("-rung_at", "-handle").first()


def waiting(number: str) -> Call | None:
    """Return the newest call to a number that waits for keys to be pressed."""
    return _waiting(_ringing(number)).order_by("-rung_at", "-handle").first()


def press(number: str, keys: str) -> bool:
    """Press keys on a phone, and return whether they answered the newest call that waits.

    The UPDATE that counts a try is the one that allows it and the one that answers the call, so
    that parallel guesses can't exceed five and right keys count once.
    """
    call = waiting(number)
    if call is None:
        return False
    is_right = entropy.same(keys, digits_of(call))
    still_waiting = _waiting(Call.objects.filter(handle=call.handle, expires_at__gt=clock.now()))
    counted = still_waiting.update(
        tries=F("tries") + 1, answered_at=clock.now() if is_right else None
    )
    return is_right and bool(counted)


def is_answered(attempt: Attempt, *, number: str) -> bool:
    """Return whether the call of an attempt was answered at this number, and not too long ago."""
    call = find(attempt)
    return call is not None and call.answered_at is not None and call.number == normalised(number)


def _ringing(number: str) -> QuerySet[Call]:
    return Call.objects.filter(number=normalised(number), expires_at__gt=clock.now())


def _waiting(calls: QuerySet[Call]) -> QuerySet[Call]:
    return calls.filter(tries__lt=TRIES, answered_at=None)
