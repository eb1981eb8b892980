"""Keys that are made from this installation's own, so that nothing has to be stored."""

import hashlib
import hmac

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def signing_key(key: str, purpose: bytes) -> int:
    """Return the private key of the curve P-256 that is for one purpose only."""
    digest = hmac.new(key.encode(), purpose, hashlib.sha512).digest()
    return int.from_bytes(digest, "big") % (ORDER - 1) + 1
