"""Pages for requests that get no further than the safeguards and the host table."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation


def outside(
    request: HttpRequest, template: str, *, status: int, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Return a page in the browser's language, although no locale middleware has run."""
    with translation.override(translation.get_language_from_request(request)):
        content = render_to_string(template, context, request=request)
    return HttpResponse(content, status=status)
