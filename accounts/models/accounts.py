"""Accounts: what a root user owns and IAM users work in."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from signin.hosts import REGION
from signin.kernel import clock

REOPENABLE_FOR = timedelta(days=90)


class Account(models.Model):
    """One account. Its state decides what a right password is worth."""

    class State(models.TextChoices):
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        CLOSED = "closed", _("closed")

    class Partition(models.TextChoices):
        AWS = "aws", _("AWS")
        AWS_CN = "aws-cn", _("AWS China")
        AWS_US_GOV = "aws-us-gov", _("AWS GovCloud (US)")
        AWS_EUSC = "aws-eusc", _("AWS European Sovereign Cloud")

    class CaptchaMode(models.TextChoices):
        ALWAYS = "always", _("always")
        AFTER_FAILURES = "after-failures", _("after failures")
        NEVER = "never", _("never")

    class EmailCodeMode(models.TextChoices):
        NEW_BROWSER = "new-browser", _("for a new browser")
        ALWAYS = "always", _("always")
        NEVER = "never", _("never")

    class RootMfaMode(models.TextChoices):
        OPTIONAL = "optional", _("as they like")
        REQUIRED = "required", _("required, after 35 days at the latest")

    id = models.CharField(
        _("account ID"),
        primary_key=True,
        max_length=12,
        validators=[RegexValidator(r"\A[0-9]{12}\Z", _("Twelve digits, without hyphens."))],
    )
    name = models.CharField(
        _("name"),
        max_length=50,
        validators=[
            RegexValidator(r"\A[ -~]+\Z", _("Only letters without accents, digits and signs."))
        ],
    )
    alias = models.CharField(
        _("alias"),
        max_length=63,
        null=True,
        blank=True,
        unique=True,
        validators=[
            RegexValidator(
                r"\A(?![0-9]{12}\Z)[a-z0-9](?:[a-z0-9]|-(?!-)){1,61}[a-z0-9]\Z",
                _("3 to 63 lower-case letters, digits and single hyphens; not twelve digits."),
            ),
            RegexValidator(
                rf"\A{REGION}\Z",
                _("This is a region's name, so it can't be an alias."),
                inverse_match=True,
            ),
        ],
    )
    partition = models.CharField(
        _("partition"),
        max_length=10,
        choices=Partition,
        default=Partition.AWS,
        help_text=_("Where the account is known; it stays as it is. ARNs begin with it."),
    )
    phone = models.CharField(_("contact phone"), max_length=20, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    # The end of the time in which a closed account can be reopened.
    expires_at = models.DateTimeField(_("can be reopened until"), null=True, blank=True)
    captcha_mode = models.CharField(
        _("security check at root sign-in"),
        max_length=14,
        choices=CaptchaMode,
        default=CaptchaMode.ALWAYS,
    )
    email_code_mode = models.CharField(
        _("mailed code at root sign-in"),
        max_length=11,
        choices=EmailCodeMode,
        default=EmailCodeMode.NEW_BROWSER,
    )
    root_mfa_mode = models.CharField(
        _("second factor of the root user"),
        max_length=8,
        choices=RootMfaMode,
        default=RootMfaMode.OPTIONAL,
    )
    # Set by the first sign-in that asks for a device (newer behaviour C4).
    root_mfa_grace_ends_at = models.DateTimeField(
        _("root user may do without a device until"), null=True, blank=True
    )
    issues_web_identity_tokens = models.BooleanField(
        _("gives its people tokens for other services"),
        default=False,
        help_text=_("IAM calls it outbound identity federation; STS gives such tokens then."),
    )
    console_authorization = models.BooleanField(
        _("controls who signs in to the console"),
        default=False,
        help_text=_("The account's statements on sign-in count only then."),
    )
    # That of the organization which manages root users of its accounts (newer behaviour C4).
    management_account = models.ForeignKey(
        "self",
        verbose_name=_("management account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="member_accounts",
        help_text=_("Whoever works there can act as the root user here, for a task (AssumeRoot)."),
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.grouped_id})"

    def clean(self) -> None:
        """Refuse an account that manages itself, and an issuer of tokens outside of ``aws``."""
        super().clean()
        if self.issues_web_identity_tokens and self.partition != self.Partition.AWS:
            problem = _("Only accounts of the partition aws have an issuer of tokens here.")
            raise ValidationError({"issues_web_identity_tokens": problem})
        if self.management_account_id == self.id and self.id:
            problem = _("Another account: the management account has its root user.")
            raise ValidationError({"management_account": problem})

    @property
    def grouped_id(self) -> str:
        """The account ID as people read it: 1111-2222-3333 (R-213)."""
        return "-".join((self.id[:4], self.id[4:8], self.id[8:]))

    @property
    def is_gone(self) -> bool:
        """Whether the account is closed for good: nobody can tell that it was ever there."""
        return self.expires_at is not None and self.expires_at <= clock.now()

    def close(self, at: datetime) -> None:
        """Note that the account is closed, and until when it can be reopened."""
        self.state = self.State.CLOSED
        self.closed_at = at
        self.expires_at = at + REOPENABLE_FOR

    def reopen(self) -> None:
        """Make the account active again."""
        self.state = self.State.ACTIVE
        self.closed_at = self.expires_at = None

    def ask_for_device(self, mode: str) -> None:
        """Note whether the root user has to have a device; a new demand has its whole grace."""
        self.root_mfa_mode = self.RootMfaMode(mode)
        if mode == self.RootMfaMode.OPTIONAL:
            self.root_mfa_grace_ends_at = None
