"""An account's own password policy, which its IAM users live by."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account


def _between(least: int, most: int) -> list[MinValueValidator | MaxValueValidator]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class PasswordPolicy(models.Model):
    """What an account asks of its IAM users' passwords; without one, the default holds.

    Length and characters act when a password is changed next, age acts at once.
    """

    account = models.OneToOneField(
        Account,
        verbose_name=_("account"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="password_policy",
    )
    minimum_length = models.PositiveSmallIntegerField(
        _("minimum length"), default=8, validators=_between(6, 128), help_text=_("6 to 128")
    )
    require_uppercase = models.BooleanField(_("an upper-case letter is needed"), default=False)
    require_lowercase = models.BooleanField(_("a lower-case letter is needed"), default=False)
    require_numbers = models.BooleanField(_("a digit is needed"), default=False)
    require_symbols = models.BooleanField(_("a symbol is needed"), default=False)
    max_age_days = models.PositiveSmallIntegerField(
        _("expires after days"),
        null=True,
        blank=True,
        validators=_between(1, 1095),
        help_text=_("1 to 1095; left empty: passwords don't expire"),
    )
    reuse_prevention = models.PositiveSmallIntegerField(
        _("passwords remembered"),
        null=True,
        blank=True,
        validators=_between(1, 24),
        help_text=_("1 to 24 that can't be used again; left empty: only the one in use"),
    )
    hard_expiry = models.BooleanField(
        _("only an administrator renews an expired password"), default=False
    )
    users_may_change = models.BooleanField(_("users may change their own password"), default=True)

    class Meta:
        verbose_name = _("password policy")
        verbose_name_plural = _("password policies")
        ordering = ["account"]

    def __str__(self) -> str:
        return str(self.account)

    def clean(self) -> None:
        """Refuse an expiry that only says what happens after it."""
        super().clean()
        if self.hard_expiry and self.max_age_days is None:
            raise ValidationError({"hard_expiry": _("Say after how many days passwords expire.")})
