"""Which pages a sign-in may lead to: ours, by name; everything else becomes the console home."""

from django.urls import Resolver404, resolve

from signin import hosts

HOME = "/console/home"
PAGES = frozenset({"home", "security-credentials", "support-center"})


def allowed(url: str) -> str:
    """Return the URL if it is one of the console's pages, else the console home (S-050)."""
    if not (found := hosts.find_url(url)):
        return home()
    host, _, path = found
    if host.door != "console":
        return home()
    try:
        match = resolve(path, urlconf=host.urlconf)
    except Resolver404:
        return home()
    return url if match.url_name in PAGES else home()


def home(region: str | None = None) -> str:
    """Return the URL of the console home, of a region or the global one."""
    return hosts.url("console", HOME, region=region) if region else hosts.url("console", HOME)
