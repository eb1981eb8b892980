"""The WSGI application, for any WSGI server; ``manage.py serve`` runs it under granian."""

import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries
from django.http import HttpResponse

from signin.kernel import clock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "signin.settings")

CHUNKED_BODY_LIMIT = 2_621_440  # bytes, as Django's DATA_UPLOAD_MAX_MEMORY_SIZE

_django = get_wsgi_application()
# What Django does around each request that does nothing here: no cache that is offered has anything
# to close, nobody reads the list of queries, and a connection that broke is closed where it broke.
request_finished.disconnect(close_caches)
request_started.disconnect(reset_queries)
request_started.disconnect(close_old_connections)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer one request. Bodies sent in chunks get the length that Django wants to see.

    An answer that is whole is given as a list, which servers send at once; they ask for the parts
    of anything else one by one.
    """
    if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
        body = environ["wsgi.input"].read(CHUNKED_BODY_LIMIT + 1)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = io.BytesIO(body)
    clock.hold()
    try:
        response = _django(environ, start_response)
        if not isinstance(response, HttpResponse):
            return response
        body = [response.content]
        response.close()
    finally:
        clock.let_go()
    return body
