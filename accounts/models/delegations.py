"""Delegations: somebody's access that a program of somebody else trades a token for."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.principals import Principal


class TradeInToken(models.Model):
    """A token that is traded in for credentials of an IAM user, once. There is only a digest of it.

    ``seconds`` is how long the credentials last.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    principal = models.ForeignKey(
        Principal,
        verbose_name=_("principal"),
        on_delete=models.CASCADE,
        related_name="trade_in_tokens",
    )
    seconds = models.PositiveIntegerField(_("seconds that the credentials last"))
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("trade-in token")
        verbose_name_plural = _("trade-in tokens")
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return f"{self.principal} {self.issued_at:%Y-%m-%d %H:%M:%S}"
