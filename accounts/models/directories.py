"""Directories of IAM Identity Center: who is in them, and how they sign in."""

import re
from datetime import timedelta
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account
from accounts.models.principals import Principal, PrincipalManager, fold
from signin.hosts import INSTANCE, PORTAL_NAME, REGION
from signin.kernel import clock, entropy, partitions
from signin.kernel.partitions import Partition

DIRECTORY_ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
SHORTEST_SESSION = 15  # minutes
LONGEST_SESSION = 90 * 24 * 60


def new_instance_id() -> str:
    """Return an ID for a new instance of Identity Center."""
    return f"ssoins-{entropy.handle()[:16]}"


def check_regions(regions: object) -> None:
    """Raise ValidationError unless it is a list of different regions."""
    is_list = isinstance(regions, list) and all(isinstance(each, str) for each in regions)
    if not isinstance(regions, list) or not is_list or len(set(regions)) != len(regions):
        raise ValidationError(_("A list of different regions."))
    if not all(re.fullmatch(REGION, each) for each in regions):
        raise ValidationError(_("A region, such as us-east-1."))


class Directory(models.Model):
    """One instance of Identity Center with the directory that is its identity source.

    Its settings are those that an administrator has; ``account`` is the one that it was enabled
    in, whose log has its events.
    """

    class MfaMode(models.TextChoices):
        CONTEXT_AWARE = "context-aware", _("only when the context of the sign-in changes")
        ALWAYS_ON = "always-on", _("at every sign-in")
        NEVER = "never", _("never")

    class NoDeviceMode(models.TextChoices):
        REGISTER = "register", _("has to register one")
        EMAIL_CODE = "email-code", _("gets a code by mail")
        BLOCK = "block", _("can't sign in")
        ALLOW = "allow", _("may sign in")

    class EmailCodeMode(models.TextChoices):
        NEVER = "never", _("never")
        NEW_BROWSER = "new-browser", _("for a new browser")
        ALWAYS = "always", _("always")

    class IdentitySource(models.TextChoices):
        DIRECTORY = "directory", _("Identity Center directory")
        MANAGED_AD = "managed-ad", _("Active Directory, managed by AWS")
        AD_CONNECTOR = "ad-connector", _("Active Directory of one's own, by AD Connector")
        EXTERNAL = "external", _("external identity provider")

    class DisablingMode(models.TextChoices):
        AT_ONCE = "at-once", _("ends everything at once")
        DELAYED = "delayed", _("takes as long as AWS's")

    class EventIdentity(models.TextChoices):
        NEW = "2025", _("as since 2025: IdentityCenterUser")
        LEGACY = "legacy", _("as before: Unknown")

    id = models.CharField(
        _("directory ID"),
        primary_key=True,
        max_length=12,
        validators=[
            RegexValidator(r"\Ad-[a-z0-9]{10}\Z", _("d- and ten lower-case letters or digits."))
        ],
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account that it belongs to"),
        on_delete=models.CASCADE,
        related_name="directories",
    )
    region = models.CharField(
        _("region"),
        max_length=20,
        default="us-east-1",
        validators=[RegexValidator(rf"\A{REGION}\Z", _("A region, such as us-east-1."))],
    )
    instance_id = models.CharField(
        _("instance ID"),
        max_length=23,
        unique=True,
        default=new_instance_id,
        editable=False,
        validators=[RegexValidator(rf"\A{INSTANCE}\Z")],
    )
    additional_regions: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("additional regions"),
        default=list,
        blank=True,
        validators=[check_regions],
        help_text=_("Where its portal and its API are as well, beside its own region."),
    )
    subdomain = models.CharField(
        _("portal subdomain"),
        max_length=63,
        null=True,
        blank=True,
        unique=True,
        validators=[
            RegexValidator(
                rf"\A{PORTAL_NAME}\Z",
                _("Lower-case letters, digits and single hyphens; not like a directory ID."),
            )
        ],
        help_text=_("Once it is set, it stays for good."),
    )
    identity_source = models.CharField(
        _("identity source"),
        max_length=12,
        choices=IdentitySource,
        default=IdentitySource.DIRECTORY,
    )
    domain = models.CharField(
        _("Active Directory domain"),
        max_length=253,
        blank=True,
        validators=[
            RegexValidator(
                r"\A[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+\Z",
                _("A domain in lower case, such as corp.example.com."),
            )
        ],
    )
    mfa_mode = models.CharField(
        _("a device is asked for"),
        max_length=13,
        choices=MfaMode,
        default=MfaMode.CONTEXT_AWARE,
    )
    no_device_mode = models.CharField(
        _("somebody without a device"),
        max_length=10,
        choices=NoDeviceMode,
        default=NoDeviceMode.REGISTER,
    )
    allows_apps = models.BooleanField(_("authenticator apps can be registered"), default=True)
    allows_passkeys = models.BooleanField(
        _("security keys and passkeys can be registered"), default=True
    )
    users_manage_devices = models.BooleanField(
        _("users can add and manage their own devices"), default=True
    )
    email_code_mode = models.CharField(
        _("a code is mailed at sign-in"),
        max_length=11,
        choices=EmailCodeMode,
        default=EmailCodeMode.NEVER,
    )
    mails_one_time_passwords = models.BooleanField(
        _("users made by the API get a one-time password by mail"), default=True
    )
    session_minutes = models.PositiveIntegerField(
        _("minutes that a portal session lasts"),
        default=8 * 60,
        validators=[MinValueValidator(SHORTEST_SESSION), MaxValueValidator(LONGEST_SESSION)],
        help_text=_("15 minutes to 90 days (129600); sessions that are open keep their end."),
    )
    background_minutes = models.PositiveIntegerField(
        _("minutes that a background session lasts"),
        default=7 * 24 * 60,
        validators=[MinValueValidator(SHORTEST_SESSION), MaxValueValidator(LONGEST_SESSION)],
        help_text=_(
            "15 minutes to 90 days (129600). In it a program works for somebody who is not there."
        ),
    )
    extended_sessions = models.BooleanField(
        _("Kiro and Amazon Q Developer stay signed in for 90 days"),
        default=False,
        help_text=_(
            "They are programs that ask for scopes of codewhisperer: only. "
            "Signing out doesn't end it."
        ),
    )
    skips_consent = models.BooleanField(
        _("a program is let in without a question where its user is signed in already"),
        default=False,
    )
    disabling_mode = models.CharField(
        _("disabling a user"),
        max_length=7,
        choices=DisablingMode,
        default=DisablingMode.AT_ONCE,
    )
    event_identity = models.CharField(
        _("events name users"), max_length=6, choices=EventIdentity, default=EventIdentity.NEW
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("directory")
        verbose_name_plural = _("directories")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.subdomain} ({self.id})" if self.subdomain else self.id

    @property
    def partition(self) -> Partition:
        """The partition that it is in, with its region."""
        return partitions.of_region(self.region)

    @property
    def portal_name(self) -> str:
        """The name of the portal: the subdomain, else the ID.

        Outside of the partition ``aws`` it is that of the instance and the region, since there
        portals of a name share a host.
        """
        if self.partition is not partitions.AWS:
            return f"{self.instance_id}.{self.region}"
        return self.subdomain or self.id

    @property
    def regions(self) -> list[str]:
        """Its own region, and those that were added."""
        return [self.region, *self.additional_regions]

    @property
    def portal_names(self) -> frozenset[str]:
        """By what names its portal is found: the ID, the subdomain, one for each region."""
        regional = {f"{self.instance_id}.{region}" for region in self.regions}
        return frozenset({self.id, self.portal_name, *regional})

    def is_named(self, portal: str) -> bool:
        """Return whether its portal has this name."""
        return portal in self.portal_names

    def portal_at(self, region: str) -> str:
        """Return the name of its portal in one of its regions."""
        return self.portal_name if region == self.region else f"{self.instance_id}.{region}"

    def region_at(self, region: str | None) -> str:
        """Return in which of its regions something is asked at a host; its own, if in none."""
        return region if region in self.regions else self.region

    @property
    def session_lifetime(self) -> timedelta:
        """How long a session lasts that is opened now (R-100)."""
        return timedelta(minutes=self.session_minutes)

    @property
    def background_lifetime(self) -> timedelta:
        """How long a session lasts in which a program works for somebody who is not there."""
        return timedelta(minutes=self.background_minutes)

    @property
    def store_arn(self) -> str:
        """The ARN of the identity store, as events name it."""
        return self.partition.arn("identitystore", "", self.account_id, f"identitystore/{self.id}")

    @property
    def keeps_passwords(self) -> bool:
        """Whether passwords are changed here; who is elsewhere looks after their own."""
        source = Directory.IdentitySource
        return self.identity_source not in {source.AD_CONNECTOR, source.EXTERNAL}

    @property
    def is_external(self) -> bool:
        """Whether its users prove who they are to somebody else's provider."""
        return self.identity_source == Directory.IdentitySource.EXTERNAL

    @property
    def short_domain(self) -> str:
        """The domain as it stands before a backslash: the first part, in capitals."""
        return self.domain.partition(".")[0].upper()

    @property
    def asks_for_domain(self) -> bool:
        """Whether a user name counts behind its domain only (behaviour 7.1)."""
        is_connected = self.identity_source == Directory.IdentitySource.AD_CONNECTOR
        return is_connected and self.mfa_mode != Directory.MfaMode.NEVER

    def clean(self) -> None:
        """Refuse what doesn't fit together, and another subdomain than the one that was set."""
        super().clean()
        source = Directory.IdentitySource
        has_domain = self.identity_source in {source.MANAGED_AD, source.AD_CONNECTOR}
        if has_domain and not self.domain:
            raise ValidationError({"domain": _("Active Directory has a domain.")})
        if self.domain and not has_domain:
            raise ValidationError({"domain": _("Only Active Directory has a domain.")})
        if not self._state.adding and self._is_renamed():
            raise ValidationError({"subdomain": _("The subdomain was set, and stays for good.")})
        if self.region in self.additional_regions:
            raise ValidationError({"additional_regions": _("Regions beside its own.")})
        if self.partition.id != self.account.partition:
            raise ValidationError({"region": _("A region of the account's partition.")})
        if not all(self.partition.has_region(each) for each in self.additional_regions):
            problem = _("Regions of the same partition as its own.")
            raise ValidationError({"additional_regions": problem})
        if not self.allows_apps and not self.allows_passkeys:
            raise ValidationError({"allows_apps": _("One kind of device has to be possible.")})
        self.subdomain = self.subdomain or None

    def _is_renamed(self) -> bool:
        stored = Directory.objects.filter(pk=self.pk).values_list("subdomain", flat=True).first()
        return bool(stored) and self.subdomain != stored


