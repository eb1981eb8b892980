"""What is known of people with a Builder ID, beside what every principal has."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Principal
from accounts.models.principals import PrincipalManager

LONGEST_NAME = 128


class Profile(models.Model):
    """How somebody with a Builder ID is called, and since when the address is known as theirs.

    Their e-mail is the principal's name (R-189: one Builder ID per address), their user ID the
    principal's unique ID.
    """

    principal = models.OneToOneField(
        Principal,
        verbose_name=_("Builder ID"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="builder_id_profile",
    )
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    nickname = models.CharField(_("nickname"), max_length=LONGEST_NAME, blank=True)
    email_verified_at = models.DateTimeField(_("e-mail confirmed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return self.name


class BuilderIdManager(PrincipalManager):
    """Finds Builder IDs only."""

    def get_queryset(self) -> models.QuerySet[Principal]:
        return super().get_queryset().filter(kind=Principal.Kind.BUILDER_ID)


class BuilderId(Principal):
    """Somebody with a Builder ID, for the admin site."""

    objects: ClassVar[BuilderIdManager] = BuilderIdManager()

    class Meta:
        proxy = True
        verbose_name = _("Builder ID")
        verbose_name_plural = _("Builder IDs")
