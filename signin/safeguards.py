"""What keeps this server a tool for its own machine: loopback peers, own hosts, strict headers.

Each rule has its reason in docs/security.md. The banner is in ``templates/base.html``; nothing
removes it.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import cache, lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from signin import naming, pages
from signin.kernel import partitions
from signin.kernel.partitions import Partition

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# The domains of the doors that people see, in the partition aws.
FORM_TARGETS = (
    "*.aws.amazon.com",
    "aws.amazon.com",
    "*.awsapps.com",
    "*.portal.amazonaws.com",
    "*.signin.aws",
)

# Where pages of other sites post what SAML says: nothing there goes by a cookie.
FROM_ELSEWHERE = re.compile(
    r"/saml(?:/sso|/(?:acs|assertion|logout)/[A-Za-z0-9]+)?|/platform/saml/acs/[a-z0-9-]+"
)

LOOPBACK_TARGETS = ("http://127.0.0.1:*", "http://localhost:*")

# Form targets name the other doors because a finished sign-in redirects from one to another,
# and browsers apply form-action to redirects as well.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action {targets}",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
    ]
)

# Under no-referrer browsers send `Origin: null` with forms, which the CSRF check must refuse.
REFERRER_POLICY = "same-origin"

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": REFERRER_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


def content_security_policy(*targets: str) -> str:
    """Return the policy of a page whose forms may lead to our doors, and to these targets.

    The doors are those of the partition in which the page is.
    """
    return _policy(naming.current(), partitions.here(), targets)


def form_targets(partition: Partition) -> tuple[str, ...]:
    """Return the domains of the doors that people of a partition see."""
    if partition is partitions.AWS:
        return FORM_TARGETS
    return f"*.{partition.console}", f"*.portal.{partition.services}"


@cache
def _policy(seen: naming.Naming, partition: Partition, targets: tuple[str, ...]) -> str:
    doors = [seen.origin(name) for name in form_targets(partition)]
    return CONTENT_SECURITY_POLICY.format(targets=" ".join(["'self'", *doors, *targets]))


def let_forms_lead_only_to(response: HttpResponse, *urls: str) -> None:
    """Let the forms of a page lead to the hosts of these addresses, and to nowhere else."""
    origins = dict.fromkeys("://".join(urlsplit(url)[:2]) for url in urls)
    policy = CONTENT_SECURITY_POLICY.format(targets=" ".join(origins))
    response.headers["Content-Security-Policy"] = policy


def let_forms_lead_to_programs(response: HttpResponse) -> None:
    """Let the forms of a page lead to a program that listens on this machine (RFC 8252, 7.3)."""
    response.headers["Content-Security-Policy"] = content_security_policy(*LOOPBACK_TARGETS)


class SafeguardMiddleware:
    """Refuses what does not come from this machine, and seals every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.SIGNIN_ALLOW_REMOTE and not _is_loopback(request.META["REMOTE_ADDR"]):
            response = pages.outside(request, "errors/not_this_machine.html", status=403)
        elif "\x00" in request.path:  # no name has one, and no database takes one
            response = pages.outside(request, "400.html", status=400)
        elif _is_foreign(request):
            response = pages.outside(request, "errors/foreign_page.html", status=403)
        else:
            response = self.get_response(request)
        _seal(request, response)
        return response


def _seal(request: HttpRequest, response: HttpResponse) -> None:
    host = getattr(request, "host", None)  # nothing, if no row of the host table claims it
    policy = _policy(naming.current(), (host and host.partition) or partitions.AWS, ())
    # Not by `setdefault`, which looks whether each can be encoded: these can, and are many.
    seal = _headers(policy, naming.local().is_tls)
    headers: dict[str, tuple[str, str]] = {**seal, **response.headers._store}
    if not response.streaming:
        headers.setdefault("content-length", ("Content-Length", str(len(response.content))))
    response.headers._store = headers


@cache
def _headers(policy: str, is_tls: bool) -> dict[str, tuple[str, str]]:
    """Return what every answer has that says nothing else, as Django keeps headers."""
    named = {**HEADERS, "Content-Security-Policy": policy}
    if is_tls:
        named["Strict-Transport-Security"] = "max-age=3600"
    return {name.lower(): (name, value) for name, value in named.items()}


@lru_cache(maxsize=100)
def _is_loopback(address: str) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def comes_from_elsewhere(request: HttpRequest) -> bool:
    """Return whether a page of another site sent a request; programs are no pages."""
    if request.META.get("HTTP_SEC_FETCH_SITE") == "cross-site":
        return True
    # Another program's page on this machine is of the same site to a browser; its origin tells.
    origin = request.META.get("HTTP_ORIGIN")
    return origin is not None and urlsplit(origin).netloc != request.META.get("HTTP_HOST")


def _is_foreign(request: HttpRequest) -> bool:
    """Return whether a page of another site wants to change something here."""
    if request.method in SAFE_METHODS or FROM_ELSEWHERE.fullmatch(request.path):
        return False
    return comes_from_elsewhere(request)
