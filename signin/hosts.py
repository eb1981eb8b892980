"""Which door a host name opens, and by what addresses doors are named.

The name of a row of the table (``signin.host_table``) is the real host; the emulated one has a
local suffix and a port behind it (``signin.aws.amazon.com.localhost:8000``), but for whoever comes
by the gateway. A request knows addresses of its own partition only.
"""

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

from signin import naming, pages
from signin.host_table import (
    ACCOUNT,
    DIRECTORY,
    HOSTS,
    INSTANCE,
    PLACEHOLDERS,
    PORTAL_NAME,
    REGION,
    Host,
)
from signin.kernel import partitions
from signin.kernel.partitions import AWS, Partition

__all__ = [
    "ACCOUNT",
    "DIRECTORY",
    "HOSTS",
    "INSTANCE",
    "PLACEHOLDERS",
    "PORTAL_NAME",
    "REGION",
    "Host",
]

DESK = Host("desk", "localhost", "signin.control.urls", "desk", None)
DESK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
# The built-in identity provider is nobody's at AWS: another site on purpose, and by no real name.
IDP = Host("idp", "idp.localhost", "signin.idp.urls", "pages", None)
LOCAL = {DESK.door: DESK, IDP.door: IDP}


def find(hostname: str) -> tuple[Host, dict[str, str]] | None:
    """Return the row that claims a host name (without port), and what its placeholders say."""
    hostname, seen = hostname.lower().removesuffix("."), naming.current()
    if hostname in DESK_NAMES or hostname == IDP.name:
        local = IDP if hostname == IDP.name else DESK
        return None if seen.is_real else (local, {})
    if (real_name := seen.real_name(hostname)) is None:
        return None
    return find_real(real_name)


def find_real(real_name: str) -> tuple[Host, dict[str, str]] | None:
    """Return the row that claims a real host name, and what its placeholders say."""
    host, values = _claimed(real_name)
    return (host, dict(values)) if host else None


@lru_cache(maxsize=1000)
def _claimed(real_name: str) -> tuple[Host | None, tuple[tuple[str, str], ...]]:
    for host in HOSTS:
        if match := host.pattern.fullmatch(real_name):
            return host, tuple(match.groupdict().items())
    return None, ()


