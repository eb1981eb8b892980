"""Throttling: who failed too often waits, longer each time; nobody is locked out for good.

Every door that takes a password or a code asks here first, so that no entry point is a way
around another (S-012). A try is counted before it is made and taken back when it succeeds;
parallel tries can't slip through together. Where only tries that are under way fill a counter,
the next one waits for them: they may all be right.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import F

from accounts.models import Lockout, Principal
from signin.kernel import clock, entropy
from signin.kernel.errors import LockedOut
from signin.kernel.rows import connection, fetched

Found = TypeVar("Found")


@dataclass(frozen=True)
class Limit:
    """How many failures are free, how long the first wait is and the longest, and the memory."""

    failures: int
    first_wait: timedelta
    longest_wait: timedelta
    memory: timedelta

    def wait_after(self, failures: int) -> timedelta:
        """Return how long to wait after so many failures: twice as long each time."""
        if failures < self.failures:
            return timedelta(0)
        doubled = self.first_wait * (1 << min(failures - self.failures, 16))
        return min(doubled, self.longest_wait)


IDENTITY = Limit(10, timedelta(minutes=1), timedelta(minutes=15), timedelta(minutes=15))
CLIENT = Limit(30, timedelta(minutes=1), timedelta(minutes=1), timedelta(minutes=1))
MAILS_TO_ONE = Limit(10, timedelta(0), timedelta(0), timedelta(minutes=10))
MAILS_FROM_CLIENT = Limit(50, timedelta(0), timedelta(0), timedelta(minutes=10))
CALLS_TO_ONE = Limit(5, timedelta(0), timedelta(0), timedelta(minutes=10))
USER_CODES = Limit(5, timedelta(minutes=10), timedelta(minutes=10), timedelta(minutes=10))
FAILURES_BEFORE_CAPTCHA = 3
PATIENCE = 5.0  # seconds until tries that were under way count as failures
_POLL = 0.01  # seconds

# One statement decides and counts; a key that has to wait gives no row back.
_COUNT = """
    INSERT INTO accounts_lockout AS lockout
        (key, kind, principal_id, failures, allowed, blocked_until, expires_at)
    VALUES {rows}
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN lockout.expires_at <= %s THEN 1 ELSE lockout.failures + 1 END,
        blocked_until = NULL,
        expires_at = excluded.expires_at
    WHERE lockout.expires_at <= %s
       OR lockout.blocked_until <= %s
       OR lockout.failures < lockout.allowed
    RETURNING key, failures
"""

# Only counters that have failures give a row; it says whether the next try has to wait.
_FAILED = """
    SELECT key, failures >= allowed AND (blocked_until IS NULL OR blocked_until > %s)
    FROM accounts_lockout WHERE key IN (%s, %s) AND failures > 0 AND expires_at > %s
"""

_SUCCEEDED = """
    UPDATE accounts_lockout
    SET failures = CASE WHEN key = %s OR failures < 1 THEN 0 ELSE failures - 1 END
    WHERE key IN (%s, %s)
