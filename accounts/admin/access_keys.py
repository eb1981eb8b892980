"""Long-term access keys in the admin site: who has them; switching them off, deleting, making one.

A secret is shown in the answer that makes a key, and nowhere else.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import access_key_events, access_keys
from accounts.models import AccessKey, Principal
from accounts.models.principals import IamUser
from signin.flow.admin import ReadOnlyAdmin
from signin.http import browser_of
from signin.kernel.errors import Refusal


@admin.register(AccessKey)
class AccessKeyAdmin(ReadOnlyAdmin):
    """Access keys of users; what the operator does to them is the root user's doing in events."""

    list_per_page = 50
    list_display = ["access_key_id", "principal", "is_active", "created_at", "last_used_at"]
    list_filter = ["is_active"]
    list_select_related = ["principal__account"]
    search_fields = [
        "access_key_id",
        "principal__username",
        "principal__account__id",
        "principal__account__name",
        "principal__account__alias",
    ]
    search_help_text = _("The ID, name of the user; or ID, name or alias of the account")
    fields = [
        "access_key_id",
        "principal",
        "is_active",
        "created_at",
        "last_used_at",
        "last_used_with",
    ]
    actions = ["deactivate", "activate", "delete_keys"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.make)
        return [
            path("new/<int:principal_id>/", view, name="accounts_accesskey_new"),
            *super().get_urls(),
        ]

    def make(self, request: HttpRequest, principal_id: int) -> HttpResponse:
        """Make an access key of an IAM user, and show it once."""
        iam_user: Principal | None = IamUser.objects.filter(pk=principal_id).first()
        if iam_user is None:
            raise Http404
        context: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": _("New access key"),
            "subtitle": str(iam_user),
            "opts": IamUser._meta,
            "original": iam_user,
        }
        if request.method == "POST":
            context |= self._made(request, iam_user)
        return TemplateResponse(request, "admin/accounts/access_key.html", context)

    def _made(self, request: HttpRequest, iam_user: Principal) -> dict[str, Any]:
        try:
            keys = access_keys.create(iam_user)
        except Refusal as refusal:
            return {"refused": refusal.message}
        self.log_addition(request, keys.access_key, gettext("Made."))
        access_key_events.created(
            keys.access_key, session=None, has_device=False, browser=browser_of(request)
        )
        return {"keys": keys}

    @admin.action(description=_("Deactivate selected access keys"))
    def deactivate(self, request: HttpRequest, chosen: QuerySet[AccessKey]) -> None:
        self._switch(request, chosen, access_keys.deactivate)

    @admin.action(description=_("Activate selected access keys"))
    def activate(self, request: HttpRequest, chosen: QuerySet[AccessKey]) -> None:
        self._switch(request, chosen, access_keys.activate)

    @admin.action(description=_("Delete selected access keys"))
    def delete_keys(self, request: HttpRequest, chosen: QuerySet[AccessKey]) -> None:
        self.log_deletions(request, chosen)
        deleted = [each for each in chosen if access_keys.delete(each)]
        for each in deleted:
            access_key_events.deleted(
                each, session=None, has_device=False, browser=browser_of(request)
            )
        told = ngettext(
            "%(count)d access key is deleted.", "%(count)d access keys are deleted.", len(deleted)
        )
        messages.success(request, told % {"count": len(deleted)})

    def _switch(
        self,
        request: HttpRequest,
        chosen: QuerySet[AccessKey],
        switch: Callable[[AccessKey], bool],
    ) -> None:
        switched = [each for each in chosen if switch(each)]
        for each in switched:
            self.log_change(request, each, [{"changed": {"fields": ["is_active"]}}])
            access_key_events.updated(
                each, session=None, has_device=False, browser=browser_of(request)
            )
        told = ngettext(
            "%(count)d access key is changed.", "%(count)d access keys are changed.", len(switched)
        )
        messages.success(request, told % {"count": len(switched)})
