"""Principals: whoever can sign in, of every kind, in one table."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts import messages
from accounts.models.accounts import Account
from signin.kernel import arns, clock, entropy, partitions

UNIQUE_ID_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
HEXADECIMAL = "0123456789abcdef"
IAM_USERNAME = r"[A-Za-z0-9+=,.@_-]{1,64}"
# Two names are AWS's own in every directory.
DIRECTORY_USERNAME = r"(?!(?i:Administrator|AWSAdministrators)\Z)[^\s\x00-\x1f\x7f-\x9f]{1,128}"


def fold(username: str) -> str:
    """Return the form in which names are compared: blanks around and capitals don't matter."""
    return username.strip().casefold()


def root_realm(partition_id: str) -> str:
    """Return in what the e-mail of a root user is unique: in the partition."""
    return "" if partition_id == partitions.AWS.id else partition_id


class PrincipalManager(BaseUserManager["Principal"]):
    """Finds principals with what their pages show."""

    def get_by_natural_key(self, username: str | None) -> "Principal":
        """Return an operator by name, as Django's admin commands ask for one."""
        return self.get(kind=Principal.Kind.OPERATOR, realm="", folded=fold(username or ""))


class Principal(AbstractBaseUser):
    """Whoever can sign in: one table, so that devices, sessions and codes have one owner.

    ``realm`` is what a name is unique in: the account ID for IAM users, a directory for its
    users, the ARN of the provider that vouches for federated identities, nothing for root users
    (R-236: one e-mail, at most one root user), Builder IDs (R-189: likewise) and operators.
    """

    class Kind(models.TextChoices):
        ROOT_USER = "root-user", _("root user")
        IAM_USER = "iam-user", _("IAM user")
        DIRECTORY_USER = "directory-user", _("Identity Center user")
        FEDERATED = "federated", _("federated identity")
        BUILDER_ID = "builder-id", _("Builder ID")
        OPERATOR = "operator", _("operator of this emulator")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    realm = models.CharField(_("realm"), max_length=300, blank=True)
    username = models.CharField(_("user name"), max_length=254)
    folded = models.CharField(max_length=254, editable=False)
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="principals",
    )
    unique_id = models.CharField(_("unique ID"), max_length=21, editable=False)
    must_change_password = models.BooleanField(
        _("must choose a new password at the next sign-in"), default=False
    )
    may_change_password = models.BooleanField(
        _("may change the password"),
        null=True,
        blank=True,
        help_text=_("Unknown: as the account's password policy says."),
    )
    password_changed_at = models.DateTimeField(_("password set at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), default=clock.now)
    last_login = None  # a sign-in is an event here, not a column

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PrincipalManager] = PrincipalManager()

    class Meta:
        verbose_name = _("principal")
        verbose_name_plural = _("principals")
        ordering = ["kind", "realm", "folded"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "realm", "folded"],
                name="one_principal_per_name_in_a_realm",
                violation_error_message=_("This name is taken. Capitals make no difference."),
            )
        ]

    def __str__(self) -> str:
        where = self.account.grouped_id if self.account else self.realm
        return f"{self.username} @ {where}" if where else self.username

    def save(self, **options: Any) -> None:
        self.complete()
        super().save(**options)

    def clean(self) -> None:
        """Refuse a name that this kind of principal can't have (R-079)."""
        super().clean()
        if validator := NAME_VALIDATORS.get(self.kind):
            try:
                validator(self.username)
            except ValidationError as error:
                raise ValidationError({"username": error.messages}) from error

    def complete(self) -> None:
        """Fill in what follows from the rest; saving does it, bulk creation must ask for it."""
        if self.kind != self.Kind.FEDERATED:  # whom their provider tells apart, capitals and all
            self.folded = fold(self.username)
        if self.kind == self.Kind.IAM_USER:
            self.realm = self.account_id or ""
        if self.kind == self.Kind.ROOT_USER and self._state.adding and self.account:
            self.realm = root_realm(self.account.partition)
        if not self.unique_id:
            self.unique_id = new_unique_id(self)

    @property
    def is_root(self) -> bool:
        """Whether this is the root user of an account."""
        return self.kind == self.Kind.ROOT_USER

    @property
    def partition(self) -> str:
        """The ID of the partition that somebody is in: their account's, or their directory's.

        Builder IDs, operators and federated identities are in none; addresses of theirs are of
        ``aws``.
        """
        if self.account:
            return self.account.partition
        if self.kind == self.Kind.DIRECTORY_USER:
            return self.profile.directory.partition.id
        return partitions.AWS.id

    @property
    def arn(self) -> str:
        """The ARN of a root user, an IAM user or a user of a directory.

        Of a federated identity it is that of the provider, which is all that IAM knows of it. A
        Builder ID has none: it is nothing to IAM (R-186).
        """
        if self.is_root:
            return arns.root_user(self.partition, self.account_id or "")
        if self.kind == self.Kind.DIRECTORY_USER:
            return arns.directory_user(self.partition, self.profile.user_id)
        if self.kind == self.Kind.FEDERATED:
            return self.realm
        if self.kind == self.Kind.BUILDER_ID:
            return ""
        return arns.iam_user(self.partition, self.account_id or "", self.username)

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin site lets this principal in: operators only."""
        return self.kind == self.Kind.OPERATOR

    def has_perm(self, permission: str, obj: object = None) -> bool:
        """Return whether the admin site allows something: an operator may do everything."""
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Return whether the admin site shows an app: an operator sees all."""
        return self.is_staff


