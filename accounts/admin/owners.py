"""What the lists of accounts, principals and directories have in common."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.messages import USER_DISABLED
from accounts.models import Group, Principal
from accounts.principals import account_key


class OwnerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list of what other things belong to; they go with it."""

    list_per_page = 50

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search for an account ID as it is stored, in whichever way it was typed."""
        return super().get_search_results(request, queryset, account_key(search_term))

    def get_deleted_objects(
        self, objs: Sequence[Any] | QuerySet[Any], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """Let sessions and lockouts, which nobody deletes by themselves, go with their owner."""
        gone, counts, _, protected = super().get_deleted_objects(objs, request)
        return gone, counts, set(), protected


class MembersForm(forms.ModelForm):  # type: ignore[type-arg]
    """Something of a directory with users in it: nobody disabled is added (behaviour 7.7)."""

    users_field: ClassVar[str]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = cleaned.get(self.users_field)
        if chosen is not None:
            there = getattr(self.instance, self.users_field).all()
            if chosen.filter(profile__is_enabled=False).exclude(pk__in=there).exists():
                self.add_error(self.users_field, USER_DISABLED)
        return cleaned


class MembersAdmin(OwnerAdmin):
    """What belongs to a directory and has users and groups of the same directory in it."""

    form = MembersForm
    users_field: ClassVar[str]
    groups_field: ClassVar[str] = ""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        chosen_later = set() if obj else {self.users_field, self.groups_field}
        return [name for name in self.fields or [] if name not in chosen_later]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["directory"] if obj else []

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any
    ) -> "type[forms.ModelForm[Any]]":
        """Offer users and groups of the same directory only; others are refused."""
        made = super().get_form(request, obj, change, **options)
        made.users_field = self.users_field  # type: ignore[attr-defined]
        if self.users_field in made.base_fields:
            users = Principal.objects.select_related("profile").order_by("folded")
            offered = users.filter(profile__directory=obj.directory_id)
            made.base_fields[self.users_field].queryset = offered  # type: ignore[attr-defined]
        if self.groups_field in made.base_fields:
            groups = Group.objects.filter(directory=obj.directory_id)
            made.base_fields[self.groups_field].queryset = groups  # type: ignore[attr-defined]
        return made
