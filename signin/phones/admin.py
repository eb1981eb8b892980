"""Calls in the admin site."""

from django.contrib import admin

from signin.flow.admin import ReadOnlyAdmin
from signin.phones.models import Call


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    """Calls that were placed; their digits are stored nowhere."""

    list_display = ["rung_at", "number", "expires_at", "answered_at", "tries", "attempt"]
    list_select_related = ["attempt"]
    search_fields = ["number", "attempt__handle"]
    fields = ["number", "rung_at", "expires_at", "answered_at", "tries", "attempt"]
