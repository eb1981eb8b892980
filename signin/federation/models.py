"""What signs somebody in once: tokens that brokers get, and assertions of identity providers."""

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


class UsedAssertion(models.Model):
    """A SAML assertion that was used for something: its digest can't be stored a second time.

    It is of the issuer, the ID and the purpose. Nothing else of an assertion is kept.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used SAML assertion")
        verbose_name_plural = _("used SAML assertions")

    def __str__(self) -> str:
        return self.digest
