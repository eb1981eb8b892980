"""Which pages a sign-in to the portal may lead to: the portal's own; else its first page."""

from urllib.parse import parse_qsl, urlsplit

from django.urls import Resolver404, resolve

from signin import hosts

START = "/start/"
# The pages, and what of their query is theirs.
PAGES: dict[str, frozenset[str]] = {
    "portal": frozenset({"search", "page"}),
    "portal-applications": frozenset(),
    "portal-application": frozenset({"show"}),
    "portal-saml": frozenset({"request"}),
    "portal-console": frozenset({"account_id", "role_name", "destination"}),
    "portal-keys": frozenset({"account_id", "role_name"}),
    "portal-program": frozenset({"user_code"}),
    "portal-consent": frozenset({"request"}),
    "portal-devices": frozenset(),
    "portal-new-device": frozenset(),
    "portal-device": frozenset(),
    "portal-remove-device": frozenset(),
}


def allowed(url: str, portals: frozenset[str]) -> str | None:
    """Return the URL of a page of one of these portals, in its plain form; None for others (S-050).

    ``portals`` are the names of a directory's portal, as its host is named for them.
    """
    if not (found := hosts.find_url(url)):
        return None
    host, values, path = found
    if host.door != "portal" or hosts.portal_name(values) not in portals:
        return None
    try:
        match = resolve(path, urlconf=host.urlconf)
    except Resolver404:
        return None
    if match.url_name not in PAGES:
        return None
    kept = PAGES[match.url_name]
    query = {name: value for name, value in parse_qsl(urlsplit(url).query) if name in kept}
    return hosts.url(host.door, path, query or None, **values)


def start(portal: str) -> str:
    """Return the URL of a portal's first page."""
    return hosts.url("portal", START, **hosts.portal_named(portal))


def host_of(destination: str) -> str:
    """Return host and port of an allowed destination, as a request to it names them."""
    return urlsplit(destination).netloc
