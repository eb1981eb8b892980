"""Secrets that the server has to read again, encrypted at rest with this installation's key.

The cipher is AES-256-GCM with a random nonce; what it was sealed for must be said again to open
it, so that one column's value is worth nothing in another's. The library loads with its first use.
"""

import base64
import hashlib
import hmac
from functools import cache
from importlib import import_module
from typing import Any

from signin.kernel import entropy

NONCE_LENGTH = 12  # bytes (NIST SP 800-38D, 8.2)


class SealBroken(Exception):
    """What was stored is not what was sealed: changed, sealed for something else, another key."""


def seal(secret: bytes, *, key: str, purpose: str) -> str:
    """Return a secret as it may be stored, in base64."""
    nonce = entropy.octets(NONCE_LENGTH)
    return base64.b64encode(nonce + _cipher(key).encrypt(nonce, secret, purpose.encode())).decode()


def unseal(stored: str, *, key: str, purpose: str) -> bytes:
    """Return the secret that was stored, or raise SealBroken."""
    sealed = base64.b64decode(stored)
    nonce, content = sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:]
    try:
        secret: bytes = _cipher(key).decrypt(nonce, content, purpose.encode())
    except import_module("cryptography.exceptions").InvalidTag as broken:
        raise SealBroken from broken
    return secret


@cache
def _cipher(key: str) -> Any:
    aead = import_module("cryptography.hazmat.primitives.ciphers.aead")
    derived = hmac.new(key.encode(), b"sealing", hashlib.sha256).digest()
    return aead.AESGCM(derived)
