"""Which door a host name opens: the one table to read, or to change.

A row's ``name`` is the real host; the emulated one has a local suffix and a port behind it
(``signin.aws.amazon.com.localhost:8000``), but for whoever comes by the gateway. Rows are tried
from top to bottom, so that a region is never taken for an account's alias. URL modules are named by
dotted string: they are loaded with the first request to their door, and nothing down here imports
them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host

from signin import naming, pages

Stack = Literal["pages", "desk", "wire"]

REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
ACCOUNT = r"\d{12}|(?!\d{12}$)[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]"
DIRECTORY = r"d-[a-z0-9]{10}"
# A portal's subdomain. `view` is the Builder ID's.
PORTAL_NAME = rf"(?!(?:{DIRECTORY}|view)(?:\.|\Z))[a-z0-9](?:[a-z0-9]|-(?!-)){{0,61}}[a-z0-9]"
INSTANCE = r"ssoins-[0-9a-f]{16}"
# One of several sessions in a browser: its account, and eight characters of its own.
SESSION = r"\d{12}-[a-z0-9]{8}"
# An account's issuer of tokens for other services.
ISSUER = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
PLACEHOLDERS = {
    "region": REGION,
    "account": ACCOUNT,
    "session": SESSION,
    "issuer": ISSUER,
    "portal": rf"{DIRECTORY}|{PORTAL_NAME}",
    "instance": INSTANCE,
}


@dataclass(frozen=True)
class Host:
    """One row of the table: a real host name, the URLs behind it, the middleware it needs."""

    door: str
    name: str
    urlconf: str
    stack: Stack
    pattern: re.Pattern[str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        pattern = re.escape(self.name)
        for placeholder, expression in PLACEHOLDERS.items():
            pattern = pattern.replace(rf"\{{{placeholder}\}}", f"(?P<{placeholder}>{expression})")
        object.__setattr__(self, "pattern", re.compile(pattern))


HOSTS = [
    Host("console", "console.aws.amazon.com", "signin.console.urls", "pages"),
    Host("console", "{region}.console.aws.amazon.com", "signin.console.urls", "pages"),
    Host("console", "{session}.{region}.console.aws.amazon.com", "signin.console.urls", "pages"),
    Host("signin", "signin.aws.amazon.com", "signin.console.signin_urls", "pages"),
    Host("signin", "{region}.signin.aws.amazon.com", "signin.console.signin_urls", "pages"),
    Host("account", "{account}.signin.aws.amazon.com", "signin.console.account_urls", "pages"),
    Host("public", "aws.amazon.com", "signin.console.public_urls", "pages"),
    Host("portal", "{portal}.awsapps.com", "signin.identity_center.portal_urls", "pages"),
    Host(
        "portal",
        "{instance}.{region}.portal.amazonaws.com",
        "signin.identity_center.portal_urls",
        "pages",
    ),
    Host("builder-id", "view.awsapps.com", "signin.identity_center.builder_id.urls", "pages"),
    Host(
        "profile",
        "profile.aws.amazon.com",
        "signin.identity_center.builder_id.profile_urls",
        "pages",
    ),
    Host("platform", "{region}.signin.aws", "signin.identity_center.platform_urls", "pages"),
    Host(
        "device", "device.sso.{region}.amazonaws.com", "signin.identity_center.device_urls", "pages"
    ),
    Host(
        "platform-dual-stack",
        "{region}.sso.signin.aws",
        "signin.identity_center.dual_stack_urls",
        "pages",
    ),
    Host("signin-oauth", "{region}.oauth.signin.aws", "signin.wire.signin_urls", "wire"),
    Host("sso-oidc", "oidc.{region}.amazonaws.com", "signin.wire.sso_oidc_urls", "wire"),
    Host("sso", "portal.sso.{region}.amazonaws.com", "signin.wire.sso_urls", "wire"),
    Host("sts", "sts.amazonaws.com", "signin.wire.sts_urls", "wire"),
    Host("sts", "sts.{region}.amazonaws.com", "signin.wire.sts_urls", "wire"),
    Host("tokens", "{issuer}.tokens.sts.global.api.aws", "signin.wire.tokens_urls", "wire"),
    # Other names of portals, which lead to them.
    Host(
        "instance",
        "{instance}.portal.{region}.app.aws",
        "signin.identity_center.instance_urls",
        "pages",
    ),
    Host(
        "instances",
        "identitycenter.amazonaws.com",
        "signin.identity_center.instance_urls",
        "pages",
    ),
    # The FIPS name and the dual-stack names, by which nothing here is addressed: the first row of a
    # door counts.
    Host("sso-oidc", "oidc-fips.{region}.amazonaws.com", "signin.wire.sso_oidc_urls", "wire"),
    Host("signin", "signin.{region}.api.aws", "signin.console.signin_urls", "pages"),
    Host("sso-oidc", "oidc.{region}.api.aws", "signin.wire.sso_oidc_urls", "wire"),
    Host("sso", "portal.sso.{region}.api.aws", "signin.wire.sso_urls", "wire"),
    Host("sts", "sts.{region}.api.aws", "signin.wire.sts_urls", "wire"),
]
DESK = Host("desk", "localhost", "signin.control.urls", "desk")
DESK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
# The built-in identity provider is nobody's at AWS: another site on purpose, and by no real name.
IDP = Host("idp", "idp.localhost", "signin.idp.urls", "pages")
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
    backslashes (which browsers take for slashes).
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
    return f"{origin(row.door, **values)}{path}" + (f"?{query}" if query else "")


def url(door: str, path: str = "/", query: dict[str, str] | None = None, /, **values: str) -> str:
    """Return the absolute URL of a path at a door; ``region`` or ``account`` choose its host."""
    tail = f"{path}?{urlencode(query)}" if query else path
    return f"{origin(door, **values)}{tail}"


def portal_named(name: str) -> dict[str, str]:
    """Return what the placeholders of a portal's host say, by the portal's name.

    That is the first part of its host: an ID, a subdomain, or an instance with a region behind it.
    """
    instance, dot, region = name.partition(".")
    return {"instance": instance, "region": region} if dot else {"portal": name}


def portal_name(values: Mapping[str, str]) -> str:
    """Return the name of a portal by what the placeholders of its host say."""
    return values.get("portal") or f"{values['instance']}.{values['region']}"


def lasting_url(door: str, path: str, query: dict[str, str], /, **values: str) -> str:
    """Return the address of a path for a mail: whoever asks, it names this server locally.

    A mail is read elsewhere and later, where a real name would lead to AWS itself.
    """
    with naming.seen_as(naming.local()):
        return url(door, path, query or None, **values)


def origin(door: str, **values: str) -> str:
    """Return scheme, host and port of a door."""
    if door in LOCAL:
        return _local(LOCAL[door])
    return naming.current().origin(_row(door, frozenset(values)).name.format(**values))


@cache
def _row(door: str, placeholders: frozenset[str]) -> Host:
    return next(
        host for host in HOSTS if host.door == door and set(host.pattern.groupindex) == placeholders
    )


def origin_of(host: str) -> str:
    """Return the origin of the pages at a host, named with its port as requests do."""
    return f"{naming.current().scheme}://{host}"


def samples() -> list[str]:
    """Return one address for each row of the table, with sample values for placeholders."""
    values = {
        "region": "eu-central-1",
        "account": "111122223333",
        "portal": "example-corp",
        "session": "111122223333-ab12cd34",
        "issuer": "01234567-89ab-4cde-8f01-23456789abcd",
        "instance": "ssoins-0123456789abcdef",
    }
    seen = naming.current()
    local = [f"{_local(host)}/" for host in LOCAL.values()]
    return [*local, *(f"{seen.origin(host.name.format(**values))}/" for host in HOSTS)]


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
        return self.get_response(request)


@lru_cache(maxsize=1000)
def _named(host: str) -> tuple[str, str]:
    """Return a host as it was named, and its name without the port; nothing of what is none."""
    name, _port = split_domain_port(host)
    return (host, name) if validate_host(name, settings.ALLOWED_HOSTS) else ("", "")
