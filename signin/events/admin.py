"""Events in the admin site."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from signin.events.models import Event
from signin.flow.admin import ReadOnlyAdmin, pretty


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """The event log, newest first; it only grows."""

    list_display = ["name", "outcome", "account_id", "recorded_at"]
    list_filter = ["name"]
    search_fields = ["event_id", "name", "account_id"]
    fields = ["event_id", "name", "account_id", "recorded_at", "as_recorded"]

    @admin.display(description=_("outcome"))
    def outcome(self, event: Event) -> str:
        return event.outcome

    @admin.display(description=_("as recorded"))
    def as_recorded(self, event: Event) -> SafeString:
        return pretty(event.document)
