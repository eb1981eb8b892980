"""A program's side of DPoP, by ``cryptography`` alone: a key, and proofs that it makes."""

import base64
import hashlib
import json
import time
import uuid
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature


def b64(octets: bytes) -> str:
    """Return octets in base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def dumped(members: object) -> str:
    """Return what JSON writes of something, in base64url."""
    return b64(json.dumps(members).encode())


class Key:
    """A program's key on a curve; P-256 unless a test wants another one."""

    def __init__(self, curve: ec.EllipticCurve | None = None) -> None:
        self.private = ec.generate_private_key(curve or ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.jwk = {
            "kty": "EC",
            "crv": "P-256",
            "x": b64(numbers.x.to_bytes((numbers.curve.key_size + 7) // 8, "big")),
            "y": b64(numbers.y.to_bytes((numbers.curve.key_size + 7) // 8, "big")),
        }

    @property
    def thumbprint(self) -> str:
        """The name of the key (RFC 7638)."""
        text = '{{"crv":"{crv}","kty":"{kty}","x":"{x}","y":"{y}"}}'.format(**self.jwk)
        return b64(hashlib.sha256(text.encode()).digest())

    def sign(self, signed: str) -> str:
        """Return the signature of a text, 64 octets in base64url."""
        r, s = decode_dss_signature(self.private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))

    def proof(self, url: str, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """Return a proof for a request; members of header and claims can be others, or left out."""
        all_claims = {
            "htm": "POST",
            "htu": url,
            "iat": int(time.time()),
            "jti": str(uuid.uuid4()),
            **claims,
        }
        all_header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk, **(header or {})}
        parts = [
            dumped({name: value for name, value in members.items() if value is not None})
            for members in (all_header, all_claims)
        ]
        signed = ".".join(parts)
        return f"{signed}.{self.sign(signed)}"
