"""Builder IDs in the admin site."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import sessions
from accounts.admin.owners import OwnerAdmin
from accounts.models import Principal
from builderid.models import BuilderId, Profile


class ProfileInline(admin.StackedInline):  # type: ignore[type-arg]
    """How somebody is called; their address is confirmed by a code, or not at all."""

    model = Profile
    can_delete = False
    fields = ["name", "nickname", "email_verified_at"]
    readonly_fields = ["email_verified_at"]


@admin.register(BuilderId)
class BuilderIdAdmin(OwnerAdmin):
    """Builder IDs. People create them themselves, scenarios and the control API do it for them."""

    change_form_template = "admin/builderid/builder_id.html"
    inlines = [ProfileInline]
    list_display = ["username", "called", "password_changed_at", "created_at"]
    list_select_related = ["builder_id_profile"]
    search_fields = ["username", "builder_id_profile__name", "builder_id_profile__nickname"]
    search_help_text = _("E-mail address, name or nickname")
    fields = ["username", "unique_id", "password_changed_at", "created_at"]
    readonly_fields = ["username", "unique_id", "password_changed_at", "created_at"]
    actions = ["end_sessions"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("name"), ordering="builder_id_profile__name")
    def called(self, person: Principal) -> str:
        return person.builder_id_profile.name

    @admin.action(description=_("Sign selected people out everywhere"))
    def end_sessions(self, request: HttpRequest, people: QuerySet[Principal]) -> None:
        for person in people:
            sessions.end_all(person)
            self.log_change(request, person, gettext("Signed out."))
        messages.success(request, gettext("They are signed out, and so are their programs."))
