"""Browsers in which several people are signed in side by side."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from signin.kernel import entropy


class MultiSession(models.Model):
    """A browser that opted in, at one sign-in host, to several sessions side by side.

    Its secret, of which there is a digest only, is the one way to those sessions. It is another
    one after each sign-in.
    """

    id = models.UUIDField(primary_key=True, default=entropy.identifier, editable=False)
    host = models.CharField(_("host"), max_length=255)
    key_digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(_("remembered until"), db_index=True)

    class Meta:
        verbose_name = _("browser with multi-session")
        verbose_name_plural = _("browsers with multi-session")

    def __str__(self) -> str:
        return f"{self.host} {self.id}"
