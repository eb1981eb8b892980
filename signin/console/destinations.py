"""Which pages a sign-in may lead to: ours, by name; everything else becomes the console home."""

from collections.abc import Mapping
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.urls import Resolver404, resolve

from signin import hosts
from signin.kernel import partitions

HOME = "/console/home"
GLOBAL = "global"  # how consoles name the sign-in host of no region
LOGIN = "login"  # the page of a sign-in host on which somebody lets a program in
# The pages, and what of their query is theirs.
PAGES: dict[str, frozenset[str]] = {
    "home": frozenset({"region"}),
    "security-credentials": frozenset(),
    "own-password": frozenset(),
    "new-device": frozenset(),
    "device": frozenset(),
    "rename-device": frozenset(),
    "resync-device": frozenset(),
    "remove-device": frozenset(),
    "new-access-key": frozenset(),
    "access-key": frozenset(),
    "deactivate-access-key": frozenset(),
    "activate-access-key": frozenset(),
    "delete-access-key": frozenset(),
    "support-center": frozenset(),
    "account-settings": frozenset(),
    "account-name": frozenset(),
    "account-phone": frozenset(),
    "account-password": frozenset(),
    "account-email": frozenset(),
    "account-email-code": frozenset(),
    "account-closing": frozenset(),
    "account-reopening": frozenset(),
    "switch-role": frozenset({"account", "roleName", "displayName"}),
}


def allowed(url: str) -> str:
    """Return the URL of a console page, in its plain form; else that of the home (S-050)."""
    if not (found := hosts.find_url(url)):
        return home()
    host, values, path = found
    if host.door != "console":
        return home()
    if (page := _page_at(path, host)) is None:
        return home()
    query = owned(page, dict(parse_qsl(urlsplit(url).query)))
    return hosts.url(host.door, path, query or None, **values)


def of_console(url: str) -> str | None:
    """Return the page that an address of the console means, AWS's own or one seen here.

    A page that is not here becomes the home of its console; no console is None (S-050).
    """
    here = hosts.here(url)
    found = hosts.find_url(here) if here else None
    if here is None or found is None or found[0].door != "console":
        return None
    host, values, path = found
    query = dict(parse_qsl(urlsplit(here).query))
    page = _page_at(path, host)
    if page is None:
        path, page = HOME, "home"
    return hosts.url(host.door, path, owned(page, query) or None, **values)


def moved(url: str, name: str, **more: str) -> str | None:
    """Return the same page at the console of a session, if a console's URL names another one.

    ``name`` is that of one of several sessions, or empty for the only one; ``more`` goes into the
    query. A console of several sessions has always a region: that of the URL's host or query.
    """
    host, values, path = cast(tuple[hosts.Host, dict[str, str], str], hosts.find_url(url))
    if host.door != "console" or values.get("session", "") == name:
        return None
    where = {"region": values["region"]} if "region" in values else {}
    query = urlsplit(url).query
    if name:
        named = dict(parse_qsl(query)).get("region", "")
        region = named if partitions.here().has_region(named) else partitions.here().home
        where = {"session": name, "region": region, **where}
    there = hosts.url("console", f"{path}?{query}" if query else path, **where)
    return with_query(there, **more)


def with_query(url: str, **more: str) -> str:
    """Return a URL with more in its query."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode(more)}"


def session_of(url: str) -> str:
    """Return the name of the session whose console a URL is of; nothing for any other URL."""
    found = hosts.find_url(url)
    return found[1].get("session", "") if found else ""


def via(host: str) -> str:
    """Return how consoles name the sign-in host at which a session is: by its region."""
    found = hosts.find(host.partition(":")[0])
    return (found[1].get("region") if found else None) or GLOBAL


def sign_in_host(via: str) -> dict[str, str]:
    """Return the sign-in host that a console names, as the host table takes it."""
    return {"region": via} if partitions.here().has_region(via) else {}


def login_page(url: str, *, host: str) -> str | None:
    """Return the URL of this sign-in host's own page that lets a program in, if it is one."""
    found = hosts.find_url(url)
    if found is None or host_of(url) != host:
        return None
    row, values, path = found
    try:
        match = resolve(path, urlconf=row.urlconf)
    except Resolver404:
        return None
    return hosts.url(row.door, path, **values) if match.url_name == LOGIN else None


def owned(page: str | None, query: Mapping[str, str]) -> dict[str, str]:
    """Return what of a query is a page's own."""
    names = PAGES.get(page or "", frozenset())
    return {name: value for name, value in query.items() if name in names}


def host_of(destination: str) -> str:
    """Return host and port of an allowed destination, as a request to it names them."""
    return urlsplit(destination).netloc


def home(region: str | None = None) -> str:
    """Return the URL of the console home, of a region or the global one."""
    return hosts.url("console", HOME, region=region) if region else hosts.url("console", HOME)


def signed_out(query: dict[str, str]) -> str:
    """Return where a sign-out ends: the public page, which only the partition aws has.

    In others it is the console, where a sign-in begins.
    """
    if partitions.here() is partitions.AWS:
        return hosts.url("public", "/console/", query)
    return hosts.url("console", HOME, query)


def _page_at(path: str, host: hosts.Host) -> str | None:
    """Return the name of the page at a path of the console, if a sign-in may lead there."""
    try:
        name = resolve(path, urlconf=host.urlconf).url_name
    except Resolver404:
        return None
    return name if name in PAGES else None
