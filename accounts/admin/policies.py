"""Password policies in the admin site."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts import events
from accounts.models import PasswordPolicy
from signin.http import browser_of


@admin.register(PasswordPolicy)
class PasswordPolicyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Policies of accounts; one without has the default, which no table needs to hold."""

    list_display = [
        "account",
        "minimum_length",
        "max_age_days",
        "reuse_prevention",
        "hard_expiry",
        "users_may_change",
    ]
    list_select_related = ["account"]
    search_fields = ["account__id", "account__name", "account__alias"]
    autocomplete_fields = ["account"]

    def get_readonly_fields(
        self, request: HttpRequest, obj: PasswordPolicy | None = None
    ) -> list[str]:
        return ["account"] if obj else []

    def save_model(
        self, request: HttpRequest, obj: PasswordPolicy, form: forms.Form, change: bool
    ) -> None:
        obj.save()
        events.password_policy_set(obj, browser=browser_of(request))

    def delete_model(self, request: HttpRequest, obj: PasswordPolicy) -> None:
        account = obj.account
        obj.delete()
        events.password_policy_deleted(account, browser=browser_of(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[PasswordPolicy]) -> None:
        for policy in queryset:
            self.delete_model(request, policy)
