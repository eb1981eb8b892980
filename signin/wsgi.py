"""The WSGI application, for any WSGI server; ``manage.py serve`` runs it under granian."""

import io
import os
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, cast

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, get_resolver, set_urlconf
from django.utils.log import log_response

from signin.kernel import clock, rows

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "signin.settings")

CHUNKED_BODY_LIMIT = 2_621_440  # bytes, as Django's DATA_UPLOAD_MAX_MEMORY_SIZE
_REFUSED = 400  # the least status of what is refused or failed


class _Request(WSGIRequest):
    """A request whose body is read at once, if it is not longer than Django lets it be."""

    has_addresses = False  # of its door, set for this thread
    _stream: Any  # Django's LimitedStream
    _read_started: bool

    @property
    def body(self) -> bytes:
        """The whole body; Django's own takes as long as reading the form in it."""
        if (found := self.__dict__.get("_body")) is not None:
            return cast(bytes, found)
        if self._read_started or self._stream.limit > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return super().body  # which refuses it
        try:
            self._body = self._stream.read()
        except OSError as error:
            raise UnreadablePostError(*error.args) from error
        self._read_started, self._stream = True, io.BytesIO(self._body)
        return self._body


class _Handler(WSGIHandler):
    """Django's handler; it looks the view of an address up once, where many ask for it.

    No view here is asynchronous, and none runs in a transaction as a whole.
    """

    _middleware_chain: Callable[[HttpRequest], Any]
    _view_middleware: Sequence[Callable[..., HttpResponseBase | None]]

    def get_response(self, request: HttpRequest) -> Any:
        """Return the answer; the addresses are the whole server's, as the last request left them.

        Django sets them before each, which takes a hundredth of a signed call.
        """
        response = self._middleware_chain(request)
        response._resource_closers.append(request.close)
        if response.status_code >= _REFUSED:
            about = (response.reason_phrase, request.path)
            log_response("%s: %s", *about, response=response, request=request)
        return response

    def _get_response(self, request: Any) -> Any:
        view, values, named_values = self.resolve_request(request)
        for look in self._view_middleware:
            if response := look(request, view, values, named_values):
                return response
        response = view(request, *values, **named_values)
        render = getattr(response, "render", None)  # of the admin site's
        return render() if render else response

    def resolve_request(self, request: Any) -> tuple[Any, ...]:  # type: ignore[override]
        urlconf: str = request.urlconf
        if request.host.stack != "wire":  # what programs get has no addresses of its own door
            request.has_addresses = True
            set_urlconf(urlconf)
        request.resolver_match = found = _view_of(urlconf, request.path_info)
        return found.func, found.args, found.kwargs


@lru_cache(maxsize=500)
def _view_of(urlconf: str, path: str) -> ResolverMatch:
    return get_resolver(urlconf).resolve(path)


django.setup(set_prefix=False)
_django = _Handler()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request. Bodies sent in chunks get the length that Django wants to see.

    An answer that is whole is given as a list, which servers send at once; they ask for the parts
    of anything else one by one. Django's signals around a request are not sent, which took a
    seventh of a signed call: what its own receivers do for a server is done here.
    """
    if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
        body = environ["wsgi.input"].read(CHUNKED_BODY_LIMIT + 1)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = io.BytesIO(body)
    request = None
    clock.hold()
    try:
        request = _Request(environ)
        response = _django.get_response(request)
        start_response(f"{response.status_code} {response.reason_phrase}", _head(response))
        if not isinstance(response, HttpResponse):
            return cast(Iterable[bytes], response)
        request.close()
        rows.connection().close_if_unusable_or_obsolete()
        return [response.content]
    finally:
        if request and request.has_addresses:
            set_urlconf(None)
        clock.let_go()


def _head(response: Any) -> list[tuple[str, str]]:
    """Return the headers of an answer, not by ``items``, which looks each up by its name."""
    cookies = [("Set-Cookie", each.OutputString()) for each in response.cookies.values()]
    return [*response.headers._store.values(), *cookies]
