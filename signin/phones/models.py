"""Calls that were placed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from signin.flow.models import Attempt
from signin.kernel import entropy


class Call(models.Model):
    """The call placed for one attempt; a new one takes the old one's place.

    The digits that its page shows are stored nowhere: they follow from the handle, which is
    another one for each call, and this installation's key.
    """

    attempt = models.OneToOneField(
        Attempt,
        verbose_name=_("attempt"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="call",
    )
    handle = models.CharField(max_length=32, unique=True, default=entropy.handle, editable=False)
    number = models.CharField(_("number"), max_length=20, db_index=True)  # in its normal form
    tries = models.PositiveSmallIntegerField(_("times that keys were pressed"), default=0)
    rung_at = models.DateTimeField(_("called at"))
    expires_at = models.DateTimeField(_("rings until"), db_index=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["-rung_at"]

    def __str__(self) -> str:
        return self.number
