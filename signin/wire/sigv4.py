"""Signatures of requests, AWS's version 4: who signed, and that nothing was changed since.

A signature stands in the header ``Authorization`` or in the query (of a presigned address). The
path is always ``/`` here or has no characters that would have to be encoded in it.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, cast
from urllib.parse import quote, unquote_to_bytes

from django.http import HttpRequest

from accounts import access_keys, signers
from accounts.models import AccessKey
from accounts.signers import Signer
from signin.hosts import HostRequest
from signin.kernel import clock, entropy
from signin.kernel.errors import Refusal

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
SKEW = timedelta(minutes=15)
LONGEST_PRESIGNED = timedelta(days=7)

_NEEDED = ("Credential", "SignedHeaders", "Signature")
_UNRESERVED = "-_.~"
_PARTS = re.compile(r"\s*(Credential|SignedHeaders|Signature)=([!-+\--~]+)\s*")
_CREDENTIAL = re.compile(
    r"(?P<key>[\w.-]{1,128})/(?P<day>\d{8})/(?P<region>[a-z0-9-]{1,32})/(?P<service>[a-z0-9-]+)"
    r"/(?P<end>[a-z0-9_]+)",
    re.ASCII,
)
_HEADERS = re.compile(r"[a-z0-9.-]+(?:;[a-z0-9.-]+)*")
_MOMENT = re.compile(r"\d{8}T\d{6}Z", re.ASCII)
_WITHOUT_PREFIX = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


class SignatureRefused(Refusal):
    """A request does not prove who sent it; ``code`` and ``status`` are AWS's for it."""

    code = "SignatureDoesNotMatch"
    status = 403

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.message = problem


class NotSigned(SignatureRefused):
    """A request has no signature at all."""

    code = "MissingAuthenticationToken"


class SignatureIncomplete(SignatureRefused):
    """Something of a signature is missing, or is not of its form."""

    code, status = "IncompleteSignature", 400


class KeyUnknown(SignatureRefused):
    """Nobody has the access key, it is switched off, or the session token is not its own."""

    code = "InvalidClientTokenId"


class SignatureWrong(SignatureRefused):
    """A signature is not what the key gives for this request, at this service, at this time."""


class CredentialsOver(SignatureRefused):
    """The time of temporary credentials is over."""

    code = "ExpiredToken"


class AccountInactive(SignatureRefused):
    """The signer's account is suspended or closed."""

    code = "AccessDenied"


class _Credential(NamedTuple):
    """Which key a signature is made with, and for what."""

    access_key_id: str
    scope: str
    region: str
    service: str


class _Headers(NamedTuple):
    """The headers that a signature is of: their names, and where a request has them."""

    names: str
    places: tuple[tuple[str, str], ...]
    keys: frozenset[str]


class _Signature(NamedTuple):
    """What a request says of its signature."""

    credential: _Credential
    at: str
    headers: _Headers
    value: str
    token: str
    lifetime: timedelta | None  # of a presigned address only


def verify(request: HttpRequest, *, services: frozenset[str]) -> Signer:
    """Return who signed a request to one of these services, or raise a SignatureRefused.

    It takes one query; noting the use of a long-term key takes another one once in an hour.
    """
    signature = _read(request)
    _check_place(request, signature, services)
    _check_time(signature)
    _check_headers(request, signature)
    signer = signers.find(signature.credential.access_key_id)
    secret = signer.secret if signer else entropy.handle()  # the work is done for unknown keys, too
    is_right = entropy.same(_sign(request, signature, secret), signature.value)
    if signer is None or not signer.has_token(signature.token):
        raise KeyUnknown("The access key or the session token is not valid.")
    if not is_right:
        raise SignatureWrong(
            "The signature is not the one that the secret access key gives for this request. "
            "Check the secret, and what is signed."
        )
    if signer.is_over:
        raise CredentialsOver("The session token has expired.")
    if signer.is_switched_off:
        raise KeyUnknown("The access key or the session token is not valid.")
    if not signer.is_of_active_account:
        raise AccountInactive("The account is suspended or closed.")
    if isinstance(signer.credentials, AccessKey):
        access_keys.note_use(signer.credentials, signature.credential.service)
    return signer


def region_of(request: HttpRequest) -> str:
    """Return the region that a request is signed for; nothing if it does not say."""
    try:
        return _read(request).credential.region
    except SignatureRefused:
        return ""


