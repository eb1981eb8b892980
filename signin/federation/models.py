"""Sign-in tokens: what a broker gets for temporary credentials, for one sign-in to the console."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import TemporaryCredentials


class SigninToken(models.Model):
    """A token with which one browser is signed in as whoever has the credentials; once.

    There is only a digest of it. ``session_seconds`` is how long the session shall last; without
    it, it lasts as long as the credentials.
    """

    digest = models.CharField(max_length=64, unique=True)
    credentials = models.ForeignKey(
        TemporaryCredentials,
        verbose_name=_("temporary credentials"),
        on_delete=models.CASCADE,
        related_name="signin_tokens",
    )
    session_seconds = models.PositiveIntegerField(_("seconds that the session lasts"), null=True)
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    class Meta:
        verbose_name = _("sign-in token")
        verbose_name_plural = _("sign-in tokens")
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return f"{self.credentials_id} {self.issued_at:%Y-%m-%d %H:%M:%S}"
