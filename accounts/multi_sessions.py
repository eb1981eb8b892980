"""Several sessions side by side in one browser, as AWS's multi-session has them.

A browser opts in at a sign-in host, and has a secret there from then on that leads to all of its
sessions. The secret is another one after each sign-in: whoever planted it gets nothing (S-036).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from accounts import sessions
from accounts.errors import TooManySessions
from accounts.identities import original, sign_in_of
from accounts.models import MultiSession, Session
from signin.kernel import arns, clock, entropy

MOST_SESSIONS = 5
LIFETIME = timedelta(days=365)

_RELATED = ("principal__account__password_policy", "role__account", "parent")


@dataclass(frozen=True)
class Entered:
    """Where somebody signs in beside others: the browser's new secret, and the session's name."""

    multi_session: MultiSession
    key: str
    name: str


@dataclass(frozen=True)
class Kept:
    """What leads a browser to the one session that is left to it: the new key, and its end."""

    key: str
    expires_at: datetime


def find(key: str, *, host: str) -> MultiSession | None:
    """Return what a cookie's secret belongs to at a sign-in host."""
    return _found(key, host).first() if key else None


def turn_on(session: Session | None, *, host: str) -> str:
    """Let a browser have several sessions, the first of which may be there; return its secret."""
    key = entropy.token()
    with transaction.atomic():
        multi_session = MultiSession.objects.create(
            host=host, key_digest=entropy.digest(key), expires_at=clock.now() + LIFETIME
        )
        if session:
            put(session, multi_session)
    return key


def put(session: Session, multi_session: MultiSession) -> None:
    """Put a session at the sign-in host beside the others of its browser."""
    session.multi_session = multi_session
    session.save(update_fields=["multi_session"])


def turn_off(multi_session: MultiSession, *, keep: str) -> Kept | None:
    """Leave one session, by its name, and end the others; return what leads to that one."""
    with transaction.atomic():
        kept = None
        for session in living(multi_session):
            if kept is None and name_of(session) == keep:
                kept = session
            else:
                sessions.end(session)
        multi_session.delete()
        return Kept(sessions.renew(kept), kept.expires_at) if kept else None


def enter(key: str, *, host: str, arn: str, instead: str = "") -> Entered | None:
    """Make room for somebody who signs in; None in a browser that has one session at a time.

    ``arn`` is theirs, of a role and of a federated user the session's. Their own session of before
    ends, and so does the one whose name is ``instead``. Raises TooManySessions. To be called in a
    transaction.
    """
    new_key = entropy.token()
    # First of all a write, so that of two sign-ins at once the second waits and counts the first.
    taken = _found(key, host).update(
        key_digest=entropy.digest(new_key), expires_at=clock.now() + LIFETIME
    )
    if not taken:
        return None
    multi_session = MultiSession.objects.get(key_digest=entropy.digest(new_key))
    entered = Entered(multi_session, new_key, _name(multi_session.pk, arn))
    going = {entered.name, instead}
    check_room(multi_session, but=going)
    for session in living(multi_session):
        if name_of(session) in going:
            sessions.end(session)
    return entered


def check_room(multi_session: MultiSession, *, but: Collection[str]) -> None:
    """Raise TooManySessions if nobody can sign in beside the sessions but those of some names."""
    staying = [each for each in living(multi_session) if name_of(each) not in but]
    if len(staying) >= MOST_SESSIONS:
        raise TooManySessions


def living(multi_session: MultiSession) -> list[Session]:
    """Return the sessions at the sign-in host that somebody can go on with, the newest first."""
    return _living(multi_session.pk)


def beside(session: Session) -> list[Session]:
    """Return the sessions at the sign-in host that a session's browser has besides."""
    sign_in = sign_in_of(session)
    if sign_in.multi_session_id is None:
        return []
    return [each for each in _living(sign_in.multi_session_id) if each.pk != sign_in.pk]


def told_beside(session: Session) -> list[Session]:
    """Return those of them that a console tells: of the same IP address and user agent.

    So whoever planted a secret learns no name of somebody who signed in with it.
    """
    sign_in = sign_in_of(session)
    own = sign_in.ip, sign_in.user_agent
    return [each for each in beside(session) if (each.ip, each.user_agent) == own]


def is_here_again(key: str) -> bool:
    """Return whether another session is in place of one that is over, by its cookie's key."""
    ended = Session.objects.select_related(*_RELATED).filter(key_digest=entropy.digest(key)).first()
    if ended is None or not (name := name_of(ended)):
        return False
    return any(name_of(each) == name for each in beside(ended))


def name_of(session: Session) -> str:
    """Return by what name a session has hosts of its own; empty for the only one of its browser.

    It is the account's ID with eight characters, which stay the same in a browser for somebody who
    signs in again.
    """
    sign_in = sign_in_of(session)
    if sign_in.multi_session_id is None:
        return ""
    return _name(sign_in.multi_session_id, original(session).arn)


def _name(multi_session_id: UUID, arn: str) -> str:
    return f"{arns.account_of(arn)}-{entropy.digest(f'{multi_session_id} {arn}')[:8]}"


def _found(key: str, host: str) -> QuerySet[MultiSession]:
    return MultiSession.objects.filter(
        key_digest=entropy.digest(key), host=host, expires_at__gt=clock.now()
    )


def _living(multi_session_id: UUID) -> list[Session]:
    return list(
        Session.objects.select_related(*_RELATED)
        .filter(multi_session=multi_session_id, ended_at=None, expires_at__gt=clock.now())
        .order_by("-created_at", "-pk")
    )
