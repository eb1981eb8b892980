"""The hidden field by which a form shows that it comes from this browser's own page.

Django's tag asks the kernel for each of the mask's characters and escapes what it made itself: a
seventh of a small page. What it makes is the same.
"""

from typing import Any

from django import template
from django.http import HttpRequest
from django.middleware.csrf import CSRF_ALLOWED_CHARS as CHARACTERS
from django.middleware.csrf import CSRF_SECRET_LENGTH, get_token
from django.template import Context, Node
from django.template.base import Parser, Token
from django.utils.safestring import mark_safe

from signin.kernel import entropy

PLACES = {character: place for place, character in enumerate(CHARACTERS)}

register = template.Library()


class Field(Node):
    """The field, or nothing where no request is answered."""

    child_nodelists = ()

    def render(self, context: Context) -> str:
        """Return the field with a value that is good for this page only."""
        request: HttpRequest | None = getattr(context, "request", None)
        if request is None:
            return ""
        value = field_value(request)
        return mark_safe(f'<input type="hidden" name="csrfmiddlewaretoken" value="{value}">')  # noqa: S308 - letters and digits


@register.tag
def csrf_token(_parser: Parser, _token: Token) -> Node:
    """Stand for the field in a template, as Django's tag of this name does."""
    return Field()


def field_value(request: HttpRequest) -> str:
    """Return the secret of this browser, masked anew; one that has none gets one."""
    meta: dict[str, Any] = request.META
    if "CSRF_COOKIE" not in meta:
        return get_token(request)
    meta["CSRF_COOKIE_NEEDS_UPDATE"] = True
    mask = entropy.text(CSRF_SECRET_LENGTH, CHARACTERS)
    return mask + "".join(
        CHARACTERS[(PLACES[one] + PLACES[other]) % len(CHARACTERS)]
        for one, other in zip(meta["CSRF_COOKIE"], mask, strict=True)
    )
