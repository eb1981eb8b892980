"""Sending one mail from the three templates of its folder; apps have one function per mail.

Delivery is Django's e-mail backend: the mailbox at the desk, or SMTP where that is configured.
"""

from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from signin import hosts

# What the mailbox wants to know beyond the text; other mail clients don't show it.
KIND_HEADER = "X-Vestibule-Kind"
CODE_HEADER = "X-Vestibule-Code"


def send(kind: str, *, sender: str, to: str, context: Mapping[str, object], code: str = "") -> None:
    """Write a mail and send it."""
    write(kind, sender=sender, to=to, context=context, code=code).send()


def write(
    kind: str, *, sender: str, to: str, context: Mapping[str, object], code: str = ""
) -> EmailMultiAlternatives:
    """Write the mail in ``templates/emails/<kind>/``; ``sender`` is a real address of AWS's.

    The sender that people see has the local suffix behind it, the subject says what this is.
    """
    page = {"desk": hosts.origin("desk"), **context}
    subject, text, html = (
        render_to_string(f"emails/{kind}/{part}", page)
        for part in ("subject.txt", "body.txt", "body.html")
    )
    message = EmailMultiAlternatives(
        subject=f"[Vestibule] {' '.join(subject.split())}",
        body=text.strip() + "\n",
        from_email=f"{sender}.{settings.SIGNIN_SUFFIX}",
        to=[to],
        headers={KIND_HEADER: kind} | ({CODE_HEADER: code} if code else {}),
    )
    message.attach_alternative(html, "text/html")
    return message
