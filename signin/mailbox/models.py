"""Messages that were sent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MessageQuerySet(models.QuerySet["Message"]):
    """Ways to look for messages."""

    def matching(self, words: str) -> "MessageQuerySet":
        """Return messages in which every word stands somewhere."""
        found = self
        for word in words.split():
            found = found.filter(
                Q(recipient__icontains=word)
                | Q(sender__icontains=word)
                | Q(subject__icontains=word)
                | Q(text__icontains=word)
            )
        return found


class Message(models.Model):
    """One mail or text message, with the code and the link in it, if it has any."""

    class Channel(models.TextChoices):
        MAIL = "mail", _("mail")
        SMS = "sms", _("text message")

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(_("sent as"), max_length=4, choices=Channel, default=Channel.MAIL)
    kind = models.CharField(_("kind"), max_length=64, blank=True)
    sender = models.CharField(_("from"), max_length=254)
    recipient = models.CharField(_("to"), max_length=254)
    subject = models.CharField(_("subject"), max_length=254, blank=True)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)
    code = models.CharField(_("code"), max_length=64, blank=True)
    link = models.CharField(_("link"), max_length=2048, blank=True)
    sent_at = models.DateTimeField(_("sent at"))

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-id"]
        indexes = [models.Index(fields=["recipient", "kind"], name="messages_by_recipient")]

    def __str__(self) -> str:
        return self.subject or self.text
