"""Faults that are armed, and incidents that happened."""

from collections.abc import Sequence

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from signin.kernel import entropy


class Kind(models.TextChoices):
    """What can be broken behind the pages; each can be armed, and is the cause of incidents."""

    CLOCK_SKEW = "clock-skew", _("the clock of the device is wrong")
    INSTANCE_SETUP = "instance-setup", _("the Identity Center instance is not set up rightly")
    AD_CONNECTOR = "ad-connector", _("the service account of the AD Connector is wrong or expired")
    UPDATE_PASSWORD = "update-password", _("the directory can't store a new password")
    SLOW_DOWN = "slow-down", _("a program that waits for its code is told to ask less often")
    THROTTLED = (
        "throttled",
        _("a program that calls the access portal's API or STS is told that it calls too often"),
    )
    SERVER_ERROR = (
        "server-error",
        _("a program's call of SSO-OIDC, the access portal's API or STS fails on the server"),
    )
    IDENTITY_PROVIDER = (
        "identity-provider",
        _("the answer of the external identity provider is refused, or there is no provider"),
    )


def kinds() -> Sequence[tuple[str, str | Promise]]:
    """Return the kinds with their names; a function, so that a new one needs no migration."""
    return Kind.choices


class Fault(models.Model):
    """A fault that strikes whoever comes next, some times or until it is disarmed."""

    kind = models.CharField(_("kind"), primary_key=True, max_length=32, choices=kinds)
    left = models.PositiveIntegerField(_("times left"), null=True)  # NULL: until it is disarmed
    armed_at = models.DateTimeField(_("armed at"))

    class Meta:
        verbose_name = _("fault")
        verbose_name_plural = _("faults")
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.kind


def correlation_id() -> str:
    """Return a correlation ID: random, so that it says nothing of what happened."""
    return entropy.identifier_text()


class Incident(models.Model):
    """One failure. Its page shows the number and keeps the cause to itself."""

    id = models.BigAutoField(primary_key=True)
    number = models.CharField(_("number"), max_length=36, unique=True, default=correlation_id)
    cause = models.CharField(_("cause"), max_length=32, choices=kinds)
    place = models.CharField(_("where"), max_length=255)  # host and path of the page
    occurred_at = models.DateTimeField(_("time"))
    expires_at = models.DateTimeField(_("kept until"), db_index=True)

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number
