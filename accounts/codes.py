"""Six digits by mail: ten minutes, five tries, one use; a new code kills the old one."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F

from accounts.errors import CodeDead, CodeWrong
from accounts.models import VerificationCode
from signin.flow.models import Attempt
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=10)
TRIES = 5


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
    """Use up the code of an attempt, or raise CodeWrong or CodeDead.

    Each try is counted by the UPDATE that allows it, so parallel guesses can't exceed five.
    """
    now = clock.now()
    living = VerificationCode.objects.filter(
        attempt=attempt, tries__lt=TRIES, expires_at__gt=now, consumed_at=None
    )
    if not living.update(tries=F("tries") + 1):
        raise CodeDead
    sent = VerificationCode.objects.get(attempt=attempt)
    if not entropy.same(sent.digest, _digest(attempt, code)):
        raise CodeDead if sent.tries >= TRIES else CodeWrong
    unused = VerificationCode.objects.filter(attempt=attempt, digest=sent.digest, consumed_at=None)
    if not unused.update(consumed_at=now):
        raise CodeDead


def _keep(attempt: Attempt, code: str) -> None:
    VerificationCode.objects.update_or_create(
        attempt=attempt,
        defaults={
            "digest": _digest(attempt, code),
            "tries": 0,
            "expires_at": clock.now() + LIFETIME,
            "consumed_at": None,
        },
    )


def _digest(attempt: Attempt, code: str) -> str:
    return entropy.keyed_digest(settings.SECRET_KEY, "code", attempt.handle, code)
