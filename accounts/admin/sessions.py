"""Sessions, known browsers and lockouts in the admin site: what sign-ins leave behind."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import directory_users
from accounts.models import KnownBrowser, Lockout, Session
from signin.flow.admin import ReadOnlyAdmin
from signin.http import browser_of
from signin.kernel import clock, entropy


class LivingFilter(admin.SimpleListFilter):
    """Sessions that somebody can use now, or those that nobody can."""

    title = _("living")
    parameter_name = "living"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        living = Q(key_digest__isnull=False, ended_at=None, expires_at__gt=clock.now())
        if self.value() == "yes":
            return queryset.filter(living)
        return queryset.exclude(living) if self.value() == "no" else queryset


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin):
    """Sessions; a sign-in has one at the sign-in host and one at each host that took it over."""

    list_display = [
        "principal",
        "role",
        "session_name",
        "living",
        "door",
        "host",
        "created_at",
        "expires_at",
        "ended_at",
        "ip",
        "browser",
    ]
    list_filter = [LivingFilter, "door"]
    list_select_related = ["principal__account", "principal__profile__directory", "role"]
    search_fields = [
        "principal__username",
        "principal__account__id",
        "principal__realm",
        "role__name",
        "session_name",
        "host",
        "ip",
    ]
    fields = [
        "principal",
        "role",
        "session_name",
        "issuer",
        "door",
        "host",
        "parent",
        "passed",
        "ip",
        "user_agent",
        "created_at",
        "expires_at",
        "ended_at",
        "living",
    ]
    actions = ["end"]

    @admin.display(description=_("living"), boolean=True)
    def living(self, session: Session) -> bool:
        taken = session.key_digest is not None  # else it is only offered
        return taken and session.ended_at is None and session.expires_at > clock.now()

    @admin.display(description=_("browser"), ordering="user_agent")
    def browser(self, session: Session) -> str:
        return Truncator(session.user_agent).chars(40)

    @admin.display(description=_("factors passed"))
    def passed(self, session: Session) -> str:
        return ", ".join(session.factors)

    @admin.action(description=_("End selected sessions, with all of the same sign-in"))
    def end(self, request: HttpRequest, chosen: QuerySet[Session]) -> None:
        for session in chosen.select_related("principal__profile__directory"):
            directory_users.end_session(session, browser=browser_of(request))
            self.log_change(request, session, gettext("Ended."))
        messages.success(request, gettext("The sessions are ended."))


@admin.register(KnownBrowser)
class KnownBrowserAdmin(ReadOnlyAdmin):
    """Browsers that proved themselves; a deleted one has to do so again."""

    list_display = ["principal", "user_agent", "ip", "expires_at"]
    list_select_related = ["principal__account"]
    search_fields = [
        "principal__username",
        "principal__account__id",
        "principal__realm",
        "user_agent",
        "ip",
    ]
    fields = ["principal", "user_agent", "ip", "expires_at"]
    ordering = ["-expires_at"]

    def has_delete_permission(self, request: HttpRequest, obj: KnownBrowser | None = None) -> bool:
        return True


@admin.register(Lockout)
class LockoutAdmin(ReadOnlyAdmin):
    """Failed tries in a row. No page tells a counter's key: another name stands for it."""

    list_display = ["kind", "whose", "failures", "allowed", "blocked_until", "expires_at"]
    list_display_links = None
    list_filter = ["kind"]
    list_select_related = ["principal__account"]
    search_fields = ["principal__username", "principal__account__id"]
    actions = ["release"]

    def get_urls(self) -> list[URLPattern]:
        """Leave only the list: any other page would have the key in its address."""
        return [url for url in super().get_urls() if url.name == "accounts_lockout_changelist"]

    def action_checkbox(self, lockout: Lockout) -> SafeString:
        stand_in = Lockout(key=_alias(lockout), kind=lockout.kind, principal=lockout.principal)
        return super().action_checkbox(stand_in)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if chosen := request.POST.getlist(ACTION_CHECKBOX_NAME):
            keys = [lockout.key for lockout in Lockout.objects.all() if _alias(lockout) in chosen]
            posted = request.POST.copy()
            posted.setlist(ACTION_CHECKBOX_NAME, keys)
            request.POST = posted  # type: ignore[assignment]
        return super().changelist_view(request, extra_context)

    @admin.display(description=_("principal"), ordering="principal")
    def whose(self, lockout: Lockout) -> str:
        return str(lockout.principal or _("unknown"))

    @admin.action(description=_("Release selected lockouts"))
    def release(self, request: HttpRequest, lockouts: QuerySet[Lockout]) -> None:
        self.log_deletions(request, lockouts)
        count, _deleted = lockouts.delete()
        told = ngettext("%(count)d lockout is released.", "%(count)d lockouts are released.", count)
        messages.success(request, told % {"count": count})


def _alias(lockout: Lockout) -> str:
    return entropy.digest(lockout.key)[:16]
