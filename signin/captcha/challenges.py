"""Making challenges and checking answers."""

import unicodedata
from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet

from signin.captcha.models import Captcha
from signin.flow.models import Attempt
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=5)
LENGTH = 6
# No 0 and o, 1 i l, 2 z, 5 s, 8 b, 9 g q, u v: they look alike once they are bent.
ALPHABET = "acdefhjkmnprtwxy3467"


def issue(attempt: Attempt) -> Captcha:
    """Make a challenge for an attempt."""
    now = clock.now()
    return Captcha.objects.create(attempt=attempt, shown_at=now, expires_at=now + LIFETIME)


def find_living(captcha_id: str, attempt: Attempt) -> Captcha | None:
    """Return a challenge of this attempt that can still be answered."""
    return _living(captcha_id, attempt.handle).first()


def find_shown_to(captcha_id: str, *, flow_key: str) -> Captcha | None:
    """Return a challenge that can still be answered by the browser it was made for."""
    return Captcha.objects.filter(
        id=captcha_id,
        used_at=None,
        expires_at__gt=clock.now(),
        attempt__browser_digest=entropy.digest(flow_key),
    ).first()


def answer_to(captcha_id: str) -> str:
    """Return the characters of a challenge."""
    digest = bytes.fromhex(entropy.keyed_digest(settings.SECRET_KEY, "captcha", captcha_id))
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:LENGTH])


def solve(captcha_id: str, typed: str, *, attempt: Attempt) -> bool:
    """Use a challenge up, and return whether the answer is right.

    Any answer uses it up, so that one picture can't be guessed at twice (S-015).
    """
    if not _living(captcha_id, attempt.handle).update(used_at=clock.now()):
        return False
    return entropy.same(_normalised(typed), answer_to(captcha_id))


def _living(captcha_id: str, attempt_handle: str) -> QuerySet[Captcha]:
    return Captcha.objects.filter(
        id=captcha_id, attempt_id=attempt_handle, used_at=None, expires_at__gt=clock.now()
    )


def _normalised(typed: str) -> str:
    return "".join(unicodedata.normalize("NFKC", typed).split()).casefold()
