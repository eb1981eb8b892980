"""Logins of command lines in the admin site: which there are, and who may let programs in.

No page shows a code, a token, or the digest of one.
"""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from signin.flow.admin import ReadOnlyAdmin
from signin.kernel import clock
from signin.logins import chains
from signin.logins.models import Login, LoginPermission


@admin.register(Login)
class LoginAdmin(ReadOnlyAdmin):
    """Programs that were let in; a revoked one gets no credentials any more."""

    list_display = ["principal", "role", "client", "living", "started_at", "expires_at"]
    list_filter = ["client"]
    list_select_related = ["principal__account", "role", "session"]
    search_fields = ["principal__username", "principal__account__id", "role__name"]
    fields = [
        "principal",
        "role",
        "client",
        "session",
        "started_at",
        "expires_at",
        "revoked_at",
        "living",
    ]
    actions = ["revoke"]

    @admin.display(description=_("living"), boolean=True)
    def living(self, login: Login) -> bool:
        is_over = login.revoked_at or login.session.ended_at
        return not is_over and login.expires_at > clock.now()

    @admin.action(description=_("Revoke selected logins"))
    def revoke(self, request: HttpRequest, chosen: QuerySet[Login]) -> None:
        for login in chosen:
            self.log_change(request, login, gettext("Revoked."))
        count = chains.revoke(chosen.order_by())
        told = ngettext("%(count)d login is revoked.", "%(count)d logins are revoked.", count)
        messages.success(request, told % {"count": count})


@admin.register(LoginPermission)
class LoginPermissionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who may let command lines in, or may not; who isn't here may."""

    list_display = ["whose", "is_allowed", "manages_console_access"]
    list_filter = ["is_allowed", "manages_console_access"]
    list_select_related = ["principal__account", "role__account"]
    search_fields = ["principal__username", "principal__account__id", "role__name"]
    raw_id_fields = ["role"]
    fields = ["principal", "role", "is_allowed", "manages_console_access"]

    @admin.display(description=_("IAM user or role"))
    def whose(self, permission: LoginPermission) -> str:
        role = permission.role
        return f"{role} @ {role.account.grouped_id}" if role else str(permission.principal)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["principal", "role"] if obj else []
