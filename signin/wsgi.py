"""The WSGI application, for any WSGI server; ``manage.py serve`` runs it under granian."""

import io
import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, get_resolver, set_script_prefix, set_urlconf

from signin.kernel import clock, rows

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "signin.settings")

CHUNKED_BODY_LIMIT = 2_621_440  # bytes, as Django's DATA_UPLOAD_MAX_MEMORY_SIZE


class _Handler(WSGIHandler):
    """Django's handler; it looks the view of an address up once, where many ask for it."""

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        urlconf: str | None = getattr(request, "urlconf", None)
        set_urlconf(urlconf)
        request.resolver_match = found = _view_of(urlconf, request.path_info)
        return found


@lru_cache(maxsize=500)
def _view_of(urlconf: str | None, path: str) -> ResolverMatch:
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
    clock.hold()
    try:
        request = WSGIRequest(environ)
        set_script_prefix(request.META["SCRIPT_NAME"])
        response = _django.get_response(request)
        start_response(f"{response.status_code} {response.reason_phrase}", _head(response))
        if not isinstance(response, HttpResponse):
            return response
        request.close()
        rows.connection().close_if_unusable_or_obsolete()
        set_urlconf(None)
        return [response.content]
    finally:
        clock.let_go()


def _head(response: Any) -> list[tuple[str, str]]:
    """Return the headers of an answer, not by ``items``, which looks each up by its name."""
    cookies = [("Set-Cookie", each.OutputString()) for each in response.cookies.values()]
    return [*response.headers._store.values(), *cookies]
