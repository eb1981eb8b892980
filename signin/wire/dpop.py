"""Proofs that a program has a key (RFC 9449): what a proof says is checked here, each time anew.

That none is used twice is for whoever keeps track of them, by what ``check`` returns.
"""

import re
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

from signin.kernel import clock, jws
from signin.logins.proofs import FRESH_FOR
from signin.wire.rest_json import Malformed

LONGEST = 4096  # characters
NUMBER = re.compile(r"[!-~]{1,128}\Z")
SECRETS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})  # members of private keys
LATEST = 2**53  # seconds; what is beyond no clock reckons with
PORTS = {"http": 80, "https": 443}


class ProofInvalid(Malformed):
    """The proof of a key is missing, or proves nothing."""


@dataclass(frozen=True)
class Proof:
    """Which key a program has, and the number of its proof."""

    thumbprint: str
    number: str


def check(proof: str, *, method: str, url: str) -> Proof:
    """Return what a proof for a request proves, or raise ProofInvalid."""
    if not proof:
        _refuse("The header DPoP is missing")
    if len(proof) > LONGEST or proof.count(".") != 2:
        _refuse("The proof is not a JWT of up to 4096 characters")
    signed, _, signature = proof.rpartition(".")
    header, claims = (_read(part) for part in signed.split("."))
    key = _key_of(header)
    _check_claims(claims, method, url)
    try:
        jws.check(signed, signature, key)
    except ValueError:
        _refuse("The proof is not signed with the key that it names")
    return Proof(thumbprint=jws.thumbprint(key), number=claims["jti"])


def _read(part: str) -> jws.Members:
    try:
        return jws.read(part)
    except ValueError:
        _refuse("The proof is not written as a JWT")


def _key_of(header: jws.Members) -> jws.Members:
    if header.get("typ") != "dpop+jwt":
        _refuse("typ is not dpop+jwt")
    if header.get("alg") != "ES256":
        _refuse("alg is not ES256")
    if "crit" in header:
        _refuse("crit names what is not known here")
    key = header.get("jwk")
    if not isinstance(key, dict) or (key.get("kty"), key.get("crv")) != ("EC", "P-256"):
        _refuse("jwk is not a key of the curve P-256")
    if not SECRETS.isdisjoint(key):
        _refuse("jwk has members of a private key")
    if not all(isinstance(key.get(name), str) for name in jws.PUBLIC):
        _refuse("jwk has no coordinates")
    return key


def _check_claims(claims: jws.Members, method: str, url: str) -> None:
    if claims.get("htm") != method:
        _refuse("htm is not the method of this request")
    if not _is_same(claims.get("htu"), url):
        _refuse("htu is not the address of this request")
    if not _is_fresh(claims.get("iat")):
        _refuse("iat is not within five minutes of now")
    number = claims.get("jti")
    if not isinstance(number, str) or not NUMBER.match(number):
        _refuse("jti is not a text of up to 128 characters")


def _is_same(claimed: Any, url: str) -> bool:
    """Compare two addresses as they are meant, not as they are written (RFC 3986, 6.2.2)."""
    expected = _parts(url)
    return expected is not None and isinstance(claimed, str) and _parts(claimed) == expected


def _parts(url: str) -> tuple[str, str, int, str] | None:
    if any(character <= " " or character in "?#\\\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port or PORTS[parts.scheme], parts.path or "/"


def _is_fresh(issued_at: Any) -> bool:
    """Return whether a moment is near: by the time that pages show, or by the machine's own.

    Programs know only the latter, and the emulated clock may be far away from it.
    """
    if not isinstance(issued_at, int) or isinstance(issued_at, bool) or abs(issued_at) > LATEST:
        return False
    nearest = min(abs(now.timestamp() - issued_at) for now in (clock.now(), clock.machine_now()))
    return nearest <= FRESH_FOR.total_seconds()


def _refuse(problem: str) -> NoReturn:
    raise ProofInvalid(f"{problem}.")
