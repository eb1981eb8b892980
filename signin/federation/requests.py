"""What brokers send: read strictly, but in all the forms in which their programs write it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from signin.federation.errors import CredentialsRefused, SignInInvalid

LONGEST = 100_000  # bytes of a request
LONGEST_SESSION = 8192  # characters
LONGEST_ISSUER = 1024
SHORTEST_SECONDS = 900
LONGEST_SECONDS = 12 * 3600

Fields = Mapping[str, Sequence[str]]

_MEMBERS = {
    "sessionId": re.compile(r"[A-Z0-9]{16,128}"),
    "sessionKey": re.compile(r"[A-Za-z0-9+/=]{16,128}"),
    "sessionToken": re.compile(r"[A-Za-z0-9+/=]{16,4096}"),
}
# A dictionary of texts as Python shows it, which is what some programs send in place of JSON.
_PAIR = r"u?'(\w{1,64})' ?: ?u?'([^'\\]*)'"
_PYTHON = re.compile(rf"\{{ ?{_PAIR}(?: ?, ?{_PAIR})* ?,? ?\}}", re.ASCII)
_PAIRS = re.compile(_PAIR, re.ASCII)
_NOT_IN_ADDRESSES = re.compile(r"[^!-~]|[\"<>\\^`{|}]")


@dataclass(frozen=True)
class TokenRequest:
    """The credentials for which a broker wants a sign-in token, and for how long a session."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    session_seconds: int | None = None


@dataclass(frozen=True)
class SignIn:
    """What the address says by which somebody comes from a broker.

    ``destination`` is as the broker wrote it; an issuer that is no address is left out.
    """

    token: str = field(repr=False)
    destination: str
    issuer: str = ""


def token_request(fields: Fields) -> TokenRequest:
    """Return what a broker asks for, or raise CredentialsRefused."""
    session, seconds = _once(fields, "Session"), _once(fields, "SessionDuration")
    members = _read(session) if len(session) <= LONGEST_SESSION else {}
    return TokenRequest(
        access_key_id=_member(members, "sessionId"),
        secret_access_key=_member(members, "sessionKey"),
        session_token=_member(members, "sessionToken"),
        session_seconds=_seconds(seconds),
    )


def sign_in(fields: Fields) -> SignIn:
    """Return how somebody comes from a broker, or raise SignInInvalid."""
    given = {name: fields.get(name, [""]) for name in ("SigninToken", "Destination", "Issuer")}
    if any(len(values) != 1 for values in given.values()):
        raise SignInInvalid
    token, destination, issuer = (values[0] for values in given.values())
    if not re.fullmatch(r"[\w-]{1,128}", token, re.ASCII) or not destination:
        raise SignInInvalid
    return SignIn(token, destination, issuer if _is_address(issuer) else "")


def _once(fields: Fields, name: str) -> str:
    values = fields.get(name, [""])
    if len(values) != 1:
        raise CredentialsRefused
    return values[0]


def _read(session: str) -> Mapping[str, object]:
    """Return the members of a session, written as JSON or as Python shows it."""
    try:
        found = json.loads(session)
    except (ValueError, RecursionError):
        session = session.strip()
        return dict(_PAIRS.findall(session)) if _PYTHON.fullmatch(session) else {}
    return found if isinstance(found, dict) else {}


def _member(members: Mapping[str, object], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not _MEMBERS[name].fullmatch(value):
        raise CredentialsRefused
    return value


def _seconds(typed: str) -> int | None:
    if not typed:
        return None
    if not re.fullmatch(r"[0-9]{1,6}", typed):
        raise CredentialsRefused
    if not SHORTEST_SECONDS <= int(typed) <= LONGEST_SECONDS:
        raise CredentialsRefused
    return int(typed)


def _is_address(issuer: str) -> bool:
    """Return whether a person can be told to go there: an address of the web, in plain form."""
    if len(issuer) > LONGEST_ISSUER or _NOT_IN_ADDRESSES.search(issuer):
        return False
    try:
        parts = urlsplit(issuer)
    except ValueError:
        return False
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return is_web and "@" not in parts.netloc
