"""Pages for requests that get no further than the safeguards and the host table."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation


def outside(
    request: HttpRequest, template: str, *, status: int, context: dict[str, Any] | None = None
) -> HttpResponse:
    """Return a page in the browser's language, although no locale middleware has run."""
    asked_for = request.GET.get("locale")
    known = asked_for in dict(settings.LANGUAGES)
    with translation.override(
        asked_for if known else translation.get_language_from_request(request)
    ):
        content = render_to_string(template, context, request=request)
    return HttpResponse(content, status=status)
