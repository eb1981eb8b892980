"""Six digits by mail: ten minutes, five tries, one use; a new code kills the old one."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import F, QuerySet

from accounts.errors import CodeDead, CodeWrong
from accounts.models import EmailChange, VerificationCode
from signin.flow.models import Attempt
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=10)
TRIES = 5

Sent = TypeVar("Sent", VerificationCode, EmailChange)


def issue(attempt: Attempt) -> str:
    """Make the code of an attempt, in place of any earlier one, and return its digits."""
    code = entropy.digits(6)
    _keep(attempt, code)
    return code


def pretend(attempt: Attempt) -> str:
    """Do as if a code were issued: whatever is typed is wrong then, by the same rules."""
    _keep(attempt, entropy.token())
    return entropy.digits(6)


def redeem(attempt: Attempt, code: str) -> None:
    """Use up the code of an attempt, or raise CodeWrong or CodeDead."""
    unused = VerificationCode.objects.filter(attempt=attempt, consumed_at=None)
    sent = check(unused, lambda _sent: _digest(attempt, code))
    if not unused.filter(digest=sent.digest).update(consumed_at=clock.now()):
        raise CodeDead


def check(unused: QuerySet[Sent], digest_of: Callable[[Sent], str]) -> Sent:
    """Return the one row of a code if what was typed has its digest; else CodeWrong or CodeDead.

    Each try is counted by the UPDATE that allows it, so parallel guesses can't exceed five (S-032).
    The code is not used up by this: whoever calls does that, with all that comes of it.
    """
    living = unused.filter(tries__lt=TRIES, expires_at__gt=clock.now())
    if not living.update(tries=F("tries") + 1):
        raise CodeDead
    if (sent := unused.first()) is None:  # used up by another request meanwhile
        raise CodeDead
    if not entropy.same(sent.digest, digest_of(sent)):
        raise CodeDead if sent.tries >= TRIES else CodeWrong
    return sent


def _keep(attempt: Attempt, code: str) -> None:
    kept = VerificationCode(
        attempt=attempt, digest=_digest(attempt, code), expires_at=clock.now() + LIFETIME
    )
    # One statement, whether or not there was one before.
    VerificationCode.objects.bulk_create(
        [kept],
        update_conflicts=True,
        unique_fields=["attempt"],
        update_fields=["digest", "tries", "expires_at", "consumed_at"],
    )


def _digest(attempt: Attempt, code: str) -> str:
    return entropy.keyed_digest(settings.SECRET_KEY, "code", attempt.handle, code)
