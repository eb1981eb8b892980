"""What every page shows around its content, and the page for our own mistakes."""

import logging
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from signin import hosts, moments
from signin.http import language_choice
from signin.kernel import clock, entropy

logger = logging.getLogger(__name__)


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the time that the server shows, the way to the desk, and the other languages."""
    state = clock.state()
    return {
        "server_time": moments.to_the_second(clock.now()),
        "clock_is_moved": state.frozen_at is not None or bool(state.offset),
        "desk": hosts.origin("desk"),
        "desk_query": _carried(request),
        "ways_to_sign_in": hosts.url("signin", "/help/ways-to-sign-in"),
        "language": translation.get_language(),
        "other_languages": [
            {"code": code, "name": name, "url": _in_language(request, code)}
            for code, name in settings.LANGUAGES
            if code != translation.get_language()
        ],
    }


def server_error(request: HttpRequest) -> HttpResponse:
    """Show a page for an exception that nobody expected; its number is in the server's log."""
    number = entropy.handle()[:12]
    logger.error(
        "The error page shown for %s %s has number %s", request.method, request.path, number
    )
    return render(request, "500.html", {"number": number}, status=500)


def _carried(request: HttpRequest) -> str:
    """Return the query that carries a chosen language to the desk, whose cookies are its own."""
    query = language_choice(request)
    return f"?{urlencode(query)}" if query else ""


def _in_language(request: HttpRequest, code: str) -> str:
    query = [(name, value) for name, value in request.GET.items() if name != "locale"]
    return f"{request.path}?{urlencode([*query, ('locale', code)])}"
