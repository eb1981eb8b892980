"""Browsers that a principal has signed in with before."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.principals import Principal


class KnownBrowser(models.Model):
    """A browser that proved itself: a copied cookie alone is worth nothing elsewhere (S-068)."""

    principal = models.ForeignKey(
        Principal,
        verbose_name=_("principal"),
        on_delete=models.CASCADE,
        related_name="known_browsers",
    )
    key_digest = models.CharField(max_length=64)
    user_agent = models.CharField(_("browser"), max_length=1024)
    ip = models.GenericIPAddressField(_("IP address"))
    expires_at = models.DateTimeField(_("remembered until"), db_index=True)

    class Meta:
        verbose_name = _("known browser")
        verbose_name_plural = _("known browsers")
        constraints = [
            models.UniqueConstraint(
                fields=["principal", "key_digest"], name="a_browser_is_known_once_per_principal"
            )
        ]

    def __str__(self) -> str:
        return f"{self.principal} on {self.user_agent}"
