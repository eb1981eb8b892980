"""The names under which whoever asks sees this server: local ones, or the real ones.

Everybody sees local names, ``signin.aws.amazon.com.localhost:8000``, unless a request comes from
the gateway of real names (``signin.gateway``), which proves itself by a secret of this start.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from signin.kernel import entropy

GATEWAY_HEADER = "X-Vestibule-Gateway"
_GATEWAY_META = "HTTP_X_VESTIBULE_GATEWAY"


@dataclass(frozen=True)
class Naming:
    """What stands around a real host name in an address, and behind it."""

    scheme: str
    suffix: str
    port: int | None

    @property
    def is_real(self) -> bool:
        """Whether the addresses are those of AWS itself."""
        return not self.suffix

    @property
    def is_tls(self) -> bool:
        """Whether whoever asks reaches this server over TLS."""
        return self.scheme == "https"

    def origin(self, real_name: str) -> str:
        """Return scheme, host and port of a real host, as they are seen here."""
        port = f":{self.port}" if self.port else ""
        return f"{self.scheme}://{self.domain(real_name)}{port}"

    def domain(self, real_name: str) -> str:
        """Return the name of a real host or domain, as it is seen here."""
        return f"{real_name}.{self.suffix}" if self.suffix else real_name

    def real_name(self, hostname: str) -> str | None:
        """Return which real host is meant by a name, if it is one that is seen here."""
        if not self.suffix:
            return hostname
        real_name = hostname.removesuffix(f".{self.suffix}")
        return None if real_name == hostname else real_name


REAL = Naming(scheme="https", suffix="", port=None)
_seen: ContextVar[Naming | None] = ContextVar("naming", default=None)


@cache
def local() -> Naming:
    """Return the naming of the settings, which everybody but the gateway sees."""
    return Naming(settings.SIGNIN_SCHEME, settings.SIGNIN_SUFFIX, settings.SIGNIN_PORT)


def current() -> Naming:
    """Return the naming that whoever asks now sees."""
    return _seen.get() or local()


@contextmanager
def seen_as(naming: Naming) -> Iterator[None]:
    """Name everything so in here."""
    before = _seen.set(naming)
    try:
        yield
    finally:
        _seen.reset(before)


class NamingMiddleware:
    """Names everything as AWS does for requests of the gateway, and for nobody else.

    The header goes no further: nothing that is noted or shown of a request can have the secret.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        secret: str = settings.SIGNIN_GATEWAY_SECRET
        given = request.META.pop(_GATEWAY_META, "")
        if not secret or not entropy.same(given, secret):
            return self.get_response(request)
        request.META["wsgi.url_scheme"] = REAL.scheme
        with seen_as(REAL):
            return self.get_response(request)
