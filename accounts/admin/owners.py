"""What the lists of accounts and of principals have in common."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

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
