"""JSON Web Signatures by ES256, one by ES384, and their writing (RFC 7515, RFC 7518, RFC 7638).

What is not as it has to be raises ValueError, whatever it is. The library loads with its first use.
"""

import base64
import hashlib
import json
import re
from importlib import import_module
from typing import Any, NamedTuple

Members = dict[str, Any]


class Algorithm(NamedTuple):
    """A curve by its two names, its hash, and the octets of either half of a signature."""

    name: str
    curve: str
    digest: str
    half: int


ALGORITHMS = {
    "ES256": Algorithm("P-256", "SECP256R1", "SHA256", 32),
    "ES384": Algorithm("P-384", "SECP384R1", "SHA384", 48),
}
HALF = 32  # octets of a coordinate, and of either half of a signature
PUBLIC = ("crv", "kty", "x", "y")  # what a thumbprint is of, in its order
_TEXT = re.compile(r"[A-Za-z0-9_-]*\Z")


def encode(octets: bytes) -> str:
    """Return octets as base64url without padding."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Return the octets that only this text stands for."""
    if not _TEXT.match(text):
        raise ValueError("not base64url")
    octets = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(octets) != text:
        raise ValueError("not the one way to write it")
    return octets


def read(text: str) -> Members:
    """Return the members of a JSON object in base64url, each of which is there once."""
    try:
        found = json.loads(decode(text).decode(), object_pairs_hook=_once, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def write(members: Members) -> str:
    """Return a JSON object in base64url."""
    return encode(json.dumps(members, separators=(",", ":")).encode())


def thumbprint(key: Members) -> str:
    """Return what names a public key."""
    public = {name: key[name] for name in PUBLIC}
    public |= {name: encode(_coordinate(key[name])) for name in ("x", "y")}
    return encode(hashlib.sha256(json.dumps(public, separators=(",", ":")).encode()).digest())


def sign(header: Members, claims: Members, *, secret: int) -> str:
    """Return claims, signed by the header's algorithm with the private key that is this number."""
    ec = import_module("cryptography.hazmat.primitives.asymmetric.ec")
    utils = import_module("cryptography.hazmat.primitives.asymmetric.utils")
    hashes = import_module("cryptography.hazmat.primitives.hashes")
    signed, how = f"{write(header)}.{write(claims)}", ALGORITHMS[header["alg"]]
    key = ec.derive_private_key(secret, getattr(ec, how.curve)())
    der = key.sign(signed.encode(), ec.ECDSA(getattr(hashes, how.digest)()))
    r, s = utils.decode_dss_signature(der)
    return f"{signed}.{encode(r.to_bytes(how.half, 'big') + s.to_bytes(how.half, 'big'))}"


def public_key(secret: int, algorithm: str) -> Members:
    """Return the public half of the private key that is this number."""
    ec, how = import_module("cryptography.hazmat.primitives.asymmetric.ec"), ALGORITHMS[algorithm]
    key = ec.derive_private_key(secret, getattr(ec, how.curve)()).public_key().public_numbers()
    x, y = (encode(each.to_bytes(how.half, "big")) for each in (key.x, key.y))
    return {"crv": how.name, "kty": "EC", "x": x, "y": y}


def check(signed: str, signature: str, key: Members) -> None:
    """Raise ValueError unless a public key's owner signed a text."""
    ec = import_module("cryptography.hazmat.primitives.asymmetric.ec")
    utils = import_module("cryptography.hazmat.primitives.asymmetric.utils")
    x, y = (int.from_bytes(_coordinate(key[name]), "big") for name in ("x", "y"))
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    octets = decode(signature)
    if len(octets) != 2 * HALF:
        raise ValueError("not as long as a signature")
    r, s = (int.from_bytes(half, "big") for half in (octets[:HALF], octets[HALF:]))
    try:
        public.verify(utils.encode_dss_signature(r, s), signed.encode(), _ecdsa(ec))
    except import_module("cryptography.exceptions").InvalidSignature as error:
        raise ValueError("not signed with this key") from error


def _ecdsa(ec: Any) -> Any:
    return ec.ECDSA(import_module("cryptography.hazmat.primitives.hashes").SHA256())


def _coordinate(text: str) -> bytes:
    """Return a coordinate as long as RFC 7518, 6.2.1.2, wants it.

    The AWS CLI leaves out leading zeros, as one of a hundred keys has them.
    """
    octets = decode(text)
    if not 0 < len(octets) <= HALF:
        raise ValueError("not as long as a coordinate")
    return octets.rjust(HALF, b"\0")


def _once(pairs: list[tuple[str, Any]]) -> Members:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")