def _read(request: HttpRequest) -> _Signature:
    authorization = request.META.get("HTTP_AUTHORIZATION", "")
    query = dict(_pairs(request)) if "X-Amz-" in request.META.get("QUERY_STRING", "") else {}
    if authorization and "X-Amz-Signature" in query:
        raise SignatureIncomplete("A request is signed in the header or in the query, not in both.")
    if authorization:
        return _read_header(request, authorization)
    if "X-Amz-Signature" in query or "X-Amz-Algorithm" in query:
        return _read_query({name: value.decode("latin-1") for name, value in query.items()})
    raise NotSigned("The request is not signed.")


def _read_header(request: HttpRequest, authorization: str) -> _Signature:
    algorithm, _, rest = authorization.partition(" ")
    if algorithm != ALGORITHM:
        raise SignatureIncomplete(f"Authorization begins with {ALGORITHM}.")
    found = [_PARTS.fullmatch(each) for each in rest.split(",")]
    return _signature(
        {part[1]: part[2] for part in found if part},
        at=request.META.get("HTTP_X_AMZ_DATE", ""),
        token=request.META.get("HTTP_X_AMZ_SECURITY_TOKEN", ""),
    )


def _read_query(query: Mapping[str, str]) -> _Signature:
    if query.get("X-Amz-Algorithm") != ALGORITHM:
        raise SignatureIncomplete(f"X-Amz-Algorithm is {ALGORITHM}.")
    expires = query.get("X-Amz-Expires", "")
    if not re.fullmatch(r"[0-9]{1,6}", expires) or not 0 < int(expires) <= _seconds():
        raise SignatureIncomplete(f"X-Amz-Expires is a number of seconds from 1 to {_seconds()}.")
    return _signature(
        {
            name: query.get(f"X-Amz-{name}", "")
            for name in ("Credential", "SignedHeaders", "Signature")
        },
        at=query.get("X-Amz-Date", ""),
        token=query.get("X-Amz-Security-Token", ""),
        lifetime=timedelta(seconds=int(expires)),
    )


def _signature(
    parts: Mapping[str, str], *, at: str, token: str, lifetime: timedelta | None = None
) -> _Signature:
    for name in _NEEDED:
        if not parts.get(name):
            raise SignatureIncomplete(f"{name} of the signature is missing.")
    if (credential := _credential(parts["Credential"])) is None:
        raise SignatureIncomplete(
            f"Credential is not of the form <key>/<day>/<region>/<service>/{TERMINATOR}."
        )
    if not _MOMENT.fullmatch(at):
        raise SignatureIncomplete("X-Amz-Date is missing, or not of the form 20260131T235959Z.")
    if (headers := _headers(parts["SignedHeaders"])) is None:
        raise SignatureIncomplete("SignedHeaders are names in lower case, with ; between them.")
    return _Signature(credential, at, headers, parts["Signature"], token, lifetime)


@lru_cache(maxsize=500)
def _credential(text: str) -> _Credential | None:
    """Return what a day's signatures of one key at one service have in common."""
    if (found := _CREDENTIAL.fullmatch(text)) is None:
        return None
    return _Credential(found["key"], text.partition("/")[2], found["region"], found["service"])


@lru_cache(maxsize=500)
def _headers(names: str) -> _Headers | None:
    """Return what the signatures of one kind of program have in common."""
    if not _HEADERS.fullmatch(names):
        return None
    places = tuple((name, _key_of(name)) for name in names.split(";"))
    return _Headers(names, places, frozenset(key for _name, key in places))


def _key_of(name: str) -> str:
    """Return where a request has a header (PEP 3333)."""
    return _WITHOUT_PREFIX.get(name) or f"HTTP_{name.upper().replace('-', '_')}"


def _check_place(request: HttpRequest, signature: _Signature, services: frozenset[str]) -> None:
    """Refuse a signature for another service, or for another region than the host's.

    Where a host is of no region, programs sign for the one that they are set to.
    """
    scope, region, service = signature.credential[1:]
    day, _, rest = scope.partition("/")
    if day != signature.at[:8]:
        raise SignatureWrong("The day in Credential is not that of X-Amz-Date.")
    if service not in services or not rest.endswith(f"/{TERMINATOR}"):
        expected = " or ".join(sorted(services))
        raise SignatureWrong(f"Credential ends with /{expected}/{TERMINATOR} here.")
    here = cast(HostRequest, request).host_values.get("region")
    if here and region != here:
        raise SignatureWrong(f"Credential is for another region; this host is in {here}.")


