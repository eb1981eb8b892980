"""Identity providers: who else vouches for people, and how their word is known."""

import re
import string
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.accounts import Account
from accounts.models.directories import Directory
from signin.kernel import arns, clock, entropy

PROVIDER_UUID = r"SAMLSP[A-Z0-9]{16}"
UUID_ALPHABET = string.ascii_uppercase + string.digits
MOST_PRIVATE_KEYS = 2  # IAM's quota: the present one, and the next
PROVIDER_NAME = r"[A-Za-z0-9_.-]{1,128}"
ISSUER_URL = r"https?://[a-z0-9.-]+(?::[0-9]{1,5})?(?:/[!-.0-~]+)*/?"
MOST_KEYS = 100
MOST_AUDIENCES = 100
LONGEST_AUDIENCE = 255
# Members of private keys and of secrets that two share (RFC 7518, 6).
SECRETS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def check_key_set(value: object) -> None:
    """Raise ValidationError unless a value is a set of public keys (RFC 7517, 5)."""
    keys = value["keys"] if isinstance(value, dict) and set(value) == {"keys"} else None
    if not isinstance(keys, list) or not 0 < len(keys) <= MOST_KEYS:
        raise ValidationError(_("A JSON Web Key Set, which has its keys in the member “keys”."))
    for key in keys:
        is_key = isinstance(key, dict) and all(map(_is_member, [*key, *key.values()]))
        if not is_key or key.get("kty") not in {"RSA", "EC"}:
            raise ValidationError(_("Each key is a JSON object with the kty RSA or EC."))
        if not SECRETS.isdisjoint(key):
            raise ValidationError(_("Public keys only: one of these has private members."))


def _is_member(value: object) -> bool:
    """Return whether a value is one that members of keys have, and every database takes."""
    parts = value if isinstance(value, list) else [value]
    return all(isinstance(each, bool) or is_plain(each) for each in parts)


def is_plain(value: object) -> bool:
    """Return whether a value is a text without control characters and halves of characters."""
    return isinstance(value, str) and value.isprintable()


def check_audiences(value: object) -> None:
    """Raise ValidationError unless a value is a list of names that tokens can be for."""
    if not isinstance(value, list) or len(value) > MOST_AUDIENCES:
        raise ValidationError(_("A list of up to 100 audiences."))
    for each in value:
        if not is_plain(each) or not 0 < len(each) <= LONGEST_AUDIENCE:
            raise ValidationError(_("An audience is a text of up to 255 characters."))


class AssertionIssuer(models.Model):
    """Whoever signs SAML assertions: the name by which it issues, and the keys that are its own.

    ``certificates`` are X.509 certificates, DER in base64, as metadata has them. No other key
    counts, whatever a document brings along (S-084).
    """

    entity_id = models.CharField(_("entity ID"), max_length=1024)
    certificates: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("certificates"), default=list
    )
    sign_in_url = models.CharField(
        _("address of its sign-in"),
        max_length=1024,
        blank=True,
        validators=[
            RegexValidator(
                r"\Ahttps?://[a-z0-9.:\[\]-]+(?:/[!-~]*)?\Z", _("An address of the web.")
            )
        ],
    )

    class Meta:
        abstract = True


class SamlProvider(AssertionIssuer):
    """A SAML provider of an account, as IAM has it: its assertions open roles that trust it.

    ``uuid`` is in the address of its own. Without an encryption mode nothing encrypted is taken.
    """

    class EncryptionMode(models.TextChoices):
        ALLOWED = "Allowed", _("assertions may be encrypted")
        REQUIRED = "Required", _("assertions have to be encrypted")

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="saml_providers"
    )
    name = models.CharField(
        _("name"),
        max_length=128,
        validators=[
            RegexValidator(
                rf"\A{PROVIDER_NAME}\Z", _("Up to 128 letters, digits and . _ - without blanks.")
            )
        ],
    )
    uuid = models.CharField(
        _("unique identifier"),
        max_length=22,
        unique=True,
        blank=True,
        validators=[
            RegexValidator(rf"\A{PROVIDER_UUID}\Z", _("SAMLSP and 16 capital letters and digits."))
        ],
        error_messages={"unique": _("Another SAML provider has this unique identifier.")},
    )
    assertion_encryption_mode = models.CharField(
        _("encryption of assertions"), max_length=8, blank=True, choices=EncryptionMode
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("SAML provider")
        verbose_name_plural = _("SAML providers")
        ordering = ["account", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"],
                name="one_saml_provider_per_name_in_an_account",
                violation_error_message=_("The account has a SAML provider of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        self.complete()
        super().save(**options)

    @property
    def arn(self) -> str:
        """The provider's ARN."""
        return arns.saml_provider(self.account.partition, self.account_id, self.name)

    @property
    def requires_encryption(self) -> bool:
        """Whether no assertion of its counts that is not encrypted."""
        return self.assertion_encryption_mode == self.EncryptionMode.REQUIRED

    def complete(self) -> None:
        """Fill in what a provider has of itself; saving does it, bulk creation must ask for it."""
        if not self.uuid:
            self.uuid = provider_uuid(entropy.text(16, UUID_ALPHABET))


class SamlPrivateKey(models.Model):
    """A key with which assertions of a SAML provider are decrypted; the provider made the pair.

    ``sealed`` is the key, encrypted at rest. A provider has one or two: ``slot`` says which.
    """

    provider = models.ForeignKey(
        SamlProvider,
        verbose_name=_("SAML provider"),
        on_delete=models.CASCADE,
        related_name="private_keys",
        db_index=False,
    )
    slot = models.PositiveSmallIntegerField()
    key_id = models.CharField(_("key ID"), max_length=22)
    sealed = models.TextField()
    added_at = models.DateTimeField(_("added at"), default=clock.now)

    class Meta:
        verbose_name = _("private key of a SAML provider")
        verbose_name_plural = _("private keys of SAML providers")
        ordering = ["provider", "added_at", "slot"]
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "slot"], name="one_private_key_per_slot_of_a_saml_provider"
            ),
            models.UniqueConstraint(
                fields=["provider", "key_id"], name="each_private_key_once_per_saml_provider"
            ),
            models.CheckConstraint(
                condition=models.Q(slot__gte=1, slot__lte=MOST_PRIVATE_KEYS),
                name="no_more_private_keys_per_saml_provider_than_can_be",
            ),
        ]

    def __str__(self) -> str:
        return self.key_id


