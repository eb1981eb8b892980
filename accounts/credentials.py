"""Temporary credentials of roles: issued for programs, found again, revoked."""

import base64
import string
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from accounts import roles
from accounts.assignments import Grant
from accounts.models import Principal, Session, TemporaryCredentials
from accounts.models.principals import UNIQUE_ID_ALPHABET
from signin.kernel import clock, entropy, sealing

PURPOSE = "secret access key"
SECRET_ALPHABET = string.ascii_letters + string.digits + "+/"
SECRET_LENGTH = 40
TOKEN_OCTETS = 192  # no padding in base64


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
    now = clock.now()
    keys = Keys(
        access_key_id=_access_key_id(entropy.text(9, UNIQUE_ID_ALPHABET)),
        secret_access_key=entropy.text(SECRET_LENGTH, SECRET_ALPHABET),
        session_token=base64.b64encode(entropy.octets(TOKEN_OCTETS)).decode(),
        expires_at=now + timedelta(minutes=grant.permission_set.session_minutes),
    )
    TemporaryCredentials.objects.create(
        access_key_id=keys.access_key_id,
        sealed_secret=sealing.seal(
            keys.secret_access_key.encode(), key=settings.SECRET_KEY, purpose=PURPOSE
        ),
        token_digest=entropy.digest(keys.session_token),
        principal=user,
        role=roles.provision(grant.permission_set, grant.account),
        session_name=user.username,
        session=session,
        issued_at=now,
        expires_at=keys.expires_at,
    )
    return keys


def find(access_key_id: str, session_token: str) -> TemporaryCredentials | None:
    """Return the living credentials of an access key, if the session token is theirs."""
    return (
        _living()
        .filter(access_key_id=access_key_id, token_digest=entropy.digest(session_token))
        .select_related("principal__profile__directory", "role__account")
        .first()
    )


def secret_of(credentials: TemporaryCredentials) -> str:
    """Return the secret access key, with which signatures are checked."""
    sealed = credentials.sealed_secret
    return sealing.unseal(sealed, key=settings.SECRET_KEY, purpose=PURPOSE).decode()


def revoke_all(user: Principal) -> int:
    """Revoke every living access key of a user; return how many there were."""
    return _living().filter(principal=user).update(revoked_at=clock.now())


def _living() -> QuerySet[TemporaryCredentials]:
    return TemporaryCredentials.objects.filter(revoked_at=None, expires_at__gt=clock.now())


def _access_key_id(middle: str) -> str:
    """Return the ID of a temporary key; its end says that it is none of AWS's."""
    return f"ASIA{middle}EXAMPLE"
