"""Every random value of this server, and the keyed digests that stand for secrets at rest."""

import hashlib
import hmac
import os
import secrets
import string
import uuid
from functools import cache

_OCTETS = bytes(range(256))


def token() -> str:
    """Return 256 random bits, safe in URLs and cookies (43 characters)."""
    return secrets.token_urlsafe(32)


def handle() -> str:
    """Return 128 random bits as 32 hexadecimal digits, for the names of things in URLs."""
    return secrets.token_hex(16)


def digits(count: int) -> str:
    """Return that many random decimal digits; leading zeros are kept."""
    return text(count, string.digits)


def text(count: int, alphabet: str) -> str:
    """Return that many characters drawn evenly from an alphabet, which is part of Latin-1."""
    characters, unfair = _drawing(alphabet)
    drawn = b""
    while len(drawn) < count:
        drawn += os.urandom(count + count // 2).translate(characters, unfair)
    return drawn[:count].decode("latin-1")


def octets(count: int) -> bytes:
    """Return that many random bytes."""
    return os.urandom(count)


def identifier() -> uuid.UUID:
    """Return a random UUID (RFC 9562, version 4)."""
    return uuid.uuid4()


def identifier_text() -> str:
    """Return the text of a random UUID, in less time than it takes by way of the UUID."""
    octets = bytearray(os.urandom(16))
    octets[6] = octets[6] & 0x0F | 0x40  # the version
    octets[8] = octets[8] & 0x3F | 0x80  # the variant
    digits = octets.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def digest(secret: str) -> str:
    """Return what may be stored of a random secret: its SHA-256, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_digest(key: str, *parts: str) -> str:
    """Return the HMAC-SHA-256 of some parts, in hexadecimal.

    For values that are short enough to be guessed from a plain digest; the parts cannot run
    into one another.
    """
    message = "\x00".join(f"{len(part)}:{part}" for part in parts)
    return hmac.digest(key.encode(), message.encode(), "sha256").hex()


@cache
def _drawing(alphabet: str) -> tuple[bytes, bytes]:
    """Return the character that each octet stands for, and the octets that are dropped.

    Those are what is above the last whole multiple of the alphabet's length.
    """
    size = len(alphabet)
    fair = len(_OCTETS) - len(_OCTETS) % size
    return bytes(ord(alphabet[octet % size]) for octet in _OCTETS), _OCTETS[fair:]


def same(one: str, other: str) -> bool:
    """Compare two secrets in time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