def find_url(url: str) -> tuple[Host, dict[str, str], str] | None:
    """Return the row, the placeholders and the path of an absolute URL of this server.

    None for anything else: another scheme, host or port, user information, control characters,
    backslashes (which browsers take for slashes), and a host of another partition than the one
    whose door was asked.
    """
    if any(character <= " " or character in "\\\x7f" for character in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    seen = naming.current()
    if parts.scheme != seen.scheme or port != seen.port:
        return None
    if "@" in parts.netloc or not parts.hostname or not (found := find(parts.hostname)):
        return None
    partition = found[0].partition
    if partition and not partitions.is_known_here(partition.id):
        return None
    return (*found, parts.path)


def here(url: str) -> str | None:
    """Return the address here of what is ours, written with AWS's own names or as it is seen here.

    None for anything else. A fragment is lost.
    """
    if found := find_url(url):
        row, values, path = found
    else:
        with naming.seen_as(naming.REAL):
            if not (found := find_url(url)):
                return None
        row, values, path = found
    query = urlsplit(url).query
    there = origin(row.door, row.partition, **values)
    return f"{there}{path}" + (f"?{query}" if query else "")


def url(
    door: str,
    path: str = "/",
    query: dict[str, str] | None = None,
    partition: Partition | None = None,
    /,
    **values: str,
) -> str:
    """Return the absolute URL of a path at a door; ``region`` or ``account`` choose its host."""
    tail = f"{path}?{urlencode(query)}" if query else path
    return f"{origin(door, partition, **values)}{tail}"


def portal_named(name: str) -> dict[str, str]:
    """Return what the placeholders of a portal's host say, by the portal's name.

    That is the first part of its host: an ID, a subdomain, or an instance with a region behind it.
    """
    instance, dot, region = name.partition(".")
    return {"instance": instance, "region": region} if dot else {"portal": name}


def portal_name(values: Mapping[str, str]) -> str:
    """Return the name of a portal by what the placeholders of its host say."""
    return values.get("portal") or f"{values['instance']}.{values['region']}"


def lasting_url(
    door: str,
    path: str,
    query: dict[str, str],
    partition: Partition | None = None,
    /,
    **values: str,
) -> str:
    """Return the address of a path for a mail: whoever asks, it names this server locally.

    A mail is read elsewhere and later, where a real name would lead to AWS itself.
    """
    with naming.seen_as(naming.local()):
        return url(door, path, query or None, partition, **values)


def origin(door: str, partition: Partition | None = None, /, **values: str) -> str:
    """Return scheme, host and port of a door.

    A region says the partition. Without one it is the one that is given, else the present one.
    """
    if door in LOCAL:
        return _local(LOCAL[door])
    if "region" in values:
        partition = partitions.of_region(values["region"])
    row = _row(door, frozenset(values), partition or partitions.here())
    return naming.current().origin(row.name.format(**values))


@cache
def _row(door: str, placeholders: frozenset[str], partition: Partition) -> Host:
    return next(
        host
        for host in HOSTS
        if host.door == door
        and host.partition == partition
        and set(host.pattern.groupindex) == placeholders
    )


def origin_of(host: str) -> str:
    """Return the origin of the pages at a host, named with its port as requests do."""
    return f"{naming.current().scheme}://{host}"


def samples() -> list[str]:
    """Return one address for each row of the table, with sample values for placeholders."""
    values = {
        "account": "111122223333",
        "portal": "example-corp",
        "session": "111122223333-ab12cd34",
        "issuer": "01234567-89ab-4cde-8f01-23456789abcd",
        "instance": "ssoins-0123456789abcdef",
    }
    seen = naming.current()
    local = [f"{_local(host)}/" for host in LOCAL.values()]
    return [
        *local,
        *(
            f"{seen.origin(host.name.format(**values, region=region))}/"
            for host in HOSTS
            for region in [_sample_of(host.partition or AWS)]
        ),
    ]


def _sample_of(partition: Partition) -> str:
    return "eu-central-1" if partition is AWS else partition.home


def real_parents() -> list[str]:
    """Return the domains below which all real names of the table are, none below another."""
    fixed = {host.name.rpartition("}.")[2] for host in HOSTS}
    return sorted(name for name in fixed if not any(name.endswith(f".{each}") for each in fixed))


def _local(host: Host) -> str:
    """Return the origin of what has no real name, so that it is at the local one for everybody."""
    local = naming.local()
    return f"{local.scheme}://{host.name}:{local.port}"


class HostRequest(HttpRequest):
    """A request of which the host table has said what door it is at."""

    host: Host
    host_values: dict[str, str]


class HostMiddleware:
    """Send each request to its door, and refuse those that no row of the table claims (421)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        here = f"{meta['SERVER_NAME']}:{meta['SERVER_PORT']}"
        named, hostname = _named(meta.get("HTTP_HOST", here))
        if not (found := find(hostname)):
            template = "errors/no_such_host.html"
            return pages.outside(request, template, status=421, context={"samples": samples()})
        request = cast(HostRequest, request)
        request.host, request.host_values = found
        request.urlconf = request.host.urlconf
        request.get_host = lambda: named  # type: ignore[method-assign] # Django checks it each time
        with partitions.at(request.host.partition):
            return self.get_response(request)


@lru_cache(maxsize=1000)
def _named(host: str) -> tuple[str, str]:
    """Return a host as it was named, and its name without the port; nothing of what is none."""
    name, _port = split_domain_port(host)
    return (host, name) if validate_host(name, settings.ALLOWED_HOSTS) else ("", "")
