"""Roles of accounts: what people work as who are not of the account."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account
from accounts.models.directories import Directory
from accounts.models.principals import IAM_USERNAME, UNIQUE_ID_ALPHABET, Principal, fold
from signin.kernel import arns, clock, entropy, partitions

NAME = r"[A-Za-z0-9_+=,.@-]"
ROLE_NAME = rf"{NAME}{{1,64}}"
PERMISSION_SET_NAME = rf"{NAME}{{1,32}}"
HOUR = 3600  # seconds
RESERVED_PATH = "/aws-reserved/sso.amazonaws.com/"
# Whom a role can trust: an account, a user, a role, a provider of an account.
TRUSTED = (
    rf"arn:(?:{partitions.ID}):iam::[0-9]{{12}}:(?:root|user/{IAM_USERNAME}|role/(?:[!-.0-~]+/)*{ROLE_NAME}"
    r"|saml-provider/[A-Za-z0-9_.-]{1,128}|oidc-provider/[!-~]{1,255})"
)


MOST_SUBJECTS = 100
LONGEST_SUBJECT = 255


def check_subjects(value: object) -> None:
    """Raise ValidationError unless a value is a list of patterns of subjects."""
    if not isinstance(value, list) or len(value) > MOST_SUBJECTS:
        raise ValidationError(_("A list of up to 100 patterns."))
    for each in value:
        is_plain = isinstance(each, str) and each.isprintable()
        if not is_plain or not 0 < len(each) <= LONGEST_SUBJECT:
            raise ValidationError(_("A pattern is a text of up to 255 characters."))


class PermissionSet(models.Model):
    """What somebody who is assigned to an account may do there, and for how long at a time."""

    directory = models.ForeignKey(
        Directory,
        verbose_name=_("directory"),
        on_delete=models.CASCADE,
        related_name="permission_sets",
    )
    name = models.CharField(
        _("name"),
        max_length=32,
        validators=[
            RegexValidator(
                rf"\A{PERMISSION_SET_NAME}\Z",
                _("Up to 32 letters, digits and + = , . @ _ - without blanks."),
            )
        ],
    )
    description = models.CharField(_("description"), max_length=700, blank=True)
    session_minutes = models.PositiveSmallIntegerField(
        _("minutes that a session lasts"),
        default=60,
        validators=[MinValueValidator(60), MaxValueValidator(720)],
        help_text=_("60 to 720: one hour to twelve"),
    )
    relay_state = models.CharField(
        _("relay state"),
        max_length=240,
        blank=True,
        help_text=_("The console's page that opens first, such as /support/home."),
        validators=[
            RegexValidator(r"\A(?:https?://|/)[!-~]+\Z", _("The address of a page of the console."))
        ],
    )

    class Meta:
        verbose_name = _("permission set")
        verbose_name_plural = _("permission sets")
        ordering = ["directory", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "name"],
                name="one_permission_set_per_name_in_a_directory",
                violation_error_message=_("The directory has a permission set of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.Model):
    """A role of an account, and whom it trusts.

    Identity Center makes one for each permission set in each account where somebody has it; such
    a role is not the account's to change. ``trusts`` are ARNs: of an account's root user for
    everybody in the account, of an IAM user, of a role, or of an identity provider of the account.
    ``subjects`` are patterns with * and ? of those whom such a provider may send; none means all.
    """

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="roles"
    )
    permission_set = models.ForeignKey(
        PermissionSet,
        verbose_name=_("made for the permission set"),
        null=True,
        blank=True,
        editable=False,
        on_delete=models.CASCADE,
        related_name="roles",
    )
    path = models.CharField(
        _("path"),
        max_length=512,
        default="/",
        validators=[RegexValidator(r"\A/(?:[!-.0-~]+/)*\Z", _("A path begins and ends with /."))],
    )
    name = models.CharField(
        _("name"),
        max_length=64,
        validators=[
            RegexValidator(
                rf"\A{ROLE_NAME}\Z",
                _("Up to 64 letters, digits and + = , . @ _ - without blanks."),
            )
        ],
    )
    folded = models.CharField(max_length=64, editable=False)
    unique_id = models.CharField(_("unique ID"), max_length=21, editable=False)
    trusts: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("trusted principals"), default=list, blank=True
    )
    subjects: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("subjects of identity providers"),
        default=list,
        blank=True,
        validators=[check_subjects],
    )
    external_id = models.CharField(
        _("external ID"),
        max_length=1224,
        blank=True,
        help_text=_("Asked of whoever takes the role by the API; the console has none to give."),
    )
    session_seconds = models.PositiveIntegerField(
        _("seconds that a session lasts at most"),
        default=HOUR,
        validators=[MinValueValidator(HOUR), MaxValueValidator(12 * HOUR)],
        help_text=_("3600 to 43200: one hour to twelve"),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        ordering = ["account", "folded"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "folded"],
                name="one_role_per_name_in_an_account",
                violation_error_message=_("The account has a role of this name."),
            ),
            models.UniqueConstraint(
                fields=["account", "permission_set"], name="one_role_per_permission_set"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        self.complete()
        super().save(**options)

    def complete(self) -> None:
        """Fill in what follows from the rest; saving does it, bulk creation must ask for it."""
        self.folded = fold(self.name)
        if not self.unique_id:
            self.unique_id = role_id(entropy.text(10, UNIQUE_ID_ALPHABET))

    @property
    def arn(self) -> str:
        """The role's ARN."""
        return arns.role(self.account.partition, self.account_id, self.path, self.name)

    def session_arn(self, session_name: str) -> str:
        """Return the ARN of somebody's session as the role."""
        return arns.role_session(self.account.partition, self.account_id, self.name, session_name)


def role_id(middle: str) -> str:
    """Return the unique ID of a role; its end says that it is none of AWS's."""
    return f"AROA{middle}EXAMPLE"


class Assignment(models.Model):
    """A user or a group of a directory has a permission set in an account."""

    permission_set = models.ForeignKey(
        PermissionSet,
        verbose_name=_("permission set"),
        on_delete=models.CASCADE,
        related_name="assignments",
    )
    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="assignments"
    )
    user = models.ForeignKey(
        Principal,
        verbose_name=_("user"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="assignments",
    )
    group = models.ForeignKey(
        "accounts.Group",
        verbose_name=_("group"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="assignments",
    )

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["account", "permission_set"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(group=None),
                name="an_assignment_is_a_users_or_a_groups",
                violation_error_message=_("Choose either a user or a group."),
            ),
            models.UniqueConstraint(
                fields=["permission_set", "account", "user"],
                condition=models.Q(group=None),
                name="a_user_is_assigned_once",
            ),
            models.UniqueConstraint(
                fields=["permission_set", "account", "group"],
                condition=models.Q(user=None),
                name="a_group_is_assigned_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user or self.group}: {self.permission_set} @ {self.account_id}"
