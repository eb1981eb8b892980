"""Attempts in the admin site, and what all its lists have in common that fill by themselves."""

import json
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from signin.flow.models import Attempt


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list that fills by itself: the operator looks at it. Columns are named, never all shown."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def pretty(document: object) -> SafeString:
    """Return a JSON document as a person reads it."""
    return format_html("<pre>{}</pre>", json.dumps(document, indent=2, ensure_ascii=False))


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Attempts; the handle alone continues none, for that takes the browser's cookie as well."""

    list_display = ["flow", "begun_at", "expires_at", "closed_at", "handle"]
    list_filter = ["flow"]
    search_fields = ["handle"]
    ordering = ["-begun_at"]
    fields = ["handle", "flow", "begun_at", "expires_at", "closed_at", "what_is_known"]

    @admin.display(description=_("what is known"))
    def what_is_known(self, attempt: Attempt) -> SafeString:
        return pretty(attempt.facts)
