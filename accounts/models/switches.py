"""Roles that people have switched to at the console."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.roles import Role
from accounts.models.sessions import Session


class RoleSwitch(models.Model):
    """The role that a sign-in works as for now, instead of whoever signed in.

    It belongs to the session at the sign-in host, so that the consoles of all regions show it.
    """

    session = models.OneToOneField(
        Session, primary_key=True, on_delete=models.CASCADE, related_name="switch"
    )
    role = models.ForeignKey(
        Role, verbose_name=_("role"), on_delete=models.CASCADE, related_name="switches"
    )
    display_name = models.CharField(_("display name"), max_length=64, blank=True)
    color = models.CharField(_("colour"), max_length=7, blank=True)
    switched_at = models.DateTimeField(_("switched at"))
    expires_at = models.DateTimeField(_("ends at"), db_index=True)

    class Meta:
        verbose_name = _("switch of roles")
        verbose_name_plural = _("switches of roles")

    def __str__(self) -> str:
        return self.display_name or str(self.role)
