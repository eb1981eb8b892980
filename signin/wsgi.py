"""The WSGI application, for any WSGI server; ``manage.py serve`` runs it under granian."""

import io
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse

from signin.kernel import clock

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "signin.settings")

CHUNKED_BODY_LIMIT = 2_621_440  # bytes, as Django's DATA_UPLOAD_MAX_MEMORY_SIZE

_django = get_wsgi_application()


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
