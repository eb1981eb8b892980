"""Long-term access keys of IAM users and root users: made, shown once, switched off, deleted."""

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts import credentials
from accounts.errors import NoAccessKeys, TooManyAccessKeys
from accounts.models import AccessKey, Principal
from accounts.models.credentials import MOST_ACCESS_KEYS
from accounts.models.principals import UNIQUE_ID_ALPHABET
from signin.kernel import clock, entropy

PREFIX = "AKIA"
NOTED_EVERY = timedelta(hours=1)  # so that a call writes nothing, but for the first one in a while
_OWNERS = frozenset({Principal.Kind.IAM_USER, Principal.Kind.ROOT_USER})


@dataclass(frozen=True)
class Keys:
    """A new access key as its owner gets it: once, because nothing tells the secret again."""

    access_key: AccessKey
    secret_access_key: str = field(repr=False)

    @property
    def access_key_id(self) -> str:
        """The ID of the key."""
        return self.access_key.access_key_id


def create(principal: Principal) -> Keys:
    """Return a new access key of somebody, or raise TooManyAccessKeys or NoAccessKeys."""
    if principal.kind not in _OWNERS:
        raise NoAccessKeys
    access_key_id = f"{PREFIX}{entropy.text(9, UNIQUE_ID_ALPHABET)}EXAMPLE"
    secret = credentials.new_secret()
    for _round in range(MOST_ACCESS_KEYS):
        access_key = new(principal, access_key_id, secret, slot=_free_slot(principal))
        try:
            with transaction.atomic():
                access_key.save(force_insert=True)
        except IntegrityError:
            continue  # another request took the slot at the same moment
        return Keys(access_key, secret)
    raise TooManyAccessKeys


def new(principal: Principal, access_key_id: str, secret: str, *, slot: int) -> AccessKey:
    """Return an access key that is not stored yet."""
    return AccessKey(
        access_key_id=access_key_id,
        sealed_secret=credentials.sealed(secret),
        principal=principal,
        slot=slot,
        created_at=clock.now(),
    )


def of(principal: Principal) -> list[AccessKey]:
    """Return the access keys of a principal, in the order of their slots."""
    return list(principal.access_keys.order_by("slot"))


def deactivate(access_key: AccessKey) -> bool:
    """Let an access key open nothing for a while; False if it did so before."""
    return _switch(access_key, is_active=False)


def activate(access_key: AccessKey) -> bool:
    """Let an access key be good again; False if it was so."""
    return _switch(access_key, is_active=True)


def delete(access_key: AccessKey) -> bool:
    """Delete an access key; False if another request was faster."""
    deleted, _counts = AccessKey.objects.filter(pk=access_key.pk).delete()
    return bool(deleted)


def note_use(access_key: AccessKey, service: str) -> None:
    """Note when an access key was used, and for what; once in an hour is enough."""
    now = clock.now()
    if access_key.last_used_at and access_key.last_used_at + NOTED_EVERY > now:
        return
    AccessKey.objects.filter(
        Q(last_used_at=None) | Q(last_used_at__lte=now - NOTED_EVERY), pk=access_key.pk
    ).update(last_used_at=now, last_used_with=service)


def _free_slot(principal: Principal) -> int:
    taken = set(principal.access_keys.values_list("slot", flat=True))
    for slot in range(1, MOST_ACCESS_KEYS + 1):
        if slot not in taken:
            return slot
    raise TooManyAccessKeys


def _switch(access_key: AccessKey, *, is_active: bool) -> bool:
    switched = AccessKey.objects.filter(pk=access_key.pk, is_active=not is_active)
    access_key.is_active = is_active
    return bool(switched.update(is_active=is_active))