def provider_uuid(end: str) -> str:
    """Return the identifier of a SAML provider that ends so, as AWS writes them."""
    return f"SAMLSP{end}"


class DirectoryIdentityProvider(AssertionIssuer):
    """The SAML provider that is the identity source of a directory."""

    directory = models.OneToOneField(
        Directory,
        verbose_name=_("directory"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="identity_provider",
    )

    class Meta:
        verbose_name = _("identity provider of a directory")
        verbose_name_plural = _("identity providers of directories")

    def __str__(self) -> str:
        return self.entity_id

    @property
    def origins(self) -> list[str]:
        """The origin of its sign-in, if that is an address of the web in plain form."""
        found = re.match(r"https?://[a-z0-9.:\[\]-]+(?=/|\Z)", self.sign_in_url)
        return [found[0]] if found else []


class TokenIssuer(models.Model):
    """Whoever signs JSON Web Tokens (OpenID Connect): its address, and the keys that are its own.

    ``keys`` is a JSON Web Key Set (RFC 7517). Keys are fetched from the issuer's own address only
    where ``fetches_keys`` says so; nothing else here calls out.
    """

    url = models.CharField(
        _("issuer"),
        max_length=255,
        validators=[
            RegexValidator(rf"\A{ISSUER_URL}\Z", _("The address of an issuer, without a query."))
        ],
    )
    keys: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(
        _("keys"), default=dict, blank=True, validators=[check_key_set]
    )
    fetches_keys = models.BooleanField(_("its keys are fetched from its address"), default=False)

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Refuse an issuer whose keys nobody knows, or for whom there are two places of them."""
        super().clean()
        if bool(self.keys) == self.fetches_keys:
            raise ValidationError(
                {"keys": _("Either its keys, or that they are fetched from its address.")}
            )


class OidcProvider(TokenIssuer):
    """An OpenID Connect provider of an account, as IAM has it, and for whom its tokens have to be.

    ``audiences`` are the client IDs, one of which a token has to name.
    """

    account = models.ForeignKey(
        Account, verbose_name=_("account"), on_delete=models.CASCADE, related_name="oidc_providers"
    )
    audiences: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("audiences"), default=list, blank=True, validators=[check_audiences]
    )
    created_at = models.DateTimeField(_("created at"), default=clock.now)

    class Meta:
        verbose_name = _("OpenID Connect provider")
        verbose_name_plural = _("OpenID Connect providers")
        ordering = ["account", "url"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "url"],
                name="one_oidc_provider_per_url_in_an_account",
                violation_error_message=_("The account has a provider of this address."),
            )
        ]

    def __str__(self) -> str:
        return self.url

    def clean(self) -> None:
        """Refuse what the parent does, and an address that another provider's ARN names already."""
        super().clean()
        others = OidcProvider.objects.filter(account=self.account_id).exclude(pk=self.pk)
        if any(each.arn == self.arn and each.url != self.url for each in others):
            raise ValidationError(
                {"url": _("Another provider has this address with the other scheme, so its ARN.")}
            )

    @property
    def arn(self) -> str:
        """The provider's ARN, in which the address stands without its scheme."""
        return arns.oidc_provider(self.account.partition, self.account_id, self.url)


class TrustedTokenIssuer(TokenIssuer):
    """An issuer whose tokens an instance of Identity Center takes for one of its users.

    ``claim`` of a token is compared with ``attribute`` of the users.
    """

    class Attribute(models.TextChoices):
        USER_NAME = "userName", _("user name")
        EMAIL = "emails.value", _("e-mail address")

    directory = models.ForeignKey(
        Directory,
        verbose_name=_("directory"),
        on_delete=models.CASCADE,
        related_name="trusted_token_issuers",
    )
    name = models.CharField(_("name"), max_length=255)
    claim = models.CharField(_("claim of the token"), max_length=255, default="email")
    attribute = models.CharField(
        _("attribute of the user"), max_length=20, choices=Attribute, default=Attribute.EMAIL
    )
    audiences: "models.JSONField[list[str], list[str]]" = models.JSONField(
        _("audiences"), default=list, blank=True, validators=[check_audiences]
    )

    class Meta:
        verbose_name = _("trusted token issuer")
        verbose_name_plural = _("trusted token issuers")
        ordering = ["directory", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "url"],
                name="one_trusted_token_issuer_per_url_in_a_directory",
                violation_error_message=_("The directory has an issuer of this address."),
            )
        ]

    def __str__(self) -> str:
        return self.name
