"""Private keys of SAML providers, with which their encrypted assertions are opened.

As at AWS, whoever runs the provider makes the pair, and gives its private half away. It is stored
sealed, and never shown again; its ID comes from its public half. The library loads with its first
use.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from accounts.models import SamlPrivateKey, SamlProvider
from accounts.models.identity_providers import MOST_PRIVATE_KEYS
from signin.federation import idp_keys, messages
from signin.kernel import clock, sealing

BUILT_IN = "built-in"
PURPOSE = "private key of a SAML provider"
LONGEST = 16_384  # characters; IAM's quota
SHORTEST_RSA, LONGEST_RSA = 2048, 8192  # bits
ID_LENGTH = 22  # characters, the fewest that IAM has


def of(provider: SamlProvider | None) -> list[Any]:
    """Return the keys that may open assertions of a provider; none if it takes none encrypted."""
    if provider is None or not provider.assertion_encryption_mode:
        return []
    return [_read(each.sealed, settings.SECRET_KEY) for each in provider.private_keys.all()]


def public(provider: SamlProvider) -> Any:
    """Return the public half of a provider's newest key, for which to encrypt."""
    newest = provider.private_keys.order_by("-added_at", "-slot").first()
    return newest and _read(newest.sealed, settings.SECRET_KEY).public_key()


def told(provider: SamlProvider) -> list[dict[str, str]]:
    """Return what may be said of a provider's keys: their IDs, and since when they are there."""
    keys = provider.private_keys.all()
    return [{"id": each.key_id, "added_at": clock.written(each.added_at)} for each in keys]


def described(pem: str) -> SamlPrivateKey:
    """Return a row of a key that belongs to nobody yet, or raise ValidationError.

    A word stands for the one that this installation has made.
    """
    serialization = import_module("cryptography.hazmat.primitives.serialization")
    key = _loaded(idp_keys.encryption_key() if pem.strip() == BUILT_IN else pem)
    octets = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public_octets = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    digest = base64.b32encode(hashlib.sha256(public_octets).digest()).decode()
    sealed = sealing.seal(octets, key=settings.SECRET_KEY, purpose=PURPOSE)
    return SamlPrivateKey(key_id=digest[:ID_LENGTH], sealed=sealed)


def changed(provider: SamlProvider, *, add: str = "", remove: str = "") -> list[SamlPrivateKey]:
    """Return the keys that a provider is to have, or raise ValidationError.

    One is added as PEM, and one goes by its ID. With an encryption mode it needs one.
    """
    there = list(provider.private_keys.all()) if provider.pk else []
    if remove and remove not in {each.key_id for each in there}:
        raise ValidationError({"remove_private_key": messages.PRIVATE_KEY_UNKNOWN})
    kept = [each for each in there if each.key_id != remove]
    try:
        return joined(provider, kept, [add] if add else [])
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            raise
        raise ValidationError({"add_private_key": error.messages}) from error


def joined(
    provider: SamlProvider, kept: Sequence[SamlPrivateKey], added: Sequence[str]
) -> list[SamlPrivateKey]:
    """Return keys with others in PEM, each in a slot of its own, or raise ValidationError."""
    keys = list(kept)
    for pem in added:
        key = described(pem)
        if key.key_id in {each.key_id for each in keys}:
            raise ValidationError(messages.PRIVATE_KEY_TWICE)
        free = set(range(1, MOST_PRIVATE_KEYS + 1)) - {each.slot for each in keys}
        if not free:
            raise ValidationError(messages.PRIVATE_KEYS_TOO_MANY)
        key.provider, key.slot = provider, min(free)
        keys.append(key)
    if provider.assertion_encryption_mode and not keys:
        raise ValidationError({"assertion_encryption_mode": messages.PRIVATE_KEY_NEEDED})
    return keys


def _loaded(pem: str) -> Any:
    serialization = import_module("cryptography.hazmat.primitives.serialization")
    rsa = import_module("cryptography.hazmat.primitives.asymmetric.rsa")
    try:
        if len(pem) > LONGEST:
            raise ValueError("too long")
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("not RSA")
        if not SHORTEST_RSA <= key.key_size <= LONGEST_RSA:
            raise ValueError("too short or too long")
    except (
        ValueError,
        TypeError,
        import_module("cryptography.exceptions").UnsupportedAlgorithm,
    ) as error:
        raise ValidationError(messages.PRIVATE_KEY_WRONG) from error
    return key


@lru_cache(maxsize=16)
def _read(stored: str, key: str) -> Any:
    serialization = import_module("cryptography.hazmat.primitives.serialization")
    octets = sealing.unseal(stored, key=key, purpose=PURPOSE)
    return serialization.load_der_private_key(octets, password=None)