"""


@dataclass(frozen=True)
class _Counter:
    key: str
    kind: str
    limit: Limit
    principal: Principal | None = None


@dataclass(frozen=True)
class Try:
    """One counted try; it is a failure until ``succeed`` says otherwise."""

    identity: str
    client: str
    failures: dict[str, int]
    limit: Limit

    def succeed(self) -> None:
        """Forget the identity's failures and take this try back from the client's."""
        fetched(connection(), _SUCCEEDED, [self.identity, self.identity, self.client])

    def fail(self) -> None:
        """Let the failure stand, and make the next try wait if there were too many."""
        now = clock.now()
        for key, limit in ((self.identity, self.limit), (self.client, CLIENT)):
            if wait := limit.wait_after(self.failures[key]):
                Lockout.objects.filter(key=key).update(
                    blocked_until=now + wait, expires_at=now + wait + limit.memory
                )

    @property
    def asks_for_captcha(self) -> bool:
        """Whether so many tries failed that a security check is due."""
        return self.failures[self.identity] % FAILURES_BEFORE_CAPTCHA == 0


def admit(
    identity: Sequence[str], *, ip: str, principal: Principal | None, limit: Limit = IDENTITY
) -> Try:
    """Count one try of an identity from an address, or raise LockedOut.

    The identity is what was typed, in its normal form; it is the same whether anybody has it.
    """
    tried = _Counter(_identity(identity), "identity", limit, principal)
    client = _Counter(_client(ip), "client", CLIENT)
    until = time.monotonic() + PATIENCE
    while (failures := _count(tried, client)) is None:
        wait = _longest_wait(tried.key, client.key)
        # Who waits in a transaction would keep those under way from writing how they ended.
        if wait or connection().in_atomic_block or time.monotonic() >= until:
            raise LockedOut(wait or timedelta(seconds=1))
        time.sleep(_POLL)
    return Try(identity=tried.key, client=client.key, failures=failures, limit=limit)


def guess(
    find: Callable[[], Found | None],
    identity: Sequence[str],
    *,
    ip: str,
    principal: Principal | None,
    limit: Limit = IDENTITY,
) -> Found | None:
    """Return what somebody's code stands for; None if nothing, which counts; or raise LockedOut.

    A right one writes nothing, unless tries failed before. Parallel tries may see the count late:
    this is for codes of which a few guesses more find none.
    """
    tried, client, now = _identity(identity), _client(ip), _stored(clock.now())
    rows, _count = fetched(connection(), _FAILED, [now, tried, client, now])
    failed: dict[str, bool] = dict(rows)
    if any(failed.values()):
        raise LockedOut(_longest_wait(tried, client) or timedelta(seconds=1))
    found = find()
    if found is None:
        admit(identity, ip=ip, principal=principal, limit=limit).fail()
    elif tried in failed:
        Lockout.objects.filter(key=tried).update(failures=0)
    return found


def may_mail(to: str, *, ip: str, principal: Principal | None) -> bool:
    """Count one mail to an e-mail that a client asked for; False if it is one too many.

    The e-mail is in its normal form, and counted whether or not anybody has it.
    """
    to_one = _Counter(_digest("mail", to), "mail", MAILS_TO_ONE, principal)
    from_client = _Counter(_digest("mails", ip), "mail", MAILS_FROM_CLIENT)
    return _count(to_one, from_client) is not None


def may_call(number: str, *, principal: Principal) -> bool:
    """Count one call to a phone, its number in normal form; False if it is one too many."""
    return _count(_Counter(_digest("call", number), "call", CALLS_TO_ONE, principal)) is not None


def failures_of(identity: Sequence[str]) -> int:
    """Return how many tries of an identity failed in a row."""
    row = Lockout.objects.filter(key=_identity(identity), expires_at__gt=clock.now()).first()
    return row.failures if row else 0


def release(principal: Principal) -> None:
    """Forget the failures of a principal, in every browser."""
    Lockout.objects.filter(principal=principal, kind="identity").delete()


def release_all() -> int:
    """Forget every failure; return how many counters there were."""
    released, _ = Lockout.objects.all().delete()
    return released


def _count(*counters: _Counter) -> dict[str, int] | None:
    """Count one try on all counters and return their new values; None, and none, if one is full."""
    now = clock.now()
    values = [
        (
            counter.key,
            counter.kind,
            counter.principal.pk if counter.principal else None,
            1,
            counter.limit.failures,
            None,
            _stored(now + counter.limit.memory),
        )
        for counter in counters
    ]
    places = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(values))
    sql, given = _COUNT.format(rows=places), [*chain(*values), *[_stored(now)] * 3]
    counted = dict(fetched(connection(), sql, given)[0])
    if len(counted) == len(counters):
        return counted
    # One of them has to wait: this was no try, so the other one may be tried again at once.
    Lockout.objects.filter(key__in=counted).update(failures=F("failures") - 1, blocked_until=now)
    return None


def _longest_wait(*keys: str) -> timedelta:
    """Return how long the failures of these keys make whoever tries next wait."""
    now = clock.now()
    waits = [
        row.blocked_until - now
        for row in Lockout.objects.filter(key__in=keys)
        if row.blocked_until and row.blocked_until > now
    ]
    return max(waits, default=timedelta(0))


def _stored(moment: datetime) -> Any:
    return connection().ops.adapt_datetimefield_value(moment)


def _identity(identity: Sequence[str]) -> str:
    return _digest("identity", *identity)


def _client(ip: str) -> str:
    return _digest("client", ip)


def _digest(*parts: str) -> str:
    return entropy.keyed_digest(settings.SECRET_KEY, "lockout", *parts)