class DirectoryProfile(models.Model):
    """What a directory knows of one of its users beyond the name and the password."""

    principal = models.OneToOneField(
        Principal, primary_key=True, on_delete=models.CASCADE, related_name="profile"
    )
    directory = models.ForeignKey(
        Directory,
        verbose_name=_("directory"),
        on_delete=models.CASCADE,
        related_name="profiles",
    )
    user_id = models.CharField(_("user ID"), max_length=47, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254)
    folded_email = models.CharField(max_length=254, editable=False)
    given_name = models.CharField(_("first name"), max_length=100, blank=True)
    family_name = models.CharField(_("last name"), max_length=100, blank=True)
    display_name = models.CharField(_("display name"), max_length=200, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    email_verified_at = models.DateTimeField(_("e-mail address verified at"), null=True, blank=True)
    # Of a password that an administrator handed over: it is good once, until then.
    one_time_until = models.DateTimeField(
        _("one-time password good until"), null=True, blank=True, editable=False
    )

    class Meta:
        verbose_name = _("profile of a directory user")
        verbose_name_plural = _("profiles of directory users")
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "folded_email"],
                name="one_email_per_directory",
                violation_error_message=_("Another user of the directory has this e-mail address."),
            )
        ]

    def __str__(self) -> str:
        return self.shown_name

    def save(self, **options: Any) -> None:
        self.complete()
        super().save(**options)

    @property
    def shown_name(self) -> str:
        """The display name, or the user name where there is none."""
        return self.display_name or self.principal.username

    def complete(self) -> None:
        """Fill in what follows from the rest; saving does it, bulk creation must ask for it."""
        self.folded_email = fold(self.email)
        if not self.user_id:
            self.user_id = new_user_id()


def new_user_id() -> str:
    """Return an identity store's kind of user ID: ten hexadecimal digits and a UUID."""
    return f"{entropy.handle()[:10]}-{entropy.identifier()}"


class DirectoryUserManager(PrincipalManager):
    """Finds users of directories only."""

    def get_queryset(self) -> models.QuerySet[Principal]:
        kind = Principal.Kind.DIRECTORY_USER
        return super().get_queryset().filter(kind=kind).select_related("profile__directory")


class DirectoryUser(Principal):
    """A user of a directory, for the admin site."""

    objects: ClassVar[DirectoryUserManager] = DirectoryUserManager()

    class Meta:
        proxy = True
        verbose_name = _("Identity Center user")
        verbose_name_plural = _("Identity Center users")
