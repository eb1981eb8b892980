"""Temporary credentials: what programs sign their requests with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.principals import Principal
from accounts.models.roles import Role
from accounts.models.sessions import Session


class TemporaryCredentials(models.Model):
    """An access key with an end, of somebody who works as a role.

    The secret is sealed, because signatures are checked with it; of the session token there is
    only a digest. ``session`` is the portal session in which they were asked for.
    """

    access_key_id = models.CharField(_("access key ID"), primary_key=True, max_length=20)
    sealed_secret = models.TextField()
    token_digest = models.CharField(max_length=64, unique=True)
    principal = models.ForeignKey(
        Principal,
        verbose_name=_("principal"),
        on_delete=models.CASCADE,
        related_name="temporary_credentials",
    )
    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="credentials"
    )
    session_name = models.CharField(_("role session name"), max_length=128)
    session = models.ForeignKey(
        Session,
        verbose_name=_("asked for in"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="credentials",
    )
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("temporary credentials")
        verbose_name_plural = _("temporary credentials")
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return self.access_key_id
