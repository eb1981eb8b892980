"""Challenges that were shown."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from signin.flow.models import Attempt
from signin.kernel import entropy


class Captcha(models.Model):
    """One challenge, shown to one attempt and good for one answer.

    The answer is stored nowhere: it follows from the ID and this installation's key.
    """

    id = models.CharField(primary_key=True, max_length=32, default=entropy.handle, editable=False)
    attempt = models.ForeignKey(
        Attempt, verbose_name=_("attempt"), on_delete=models.CASCADE, related_name="captchas"
    )
    shown_at = models.DateTimeField(_("shown at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    used_at = models.DateTimeField(_("answered at"), null=True)

    class Meta:
        verbose_name = _("security check")
        verbose_name_plural = _("security checks")
        ordering = ["-shown_at"]

    def __str__(self) -> str:
        return self.id
