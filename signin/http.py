"""What a request says, in our words, and the cookies that we give."""

from dataclasses import dataclass
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from signin import naming
from signin.hosts import HostRequest
from signin.kernel import entropy

# Every cookie of ours; the names are a public interface (docs/emulated.md).
CONSOLE_COOKIE = "vestibule-console"
PORTAL_COOKIE = "vestibule-portal"
SIGNIN_COOKIE = "vestibule-signin"
# At the sign-in host and at the start page alike, so that a portal's session there goes on.
BUILDER_ID_COOKIE = "vestibule-builder-id"
MULTI_SESSION_COOKIE = "vestibule-multi-session"
FLOW_COOKIE = "vestibule-flow"
DEVICE_COOKIE = "vestibule-trusted-device"
REMEMBER_COOKIE = "vestibule-remember-account"
ROLES_COOKIE = "vestibule-role-history"
IDP_COOKIE = "vestibule-idp-user"

USER_AGENT_LIMIT = 1024


@dataclass(frozen=True)
class Browser:
    """What a request tells of the browser that sent it."""

    ip: str
    user_agent: str
    host: str
    region: str | None
    device_key: str


def browser_of(request: HttpRequest) -> Browser:
    """Return what this request tells of its browser. Forwarding headers are never believed."""
    host_values = cast(HostRequest, request).host_values
    return Browser(
        ip=request.META["REMOTE_ADDR"],
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:USER_AGENT_LIMIT],
        host=request.get_host(),
        region=host_values.get("region"),
        device_key=cookie(request, DEVICE_COOKIE),
    )


def searched(request: HttpRequest, name: str) -> str:
    """Return what somebody searches for, 200 characters at most."""
    return without_null(request.GET.get(name, "")[:200])


def without_null(value: str) -> str:
    """Return a value that a database can compare: PostgreSQL takes no null character."""
    return value.replace("\x00", "")


def cookie(request: HttpRequest, name: str) -> str:
    """Return the value of one of our cookies, or an empty string."""
    return request.COOKIES.get(_full_name(name), "") if "HTTP_COOKIE" in request.META else ""


def set_cookie(response: HttpResponse, name: str, value: str, *, max_age: int) -> None:
    """Give a host-only cookie that scripts cannot read; ``max_age`` in seconds."""
    response.set_cookie(
        _full_name(name),
        value,
        max_age=max_age,
        path="/",
        secure=is_tls(),
        httponly=True,
        samesite="Lax",
    )


def delete_cookie(response: HttpResponse, name: str) -> None:
    """Take one of our cookies back."""
    response.delete_cookie(_full_name(name), path="/", samesite="Lax")


def flow_key(request: HttpRequest) -> str:
    """Return the secret that ties what is under way to this browser; a new one if it has none."""
    return cookie(request, FLOW_COOKIE) or entropy.token()


def is_tls() -> bool:
    """Return whether this browser reaches the server over TLS."""
    return naming.current().is_tls


def language_choice(request: HttpRequest) -> dict[str, str]:
    """Return the query that carries the language to another host, whose cookies are its own."""
    if settings.LANGUAGE_COOKIE_NAME in request.COOKIES:
        return {"locale": translation.get_language() or settings.LANGUAGE_CODE}
    return {}


def _full_name(name: str) -> str:
    # Over plain http the prefix and Secure stay away, so that curl and scripts can sign in too.
    return f"__Host-{name}" if is_tls() else name
