"""Trade-in tokens: what an accepted delegation gives a program, for one exchange."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts import credentials
from accounts.credentials import Keys
from accounts.errors import TradeInTokenOver
from accounts.models import Account, Principal, TradeInToken
from signin.kernel import clock, entropy

LIFETIME = timedelta(minutes=15)
SHORTEST, LONGEST, DEFAULT = 900, 43_200, 3600  # seconds of the credentials


@dataclass(frozen=True)
class Given:
    """A token just made, which is kept nowhere."""

    token: str = field(repr=False)
    expires_at: datetime


def give(user: Principal, *, seconds: int) -> Given:
    """Return a token for credentials of an IAM user that last so long."""
    token, now = entropy.token(), clock.now()
    TradeInToken.objects.create(
        digest=entropy.digest(token),
        principal=user,
        seconds=seconds,
        issued_at=now,
        expires_at=now + LIFETIME,
    )
    return Given(token, now + LIFETIME)


def find(token: str, *, partition: str) -> TradeInToken:
    """Return a token that is good in a partition, or raise TradeInTokenOver."""
    living = TradeInToken.objects.select_related("principal__account").filter(
        digest=entropy.digest(token),
        used_at=None,
        expires_at__gt=clock.now(),
        principal__account__state=Account.State.ACTIVE,
        principal__account__partition=partition,
    )
    found = living.first()
    if found is None:
        raise TradeInTokenOver
    return found


def trade_in(found: TradeInToken) -> Keys:
    """Use a token up for credentials, or raise TradeInTokenOver if another request was faster."""
    now = clock.now()
    unused = TradeInToken.objects.filter(pk=found.pk, used_at=None, expires_at__gt=now)
    if not unused.update(used_at=now):
        raise TradeInTokenOver
    return credentials.issue_for_session(
        found.principal, seconds=found.seconds, mfa_authenticated=False
    )
