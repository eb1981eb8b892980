"""Permission sets, and who has them where, in the admin site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import assignments
from accounts.admin.owners import OwnerAdmin
from accounts.models import Assignment, PermissionSet, Principal


@admin.register(PermissionSet)
class PermissionSetAdmin(OwnerAdmin):
    """Permission sets; roles are named after them, so their names stay."""

    list_display = ["name", "directory", "session_minutes", "relay_state", "accounts"]
    list_filter = ["directory"]
    list_select_related = ["directory"]
    ordering = ["directory", "name"]  # the model's own is lost in counting
    search_fields = ["name", "directory__id", "directory__subdomain"]
    fields = ["directory", "name", "description", "session_minutes", "relay_state"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PermissionSet]:
        found: QuerySet[PermissionSet] = super().get_queryset(request)
        return found.annotate(role_count=Count("roles"))

    def get_readonly_fields(
        self, request: HttpRequest, obj: PermissionSet | None = None
    ) -> list[str]:
        return ["directory", "name"] if obj else []

    @admin.display(description=_("in accounts"), ordering="role_count")
    def accounts(self, permission_set: Any) -> int:
        count: int = permission_set.role_count
        return count


class AssignmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """An assignment to a user or a group of the permission set's own directory."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if permission_set := cleaned.get("permission_set"):
            user, group = cleaned.get("user"), cleaned.get("group")
            if user and user.realm != permission_set.directory_id:
                self.add_error("user", _("The user is of another directory."))
            if group and group.directory_id != permission_set.directory_id:
                self.add_error("group", _("The group is of another directory."))
            account = cleaned.get("account")
            if account and account.partition != permission_set.directory.partition.id:
                self.add_error("account", _("The account is in another partition."))
        return cleaned


@admin.register(Assignment)
class AssignmentAdmin(OwnerAdmin):
    """Assignments; another one is another row, so none is changed. Their roles come and go."""

    form = AssignmentForm
    list_display = ["permission_set", "directory", "account", "user", "group"]
    list_filter = ["permission_set__directory"]
    list_select_related = ["permission_set__directory", "account", "user__account", "group"]
    ordering = ["account", "permission_set"]
    search_fields = [
        "permission_set__name",
        "account__id",
        "account__name",
        "account__alias",
        "user__username",
        "group__name",
    ]
    autocomplete_fields = ["permission_set", "account", "group"]
    fields = ["permission_set", "account", "user", "group"]

    def has_change_permission(self, request: HttpRequest, obj: Assignment | None = None) -> bool:
        return False

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **options: Any
    ) -> Any:
        if db_field.name == "user":
            users = Principal.objects.filter(kind=Principal.Kind.DIRECTORY_USER)
            options["queryset"] = users.select_related("account")
        return super().formfield_for_foreignkey(db_field, request, **options)

    def save_model(
        self, request: HttpRequest, obj: Assignment, form: forms.Form, change: bool
    ) -> None:
        assignments.grant(obj)

    def delete_model(self, request: HttpRequest, obj: Assignment) -> None:
        assignments.revoke([obj])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Assignment]) -> None:
        assignments.revoke(queryset)

    @admin.display(description=_("directory"), ordering="permission_set__directory")
    def directory(self, assignment: Assignment) -> str:
        return str(assignment.permission_set.directory)
