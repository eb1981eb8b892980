"""Temporary credentials: issued for programs, found again, revoked."""

import base64
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from accounts import roles
from accounts.assignments import Grant
from accounts.identities import original
from accounts.models import AccessKey, Principal, Role, Session, TemporaryCredentials
from accounts.models.principals import UNIQUE_ID_ALPHABET
from signin.kernel import clock, entropy, sealing

PURPOSE = "secret access key"
SECRET_ALPHABET = string.ascii_letters + string.digits + "+/"
SECRET_LENGTH = 40
TOKEN_OCTETS = 192  # no padding in base64

Kind = TemporaryCredentials.Kind


@dataclass(frozen=True)
class Keys:
    """Credentials as their owner gets them: once, because the token is kept nowhere."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    expires_at: datetime


def issue(user: Principal, grant: Grant, *, session: Session | None) -> Keys:
    """Return new credentials of the role that a user has; they last as its sessions do.

    ``session`` is the portal session in which they are asked for. They outlive it, as AWS's do.
    """
    return _issue(
        grant.permission_set.session_minutes * 60,
        kind=Kind.ROLE,
        principal_id=user.pk,
        role_id=grant.role_id or roles.provision(grant.permission_set, grant.account).pk,
        session_name=user.username,
        session_id=session.pk if session else None,
    )


def issue_for_role(
    principal: Principal,
    role: Role,
    *,
    session_name: str,
    seconds: int,
    session: Session | None = None,
    mfa_authenticated: bool | None = None,
    is_chained: bool = False,
    source_identity: str = "",
    tags: Mapping[str, str] | None = None,
    transitive_tags: Sequence[str] = (),
) -> Keys:
    """Return new credentials of a session of a role; ``principal`` is whoever stands behind it."""
    return _issue(
        seconds,
        kind=Kind.ROLE,
        principal_id=principal.pk,
        role_id=role.pk,
        session_name=session_name,
        session_id=session.pk if session else None,
        mfa_authenticated=mfa_authenticated,
        is_chained=is_chained,
        source_identity=source_identity,
        **({"tags": dict(tags)} if tags else {}),
        **({"transitive_tags": list(transitive_tags)} if transitive_tags else {}),
    )


def issue_for_session(
    user: Principal, *, seconds: int, mfa_authenticated: bool, session: Session | None = None
) -> Keys:
    """Return new credentials with which somebody works as themselves for a while."""
    return _issue(
        seconds,
        kind=Kind.SESSION,
        principal_id=user.pk,
        mfa_authenticated=mfa_authenticated,
        session_id=session.pk if session else None,
    )


def issue_for_login(session: Session, *, seconds: int, mfa_authenticated: bool) -> Keys:
    """Return new credentials of a program that works as whoever has a session at the console."""
    return _issue(
        seconds,
        kind=Kind.LOGIN,
        principal_id=session.principal_id,
        role_id=session.role_id,
        session_name=original(session).session_name if session.role_id else "",
        session_id=session.pk,
        mfa_authenticated=mfa_authenticated,
    )


def issue_for_federation(
    user: Principal, name: str, *, seconds: int, tags: Mapping[str, str] | None = None
) -> Keys:
    """Return new credentials of a federated user, for whom a user of the account vouches."""
    return _issue(
        seconds,
        kind=Kind.FEDERATION,
        principal_id=user.pk,
        session_name=name,
        **({"tags": dict(tags)} if tags else {}),
    )


def issue_for_task(root_user: Principal, *, seconds: int, source_identity: str) -> Keys:
    """Return new credentials with which somebody else acts as a root user, for one task."""
    return _issue(
        seconds, kind=Kind.ROOT, principal_id=root_user.pk, source_identity=source_identity
    )


def find(access_key_id: str, session_token: str) -> TemporaryCredentials | None:
    """Return the living credentials of an access key, if the session token is theirs."""
    return (
        _living()
        .filter(access_key_id=access_key_id, token_digest=entropy.digest(session_token))
        .select_related("principal__profile__directory", "role__account")
        .first()
    )


def new_access_key_id() -> str:
    """Return the ID of a new temporary key; its end says that it is none of AWS's."""
    return f"ASIA{entropy.text(9, UNIQUE_ID_ALPHABET)}EXAMPLE"


def new_secret() -> str:
    """Return a new secret access key."""
    return entropy.text(SECRET_LENGTH, SECRET_ALPHABET)


def sealed(secret: str) -> str:
    """Return what is stored of a secret access key."""
    return sealing.seal(secret.encode(), key=settings.SECRET_KEY, purpose=PURPOSE)


def secret_of(credentials: AccessKey | TemporaryCredentials) -> str:
    """Return the secret access key, with which signatures are checked."""
    return _unsealed(credentials.sealed_secret, settings.SECRET_KEY)


@lru_cache(maxsize=500)
def _unsealed(stored: str, key: str) -> str:
    return sealing.unseal(stored, key=key, purpose=PURPOSE).decode()


def revoke_all(user: Principal) -> int:
    """Revoke every living access key of a user; return how many there were."""
    return _living().filter(principal=user).update(revoked_at=clock.now())


def _issue(seconds: int, *, kind: Kind, **columns: Any) -> Keys:
    now = clock.now()
    keys = Keys(
        access_key_id=new_access_key_id(),
        secret_access_key=new_secret(),
        session_token=base64.b64encode(entropy.octets(TOKEN_OCTETS)).decode(),
        expires_at=now + timedelta(seconds=seconds),
    )
    TemporaryCredentials.objects.append(
        {
            "access_key_id": keys.access_key_id,
            "sealed_secret": sealed(keys.secret_access_key),
            "token_digest": entropy.digest(keys.session_token),
            "issued_at": now,
            "expires_at": keys.expires_at,
            "kind": kind.value,
            **columns,
        }
    )
    return keys


def _living() -> QuerySet[TemporaryCredentials]:
    return TemporaryCredentials.objects.filter(revoked_at=None, expires_at__gt=clock.now())
