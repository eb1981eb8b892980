"""Which pages a sign-in may lead to: ours, by name; everything else becomes the console home."""

from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

from signin import hosts

HOME = "/console/home"
PAGES = frozenset(
    {
        "home",
        "security-credentials",
        "own-password",
        "new-device",
        "device",
        "rename-device",
        "resync-device",
        "remove-device",
        "support-center",
        "account-settings",
        "account-name",
        "account-phone",
        "account-password",
        "account-email",
        "account-email-code",
        "account-closing",
        "account-reopening",
    }
)


def allowed(url: str) -> str:
    """Return the URL of a console page, in its plain form; else that of the home (S-050)."""
    if not (found := hosts.find_url(url)):
        return home()
    host, values, path = found
    if host.door != "console":
        return home()
    try:
        match = resolve(path, urlconf=host.urlconf)
    except Resolver404:
        return home()
    return hosts.url(host.door, path, **values) if match.url_name in PAGES else home()


def host_of(destination: str) -> str:
    """Return host and port of an allowed destination, as a request to it names them."""
    return urlsplit(destination).netloc


def home(region: str | None = None) -> str:
    """Return the URL of the console home, of a region or the global one."""
    return hosts.url("console", HOME, region=region) if region else hosts.url("console", HOME)