NAME_VALIDATORS: dict[str, Callable[[str], None]] = {
    Principal.Kind.BUILDER_ID: EmailValidator(messages.EMAIL_INVALID),
    Principal.Kind.ROOT_USER: EmailValidator(messages.EMAIL_INVALID),
    Principal.Kind.IAM_USER: RegexValidator(rf"\A{IAM_USERNAME}\Z", messages.USERNAME_INVALID),
    Principal.Kind.DIRECTORY_USER: RegexValidator(
        rf"\A{DIRECTORY_USERNAME}\Z", messages.DIRECTORY_USERNAME_INVALID
    ),
}


def new_unique_id(principal: Principal) -> str:
    """Return AWS's kind of unique ID: the account's number for root, AIDA… for IAM users.

    Of Builder IDs nobody sees it but in this emulator's events.
    """
    if principal.is_root:
        return principal.account_id or ""
    if principal.kind == Principal.Kind.IAM_USER:
        return iam_user_id(entropy.text(10, UNIQUE_ID_ALPHABET))
    if principal.kind == Principal.Kind.BUILDER_ID:
        return builder_user_id(entropy.text(16, HEXADECIMAL))
    return ""


def iam_user_id(middle: str) -> str:
    """Return the unique ID of an IAM user; its end says that it is none of AWS's."""
    return f"AIDA{middle}EXAMPLE"


def builder_user_id(middle: str) -> str:
    """Return the user ID of a Builder ID, of sixteen hexadecimal digits."""
    return f"bid-{middle}"


class RootUserManager(PrincipalManager):
    """Finds root users only."""

    def get_queryset(self) -> models.QuerySet["Principal"]:
        return super().get_queryset().filter(kind=Principal.Kind.ROOT_USER)


class IamUserManager(PrincipalManager):
    """Finds IAM users only."""

    def get_queryset(self) -> models.QuerySet["Principal"]:
        return super().get_queryset().filter(kind=Principal.Kind.IAM_USER)


class RootUser(Principal):
    """A root user, for the admin site."""

    objects: ClassVar[RootUserManager] = RootUserManager()

    class Meta:
        proxy = True
        verbose_name = _("root user")
        verbose_name_plural = _("root users")


class IamUser(Principal):
    """An IAM user, for the admin site."""

    objects: ClassVar[IamUserManager] = IamUserManager()

    class Meta:
        proxy = True
        verbose_name = _("IAM user")
        verbose_name_plural = _("IAM users")
