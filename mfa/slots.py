"""How many devices of which kind somebody can have: each has its place, its slot (S-066).

Of root users and IAM users all places are alike; users of directories and Builder IDs have two for
authenticator apps, six for passkeys and security keys, and none for hardware tokens (R-167).
"""

from accounts.models import Principal
from mfa.errors import KindImpossible, TooManyApps, TooManyDevices, TooManyPasskeys
from mfa.models import MOST_DEVICES, Device

ANY_KIND = range(1, MOST_DEVICES + 1)
APPS = range(1, 3)
PASSKEYS = range(3, MOST_DEVICES + 1)
NONE = range(0)

_BY_KIND = {Device.Kind.TOTP: APPS, Device.Kind.PASSKEY: PASSKEYS, Device.Kind.HARDWARE: NONE}
_FULL = {Device.Kind.TOTP: TooManyApps, Device.Kind.PASSKEY: TooManyPasskeys}
_CONSOLE_KINDS = frozenset({Principal.Kind.ROOT_USER, Principal.Kind.IAM_USER})


def is_of_console(principal: Principal) -> bool:
    """Return whether somebody signs in to the console: a root user or an IAM user."""
    return principal.kind in _CONSOLE_KINDS


def slots_of(principal: Principal, kind: str) -> range:
    """Return the slots in which devices of a kind can be."""
    return ANY_KIND if is_of_console(principal) else _BY_KIND[Device.Kind(kind)]


def free_slot(principal: Principal, kind: str) -> int:
    """Return the first free slot for a device of a kind, or raise which limit is reached."""
    taken = set(principal.devices.filter(slot__isnull=False).values_list("slot", flat=True))
    for slot in slots_of(principal, kind):
        if slot not in taken:
            return slot
    raise full(principal, kind)


def full(principal: Principal, kind: str) -> TooManyDevices | KindImpossible:
    """Return what is said of a kind of which there can't be one more."""
    if is_of_console(principal):
        return TooManyDevices()
    return _FULL.get(Device.Kind(kind), KindImpossible)()
