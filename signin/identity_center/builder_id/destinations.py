"""Which pages a sign-in with a Builder ID may lead to: those of the start page's host."""

from urllib.parse import parse_qsl, urlsplit

from django.urls import Resolver404, resolve

from signin import hosts

START = "/start/"
# The pages, and what of their query is theirs.
PAGES: dict[str, frozenset[str]] = {
    "builder-id": frozenset(),
    "builder-id-program": frozenset({"user_code"}),
    "builder-id-consent": frozenset({"request"}),
}


def allowed(url: str) -> str | None:
    """Return the URL of one of these pages, in its plain form; None for others (S-050)."""
    if not (found := hosts.find_url(url)):
        return None
    host, _values, path = found
    if host.door != "builder-id":
        return None
    try:
        match = resolve(path, urlconf=host.urlconf)
    except Resolver404:
        return None
    if match.url_name not in PAGES:
        return None
    kept = PAGES[match.url_name]
    query = {name: value for name, value in parse_qsl(urlsplit(url).query) if name in kept}
    return hosts.url(host.door, path, query or None)


def start() -> str:
    """Return the URL of the start page."""
    return hosts.url("builder-id", START)
