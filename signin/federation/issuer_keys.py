"""The keys of issuers of tokens: those that somebody entered, or those at the issuer's own address.

Nothing is fetched unless the row of that one issuer says so. What is fetched comes from the
issuer's own host (from the loopback, if it is there itself), over TLS unless it is on the loopback,
and never from a name of AWS's.
"""

import http.client
import json
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import SplitResult, urlsplit

from accounts.models.identity_providers import TokenIssuer
from signin import hosts
from signin.federation.token_errors import KeysUnreachable
from signin.kernel import clock
from signin.kernel.jws import Members

DISCOVERY = "/.well-known/openid-configuration"
PATIENCE = 5.0  # seconds for one document
LARGEST = 100_000  # bytes of one document
CHUNK = 16_384
MOST_KEYS = 100
KEPT_FOR = timedelta(seconds=10)  # a new key is known soon, and a burst of calls fetches once
MOST_KEPT = 100  # issuers
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Fetched:
    """Keys of an issuer, and when they came."""

    keys: Sequence[Members]
    fetched_at: datetime


_kept: dict[str, Fetched] = {}


def of(issuer: TokenIssuer) -> Sequence[Members]:
    """Return the public keys of an issuer, or raise KeysUnreachable."""
    if not issuer.fetches_keys:
        return members(issuer.keys)
    now, kept = clock.now(), _kept.get(issuer.url)
    if kept and kept.fetched_at <= now < kept.fetched_at + KEPT_FOR:
        return kept.keys
    keys = _fetch(issuer.url)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[issuer.url] = Fetched(keys, now)
    return keys


def members(document: object) -> Sequence[Members]:
    """Return the keys of a JSON Web Key Set (RFC 7517); what is none has no keys."""
    keys = document.get("keys") if isinstance(document, dict) else None
    return [key for key in keys if isinstance(key, dict)] if isinstance(keys, list) else []


def _fetch(url: str) -> Sequence[Members]:
    issuer = _parts(url)
    discovered = _document(_parts(f"{url.removesuffix('/')}{DISCOVERY}"))
    address = discovered.get("jwks_uri")
    if discovered.get("issuer") != url or not isinstance(address, str):
        raise KeysUnreachable
    there = _parts(address)
    if there.hostname != issuer.hostname and not (_is_near(there) and _is_near(issuer)):
        raise KeysUnreachable
    keys = members(_document(there))
    if not 0 < len(keys) <= MOST_KEYS:
        raise KeysUnreachable
    return keys


def _parts(url: str) -> SplitResult:
    """Return the parts of an address from which keys may come, or raise KeysUnreachable."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise KeysUnreachable
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it may be none
    except ValueError as error:
        raise KeysUnreachable from error
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and _is_near(parts))
    if not is_safe or not parts.hostname or "@" in parts.netloc or _is_of_aws(parts.hostname):
        raise KeysUnreachable
    return parts


def _is_near(parts: SplitResult) -> bool:
    """Return whether a host is this machine; names below localhost are never asked about."""
    host = parts.hostname or ""
    return host in LOOPBACK or host.endswith(".localhost")


def _is_of_aws(host: str) -> bool:
    """Return whether a host would be one of AWS's own, which nothing here ever asks."""
    return any(host == each or host.endswith(f".{each}") for each in hosts.real_parents())


def _document(parts: SplitResult) -> dict[str, Any]:
    """Return a JSON object from an address; no redirect is followed."""
    deadline = time.monotonic() + PATIENCE
    connection = _connection(parts)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "GET", target, headers={"Host": parts.netloc, "Accept": "application/json"}
        )
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise KeysUnreachable
        found = json.loads(_content(response, deadline))
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        raise KeysUnreachable from error
    finally:
        connection.close()
    if not isinstance(found, dict):
        raise KeysUnreachable
    return found


def _connection(parts: SplitResult) -> http.client.HTTPConnection:
    host = "127.0.0.1" if _is_near(parts) and parts.hostname != "::1" else str(parts.hostname)
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=PATIENCE)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, parts.port, timeout=PATIENCE, context=context)


def _content(response: http.client.HTTPResponse, deadline: float) -> bytes:
    content = b""
    while chunk := response.read1(CHUNK):
        content += chunk
        if len(content) > LARGEST or time.monotonic() > deadline:
            raise KeysUnreachable
    return content
