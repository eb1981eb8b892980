"""Opening, finding and ending sessions, and handing a signed-in browser to another host.

A finished sign-in opens a session at the sign-in host and offers the application host a child of
it. The offer is a single-use code that goes through the browser; whoever redeems it must also
know the secret behind the challenge, which only the browser that asked has (S-036, S-049).
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import CharField, DateTimeField, Q, QuerySet

from accounts.models import Account, MultiSession, Principal, Role, Session
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.kernel.prepared import Prepared, PreparedUpdate

CONSOLE_LIFETIME = timedelta(hours=12)
HANDOFF_LIFETIME = timedelta(minutes=1)
FRESH_FOR = timedelta(minutes=15)

SIGNIN = "signin"
CONSOLE = "console"
PORTAL = "portal"
BUILDER_ID = "builder-id"

# What the pages of a door want to know of whoever is signed in.
_RELATED = {
    PORTAL: ("principal__profile__directory", "parent"),
    BUILDER_ID: ("principal", "parent"),
    CONSOLE: (
        "principal__account__password_policy",
        "role__account",
        "parent__switch__role__account",
    ),
    SIGNIN: ("principal__account__password_policy", "parent", "role__account"),
}
# What the portal's pages don't ask of the sign-in behind a session: all but when it was.
_UNREAD = {
    PORTAL: [
        f"parent__{field.name}"
        for field in Session._meta.concrete_fields
        if field.name not in {"id", "created_at"}
    ]
}

_BEARER = Signer(salt="accounts.sessions.bearer", sep=".")


def _living_at(door: str) -> Prepared[Session]:
    return Prepared(
        lambda key, host, now: (
            Session.objects.select_related(*_RELATED[door])
            .defer(*_UNREAD.get(door, ()))
            .filter(key_digest=key, door=door, host=host, ended_at=None, expires_at__gt=now)
        ),
        key=CharField(),
        host=CharField(),
        now=DateTimeField(),
    )


_LIVING = {door: _living_at(door) for door in _RELATED}
_ACCEPTED = PreparedUpdate(
    lambda code, challenge, host, now, key: (
        Session.objects.filter(
            handoff_digest=code,
            handoff_challenge=challenge,
            handoff_expires_at__gt=now,
            host=host,
            ended_at=None,
        ),
        {"key_digest": key, "handoff_digest": None},
    ),
    code=CharField(),
    challenge=CharField(),
    host=CharField(),
    now=DateTimeField(),
    key=CharField(),
)


@dataclass(frozen=True)
class SignedIn:
    """The secrets of a session just opened: the sign-in host's key, and a code for the next."""

    key: str
    code: str
    expires_at: datetime


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge of a verifier (RFC 7636, 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def open_in_background(principal: Principal, *, browser: Browser, lifetime: timedelta) -> Session:
    """Open a session that no browser has: a program works for somebody who is not there."""
    now = clock.now()
    return Session.objects.create(
        door=SIGNIN,
        host=browser.host,
        principal=principal,
        ip=browser.ip,
        user_agent=browser.user_agent,
        created_at=now,
        expires_at=now + lifetime,
    )


def open_for(
    principal: Principal,
    *,
    browser: Browser,
    factors: Sequence[str],
    host: str,
    challenge: str,
    door: str = CONSOLE,
    lifetime: timedelta = CONSOLE_LIFETIME,
    role: Role | None = None,
    session_name: str = "",
    issuer: str = "",
    multi_session: MultiSession | None = None,
) -> SignedIn:
    """Sign a browser in, and offer the application at ``host`` its session.

    Without a challenge nothing is offered: the application asks for its session by itself. With a
    session's name and no role it is a federated user, for whom the principal vouched.
    """
    key, code, now = entropy.token(), entropy.token(), clock.now()
    root = Session(
        door=SIGNIN,
        host=browser.host,
        key_digest=entropy.digest(key),
        principal=principal,
        role=role,
        session_name=session_name,
        issuer=issuer,
        multi_session=multi_session,
        factors=list(factors),
        ip=browser.ip,
        user_agent=browser.user_agent,
        created_at=now,
        expires_at=now + lifetime,
    )
    opened = [root]
    if challenge:
        opened.append(_offered(root, code, door=door, host=host, challenge=challenge))
    Session.objects.add(*opened)
    return SignedIn(key=key, code=code, expires_at=root.expires_at)


def offer(root: Session, *, host: str, challenge: str, door: str = CONSOLE) -> str:
    """Offer the application at ``host`` a child of a living session; return the code."""
    code = entropy.token()
    _offered(root, code, door=door, host=host, challenge=challenge).save(force_insert=True)
    return code


def offer_role(
    role: Role,
    came_from: Session,
    *,
    browser: Browser,
    host: str,
    challenge: str,
    lifetime: timedelta,
) -> str:
    """Offer the sign-in host at ``host`` a session of its own, in which somebody works as a role.

    They proved who they are in another session, which this one outlives; return the code.
    """
    code, now = entropy.token(), clock.now()
    Session.objects.create(
        door=SIGNIN,
        host=host,
        principal_id=came_from.principal_id,
        role=role,
        factors=came_from.factors,
        ip=browser.ip,
        user_agent=browser.user_agent,
        created_at=now,
        expires_at=now + lifetime,
        handoff_digest=entropy.digest(code),
        handoff_challenge=challenge,
        handoff_expires_at=now + HANDOFF_LIFETIME,
    )
    return code


def accept(code: str, *, host: str, verifier: str) -> str | None:
    """Redeem a code at its host; return the new session's key.

    None if the code is unknown, used, older than a minute, another host's, or another browser's.
    """
    key, now = entropy.token(), clock.now()
    taken = _ACCEPTED.run(
        code=entropy.digest(code),
        challenge=challenge_of(verifier),
        host=host,
        now=now,
        key=entropy.digest(key),
    )
    return key if taken else None


def find(key: str, *, door: str, host: str) -> Session | None:
    """Return the living session that a cookie's key belongs to, with its principal."""
    if not key:
        return None
    return _LIVING[door].find(key=entropy.digest(key), host=host, now=clock.now())


def bearer_token(session: Session) -> str:
    """Return what stands for a session of the portal at the portal's API.

    It names the session and is signed, so that nothing has to be stored and it ends with it.
    """
    return _BEARER.sign(session.pk.hex)


def find_by_bearer_token(token: str) -> Session | None:
    """Return the living session of the portal that a bearer token stands for."""
    try:
        session_id = _BEARER.unsign(token)
    except BadSignature:
        return None
    living = Session.objects.select_related(*_RELATED[PORTAL]).filter(
        pk=session_id, door=PORTAL, ended_at=None, expires_at__gt=clock.now()
    )
    # To programs a user who is disabled is so at once.
    return living.filter(principal__profile__is_enabled=True).first()


def find_by_id(session_id: str) -> Session | None:
    """Return a living session of any door; whoever asks must have the ID from a page of ours."""
    living = Session.objects.filter(pk=session_id, ended_at=None, expires_at__gt=clock.now())
    return living.select_related("principal__account", "role__account", "parent").first()


def living_sign_ins() -> QuerySet[Session]:
    """Return the sign-ins of which a browser has something now, each by its first session.

    That one may be over: a new password ends it, and leaves the console where it was chosen. What
    is only offered, or opened for a program, no browser has.
    """
    living = Session.objects.filter(
        key_digest__isnull=False, ended_at=None, expires_at__gt=clock.now()
    )
    parents = living.filter(parent__isnull=False).order_by().values("parent")
    firsts = living.filter(parent=None).order_by().values("pk")
    return Session.objects.filter(Q(pk__in=firsts) | Q(pk__in=parents))


def issuer_of(key: str, *, host: str) -> str:
    """Return by which broker's page a console session came that is over, if it did."""
    over = Session.objects.filter(key_digest=entropy.digest(key), door=CONSOLE, host=host)
    return over.values_list("issuer", flat=True).first() or ""


def sign_in_host(key: str) -> str | None:
    """Return the sign-in host from which a session came that is over, by its cookie's key."""
    ever = Session.objects.filter(key_digest=entropy.digest(key))
    return ever.values_list("parent__host", flat=True).first()


def end(session: Session) -> None:
    """End a session with all that came from the same sign-in."""
    root_id = session.parent_id or session.pk
    family = Session.objects.filter(Q(pk=root_id) | Q(parent_id=root_id))
    family.filter(ended_at=None).update(ended_at=clock.now(), handoff_digest=None)


def end_here(session: Session) -> None:
    """End a session at one host alone; the sign-in that it came from goes on."""
    Session.objects.filter(pk=session.pk, ended_at=None).update(ended_at=clock.now())


def end_earlier(key: str, *, host: str) -> None:
    """End what came from the sign-in that a browser did before at this host, by its key (S-035)."""
    if key:
        earlier = Session.objects.filter(key_digest=entropy.digest(key), door=SIGNIN, host=host)
        family = Session.objects.filter(Q(pk__in=earlier) | Q(parent__in=earlier))
        family.filter(ended_at=None).update(ended_at=clock.now(), handoff_digest=None)


def end_all(principal: Principal, *, but: Session | None = None) -> int:
    """End every session of a principal but one, if it is named; return how many lived.

    What that one came from ends as well: its key lies at another host, where nobody renews it.
    """
    with transaction.atomic():
        living = Session.objects.filter(principal=principal, ended_at=None)
        if but:
            living = living.exclude(pk=but.pk)
        return living.update(ended_at=clock.now(), handoff_digest=None)


def end_roles(account: Account) -> None:
    """End every session in which somebody works as a role of an account, or as a federated user."""
    federated = Q(principal__account=account, role=None) & ~Q(session_name="")
    living = Session.objects.filter(Q(role__account=account) | federated, ended_at=None)
    living.update(ended_at=clock.now(), handoff_digest=None)


def is_fresh(session: Session) -> bool:
    """Return whether a session's sign-in is recent enough for what is important (S-048)."""
    return (session.parent or session).created_at + FRESH_FOR > clock.now()


def renew(session: Session) -> str:
    """Give a living session another key, and return it; the old one opens nothing (S-035)."""
    key = entropy.token()
    session.key_digest = entropy.digest(key)
    session.save(update_fields=["key_digest"])
    return key


def _offered(root: Session, code: str, *, door: str, host: str, challenge: str) -> Session:
    now = clock.now()
    return Session(
        door=door,
        host=host,
        principal_id=root.principal_id,
        role_id=root.role_id,
        session_name=root.session_name,
        issuer=root.issuer,
        parent=root,
        factors=root.factors,
        ip=root.ip,
        user_agent=root.user_agent,
        created_at=now,
        expires_at=root.expires_at,
        handoff_digest=entropy.digest(code),
        handoff_challenge=challenge,
        handoff_expires_at=now + HANDOFF_LIFETIME,
    )