def _check_time(signature: _Signature) -> None:
    """Refuse what was signed too long ago, or for later.

    Programs sign with the machine's time, and some with what this server's clock shows; either
    will do, so that a suite that moves the clock can go on signing.
    """
    try:
        at = datetime.fromisoformat(signature.at)
    except ValueError as error:
        raise SignatureIncomplete("X-Amz-Date is no moment.") from error
    earliest, latest = at - SKEW, at + (signature.lifetime or SKEW)
    shown, real = clock.now(), clock.machine_now()
    if earliest <= shown <= latest or earliest <= real <= latest:
        return
    if at > max(shown, real):
        raise SignatureWrong(f"The signature is not good yet: it is of {signature.at}.")
    raise SignatureWrong(f"The signature has expired: it is of {signature.at}.")


def _check_headers(request: HttpRequest, signature: _Signature) -> None:
    """Refuse a signature that leaves out a header which has to be signed.

    The kind of content need not be: curl doesn't sign it, and nothing here goes by it.
    """
    signed = signature.headers.keys
    required = [key for key in request.META if key[:11] == "HTTP_X_AMZ_"]
    if missing := [key for key in ["HTTP_HOST", *required] if key not in signed]:
        names = sorted(key.removeprefix("HTTP_").lower().replace("_", "-") for key in missing)
        raise SignatureWrong(f"These headers have to be signed, too: {', '.join(names)}.")


def _sign(request: HttpRequest, signature: _Signature, secret: str) -> str:
    """Return the signature that a secret gives for a request, from exactly the headers named."""
    meta, headers, scope = request.META, signature.headers, signature.credential.scope
    canonical = "\n".join(
        [
            request.method or "",
            _canonical_path(request.path),
            _canonical_query(request),
            *[f"{name}:{_value(meta.get(key, ''))}" for name, key in headers.places],
            "",
            headers.names,
            _payload(request),
        ]
    )
    to_sign = f"{ALGORITHM}\n{signature.at}\n{scope}\n{_digest(canonical.encode())}"
    return hmac.digest(_key(secret, scope), to_sign.encode(), "sha256").hex()


@lru_cache(maxsize=500)
def _key(secret: str, scope: str) -> bytes:
    """Return the key of a day, a region and a service, with which a secret signs all its calls."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _value(header: str) -> str:
    # Bytes beyond ASCII come as Latin-1 (PEP 3333); programs sign them as the UTF-8 that they are.
    if not header.isascii():
        header = header.encode("latin-1", "replace").decode("utf-8", "replace")
    return " ".join(header.split())


def _payload(request: HttpRequest) -> str:
    """Return the digest of the body, and refuse a header that tells another one.

    No service here takes a body that is not signed.
    """
    digest = _digest(request.body)
    if request.META.get("HTTP_X_AMZ_CONTENT_SHA256", digest) != digest:
        raise SignatureWrong("X-Amz-Content-Sha256 is not the digest of the body.")
    return digest


@lru_cache(maxsize=500)
def _canonical_path(path: str) -> str:
    encoded = quote(path, safe=f"/{_UNRESERVED}")
    return quote(encoded, safe=f"/{_UNRESERVED}")


def _canonical_query(request: HttpRequest) -> str:
    if not request.META.get("QUERY_STRING"):
        return ""
    encoded = sorted(
        (quote(name, safe=_UNRESERVED), quote(value, safe=_UNRESERVED))
        for name, value in _pairs(request)
        if name != "X-Amz-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in encoded)


def _pairs(request: HttpRequest) -> list[tuple[str, bytes]]:
    """Return the names and values of the query, decoded once."""
    found = []
    for pair in request.META.get("QUERY_STRING", "").split("&"):
        name, _, value = pair.replace("+", " ").partition("=")
        if pair:
            found.append(
                (unquote_to_bytes(name).decode("utf-8", "replace"), unquote_to_bytes(value))
            )
    return found


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _seconds() -> int:
    return int(LONGEST_PRESIGNED.total_seconds())
