"""Django's e-mail backend that delivers to the mailbox at the desk."""

import re
from collections.abc import Sequence

from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage, EmailMultiAlternatives

from signin.kernel import clock
from signin.mailbox.models import Message
from signin.mails import CODE_HEADER, KIND_HEADER

LINK = re.compile(r"https?://\S+")


class EmailBackend(BaseEmailBackend):
    """Stores each mail once per recipient, with the code and the first link that it carries."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        sent = [
            _stored(mail, recipient) for mail in email_messages for recipient in mail.recipients()
        ]
        Message.objects.bulk_create(sent)
        return len(sent)


def _stored(mail: EmailMessage, recipient: str) -> Message:
    html = ""
    if isinstance(mail, EmailMultiAlternatives):
        html = next(
            (str(content) for content, kind in mail.alternatives if kind == "text/html"), ""
        )
    text = str(mail.body)
    link = LINK.search(text)
    return Message(
        kind=mail.extra_headers.get(KIND_HEADER, ""),
        sender=mail.from_email,
        recipient=recipient,
        subject=str(mail.subject),
        text=text,
        html=html,
        code=mail.extra_headers.get(CODE_HEADER, ""),
        link=link[0] if link else "",
        sent_at=clock.now(),
    )
