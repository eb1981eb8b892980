"""Statements on sign-in to accounts' consoles in the admin site, and the way out of them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import permission_statements
from accounts.errors import StatementInvalid
from accounts.models import PermissionStatement
from accounts.models.console_access import CONDITIONS


class PermissionStatementForm(forms.ModelForm):  # type: ignore[type-arg]
    """A statement as the service would take it."""

    def clean(self) -> dict[str, Any]:
        """Refuse conditions that make no statement."""
        cleaned: dict[str, Any] = super().clean() or {}
        conditions = {name: cleaned[name] for name in CONDITIONS if cleaned.get(name)}
        if conditions:
            try:
                permission_statements.check(conditions)
            except StatementInvalid as refusal:
                raise forms.ValidationError(str(refusal.message)) from refusal
        return cleaned


@admin.register(PermissionStatement)
class PermissionStatementAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """From where accounts let people sign in; whoever deletes one here lets them in again."""

    form = PermissionStatementForm
    list_display = [
        "account",
        "source_ip",
        "requested_region",
        "source_vpc",
        "excluded_principal",
        "counts",
    ]
    list_select_related = ["account"]
    list_filter = ["account__console_authorization"]
    search_fields = ["id", "account__id", "account__name", "excluded_principal"]
    autocomplete_fields = ["account"]
    fields = ["account", *CONDITIONS]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PermissionStatement]:
        statements: QuerySet[PermissionStatement] = super().get_queryset(request)
        return statements.filter(deleted_at=None)

    @admin.display(description=_("counts"), boolean=True)
    def counts(self, statement: PermissionStatement) -> bool:
        return statement.account.console_authorization
