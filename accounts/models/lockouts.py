"""How many tries failed in a row, and who has to wait."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.principals import Principal


class Lockout(models.Model):
    """The failures of one identity or of one client address.

    The key is a keyed digest: a password typed into the name field must not end up here.
    """

    key = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(_("counts tries of"), max_length=10)
    principal = models.ForeignKey(
        Principal, verbose_name=_("principal"), null=True, blank=True, on_delete=models.CASCADE
    )
    failures = models.PositiveIntegerField(_("failures in a row"))
    allowed = models.PositiveIntegerField(_("failures allowed"))
    blocked_until = models.DateTimeField(_("blocked until"), null=True, blank=True)
    expires_at = models.DateTimeField(_("remembered until"), db_index=True)

    class Meta:
        verbose_name = _("lockout")
        verbose_name_plural = _("lockouts")
        ordering = ["-expires_at"]

    def __str__(self) -> str:
        return str(self.principal or self.kind)
