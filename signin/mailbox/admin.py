"""Messages in the admin site."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from signin.flow.admin import ReadOnlyAdmin
from signin.mailbox.models import Message


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """Mails and text messages that were sent, newest first."""

    list_display = ["subject_or_text", "channel", "kind", "recipient", "code", "sent_at"]
    list_filter = ["channel", "kind"]
    search_fields = ["recipient", "sender", "subject", "text"]
    fields = [
        "channel",
        "kind",
        "sender",
        "recipient",
        "subject",
        "sent_at",
        "code",
        "link",
        "as_sent",
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return True

    @admin.display(description=_("subject"), ordering="subject")
    def subject_or_text(self, message: Message) -> str:
        return str(message)

    @admin.display(description=_("text"))
    def as_sent(self, message: Message) -> SafeString:
        return format_html("<pre>{}</pre>", message.text)
