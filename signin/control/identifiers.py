"""IDs of what a scenario makes: the same on every machine, after every reset."""

import hashlib
import uuid

from django.conf import settings

from accounts.models.identity_providers import UUID_ALPHABET
from accounts.models.principals import UNIQUE_ID_ALPHABET
from signin.kernel import entropy


def middle(*names: str) -> str:
    """Return the ten characters in the middle of the unique ID of an IAM user or a role."""
    return "".join(
        UNIQUE_ID_ALPHABET[byte % len(UNIQUE_ID_ALPHABET)] for byte in _digest(names)[:10]
    )


def capitals(*names: str) -> str:
    """Return sixteen capital letters and digits."""
    return "".join(UUID_ALPHABET[byte % len(UUID_ALPHABET)] for byte in _digest(names)[:16])


def hexadecimal(*names: str) -> str:
    """Return sixteen hexadecimal digits."""
    return _digest(names).hex()[:16]


def user_id(*names: str) -> str:
    """Return an identity store's kind of user ID: ten hexadecimal digits and a UUID."""
    digest = _digest(names)
    return f"{digest.hex()[:10]}-{uuid.UUID(bytes=digest[5:21], version=4)}"


def instance_id(directory_id: str) -> str:
    """Return the ID of the instance of Identity Center that a directory of a scenario is of."""
    return f"ssoins-{hexadecimal('instance', directory_id)}"


def invitation(user_id: str) -> str:
    """Return the token of the invitation of a scenario's user: this installation knows it only."""
    return entropy.keyed_digest(settings.SECRET_KEY, "scenario invitation", user_id)


def _digest(names: tuple[str, ...]) -> bytes:
    return hashlib.sha256("/".join(names).encode()).digest()
