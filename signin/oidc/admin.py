"""Programs and what they were allowed, in the admin site."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from signin.flow.admin import ReadOnlyAdmin
from signin.oidc import tokens
from signin.oidc.models import Client, Grant


@admin.register(Client)
class ClientAdmin(ReadOnlyAdmin):
    """Programs that registered; their names are what they say of themselves."""

    list_display = ["name", "issuer_url", "registered_at", "expires_at"]
    search_fields = ["name", "id"]
    fields = [
        "id",
        "name",
        "scopes",
        "grant_types",
        "redirect_uris",
        "issuer_url",
        "application_arn",
        "registered_at",
        "expires_at",
    ]


@admin.register(Grant)
class GrantAdmin(ReadOnlyAdmin):
    """What people allowed programs; the operator can take it back."""

    list_display = ["client", "principal", "allowed_at", "revoked_at"]
    list_select_related = ["client", "principal"]
    search_fields = ["client__name", "principal__username"]
    fields = ["id", "client", "principal", "session", "scopes", "allowed_at", "revoked_at"]
    actions = ["revoke"]

    @admin.action(description=_("Take back the access of selected programs"))
    def revoke(self, request: HttpRequest, grants: QuerySet[Grant]) -> None:
        count = sum(tokens.revoke_family(grant) for grant in grants)
        told = ngettext(
            "The access of %(count)d program is taken back.",
            "The access of %(count)d programs is taken back.",
            count,
        )
        messages.success(request, told % {"count": count})
