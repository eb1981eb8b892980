"""JSON Web Tokens of other issuers: who is meant, as far as the issuer's own key vouches for it.

The library loads with its first use. The order of the checks is that of trust: nothing that a token
says is believed before its signature, but who issued it and which of the issuer's keys signed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from accounts.models.identity_providers import TokenIssuer
from signin.federation import issuer_keys
from signin.federation.token_errors import (
    TokenAlgorithmRefused,
    TokenAudienceWrong,
    TokenEarly,
    TokenExpired,
    TokenIssuerUnknown,
    TokenKeyUnknown,
    TokenMalformed,
    TokenSignatureWrong,
    TokenSubjectUnusable,
    TokenTimesUnusable,
)
from signin.kernel import clock, jws
from signin.kernel.jws import Members

LONGEST = 20_000  # characters of a token, as STS takes them
LONGEST_SUBJECT = 255
SKEW = 60  # seconds by which the clocks of two machines may differ
LATEST = 2**53  # seconds; what is beyond no clock reckons with
SMALLEST_RSA = 2048  # bits
# The algorithms that prove something to whoever has the public key only: kind and curve of it.
ALGORITHMS = {
    **{f"{family}{bits}": ("RSA", None) for family in ("RS", "PS") for bits in (256, 384, 512)},
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
}
# What is taken over of a key: never its private half, nor a chain of certificates.
PUBLIC = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}


@dataclass(frozen=True)
class WebToken:
    """What a token says whose signature is right, and for whom of the audiences it is."""

    issuer: str
    subject: str
    audience: str
    claims: Members


def issuer_of(token: str) -> str:
    """Return who is said to have issued a token, which is not proved yet; or TokenMalformed."""
    issuer = _read(token)[1].get("iss")
    if not isinstance(issuer, str) or not issuer.isprintable():
        raise TokenMalformed  # no database need know of such a name
    return issuer


def check(token: str, issuer: TokenIssuer, audiences: Collection[str]) -> WebToken:
    """Return what a token says that an issuer signed for one of some audiences.

    Raises a TokenRefused. This may fetch the issuer's keys, so no transaction should be open.
    """
    header, claims = _read(token)
    if header.get("alg") not in ALGORITHMS or "crit" in header:
        raise TokenAlgorithmRefused
    if claims.get("iss") != issuer.url:
        raise TokenIssuerUnknown
    _check_signature(token, header, issuer_keys.of(issuer))
    audience = _audience(claims, audiences)
    _check_times(claims)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.isprintable():
        raise TokenSubjectUnusable
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise TokenSubjectUnusable
    return WebToken(issuer.url, subject, audience, claims)


def _read(token: str) -> tuple[Members, Members]:
    """Return header and claims as they are written, or raise TokenMalformed."""
    if len(token) > LONGEST or token.count(".") != 2:
        raise TokenMalformed
    header, claims, _ = token.split(".")
    try:
        return jws.read(header), jws.read(claims)
    except ValueError as error:
        raise TokenMalformed from error


def _check_signature(token: str, header: Members, keys: Sequence[Members]) -> None:
    algorithm, name = header["alg"], header.get("kid")
    suitable = [key for key in keys if _suits(key, algorithm)]
    if name is not None:
        suitable = [key for key in suitable if key.get("kid") == name]
    if len(suitable) != 1:
        raise TokenKeyUnknown
    library: Any = import_module("joserfc.jws")
    registry = library.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    try:
        library.deserialize_compact(token, _imported(suitable[0]), registry=registry)
    except (_library_error(), ValueError) as error:
        raise TokenSignatureWrong from error


def _suits(key: Members, algorithm: str) -> bool:
    """Return whether a key of a set is one that can check signatures by an algorithm."""
    kind, curve = ALGORITHMS[algorithm]
    operations = key.get("key_ops", ["verify"])
    return (
        key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and key.get("alg", algorithm) == algorithm
        and all(isinstance(key.get(member), str) for member in PUBLIC[kind])
    )


def _imported(key: Members) -> Any:
    """Return a key as the library has it; one that is none, or too weak, is TokenKeyUnknown."""
    public = {member: key[member] for member in PUBLIC[key["kty"]]}
    try:
        if "n" in public and _number(public["n"]).bit_length() < SMALLEST_RSA:
            raise TokenKeyUnknown
        return import_module("joserfc.jwk").import_key(public)
    except (_library_error(), ValueError) as error:
        raise TokenKeyUnknown from error


def _number(text: str) -> int:
    return int.from_bytes(jws.decode(text), "big")


def _library_error() -> type[Exception]:
    error: type[Exception] = import_module("joserfc.errors").JoseError
    return error


def _audience(claims: Members, audiences: Collection[str]) -> str:
    """Return for whom a token is: whoever got it (azp), or else one of its audiences (aud)."""
    named = claims.get("azp", claims.get("aud"))
    for audience in named if isinstance(named, list) else [named]:
        if isinstance(audience, str) and audience in audiences:
            return audience
    raise TokenAudienceWrong


def _check_times(claims: Members) -> None:
    now = clock.now().timestamp()
    issued_at, ends_at = _moment(claims.get("iat")), _moment(claims.get("exp"))
    begins_at = _moment(claims.get("nbf", issued_at))
    if ends_at + SKEW <= now:
        raise TokenExpired
    if max(issued_at, begins_at) - SKEW > now:
        raise TokenEarly


def _moment(value: Any) -> int:
    """Return seconds since 1970, whole ones as AWS takes them, or raise TokenTimesUnusable."""
    if type(value) is not int or not 0 <= value <= LATEST:
        raise TokenTimesUnusable
    return value
