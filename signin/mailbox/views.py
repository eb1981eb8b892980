"""The mailbox at the desk: newest first, searchable, live."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from signin.http import searched
from signin.mailbox.models import Message

SHOWN = 100


@require_safe
def messages(request: HttpRequest) -> HttpResponse:
    """List the newest messages, those with all the words of ``q`` only."""
    return render(request, "desk/mailbox.html", _page(request))


@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """Return the list alone, for the page to put in place of an older one."""
    return render(request, "desk/mailbox_rows.html", _page(request))


@require_safe
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Show one message."""
    found = get_object_or_404(Message, pk=message_id)
    return render(request, "desk/message.html", {"message": found, "at": "mailbox"})


def _page(request: HttpRequest) -> dict[str, object]:
    words = searched(request, "q")
    found = Message.objects.matching(words)
    return {
        "messages": found[:SHOWN],
        "words": words,
        "count": found.count(),
        "shown": SHOWN,
        "at": "mailbox",
    }
