"""Applications: what users of a directory open from the portal besides accounts."""

import base64
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.directories import Directory
from accounts.models.identity_providers import is_plain
from accounts.models.principals import Principal
from signin.kernel import entropy

WEB_ADDRESS = RegexValidator(
    r"\Ahttps?://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[!$-\[\]-~]*)?\Z",
    _("An address of the web, without a fragment."),
)
# What a value of an application can say of whoever opens it (AWS's names).
VARIABLES = ("email", "familyName", "givenName", "groups", "name", "preferredUsername", "subject")
VARIABLE = re.compile(r"\$\{user:([A-Za-z]+)\}")
EMAIL_VALUE = "${user:email}"
MOST_ATTRIBUTES = 50
NO_ATTRIBUTES = _("A JSON object with up to 50 attributes.")
LONGEST_ATTRIBUTE = 255
LONGEST_VALUE = 1024
SHORTEST_SESSION = 15  # minutes
LONGEST_SESSION = 12 * 60


def check_attributes(value: object) -> None:
    """Raise ValidationError unless it names attributes of SAML, and what each of them says."""
    if not isinstance(value, dict) or len(value) > MOST_ATTRIBUTES:
        raise ValidationError(NO_ATTRIBUTES)
    for name, said in value.items():
        if not is_plain(name) or not 0 < len(name) <= LONGEST_ATTRIBUTE:
            raise ValidationError(_("The name of an attribute has up to 255 characters."))
        if not is_plain(said) or not 0 < len(said) <= LONGEST_VALUE:
            raise ValidationError(
                _("The value of an attribute is a text of up to 1024 characters.")
            )
        if not set(VARIABLE.findall(said)) <= set(VARIABLES) or "${" in VARIABLE.sub("", said):
            raise ValidationError(
                _("A value may name %(variables)s."),
                params={"variables": ", ".join(f"${{user:{each}}}" for each in VARIABLES)},
            )
        if "${user:groups}" in said and said != "${user:groups}":
            raise ValidationError(_("Groups stand alone: each is a value of the attribute."))


class Application(models.Model):
    """Something that users of a directory open from the portal.

    With an ``acs_url`` it is a SAML application, to which the portal vouches for them; without one
    the portal leads to its start URL and no more. A SAML application that has a start URL as well
    is opened there, and has to ask the portal by itself.
    """

    class NameIdFormat(models.TextChoices):
        EMAIL = "emailAddress", _("e-mail address")
        PERSISTENT = "persistent", _("persistent")
        UNSPECIFIED = "unspecified", _("unspecified")

    class Subject(models.TextChoices):
        EMAIL = EMAIL_VALUE, _("e-mail address")
        USERNAME = "${user:preferredUsername}", _("user name")
        ID = "${user:subject}", _("user ID")

    directory = models.ForeignKey(
        Directory,
        verbose_name=_("directory"),
        on_delete=models.CASCADE,
        related_name="applications",
    )
    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=128, blank=True)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    start_url = models.URLField(_("start URL"), max_length=1024, blank=True)
    acs_url = models.CharField(
        _("ACS URL"),
        max_length=1024,
        blank=True,
        validators=[WEB_ADDRESS],
        help_text=_("Where a SAML application takes assertions; nowhere else is one sent."),
    )
    audience = models.CharField(
        _("SAML audience"),
        max_length=1024,
        blank=True,
        validators=[RegexValidator(r"\A[!-~]+\Z", _("Without blanks."))],
        help_text=_("The application’s entity ID."),
    )
    relay_state = models.CharField(
        _("relay state"),
        max_length=1024,
        blank=True,
        help_text=_("Sent along when the portal opens a SAML application unasked."),
    )
    subject = models.CharField(
        _("SAML subject"), max_length=32, choices=Subject, default=Subject.EMAIL
    )
    name_id_format = models.CharField(
        _("format of the subject"),
        max_length=12,
        choices=NameIdFormat,
        default=NameIdFormat.EMAIL,
    )
    attributes: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        _("attributes"), default=dict, blank=True, validators=[check_attributes]
    )
    session_minutes = models.PositiveSmallIntegerField(
        _("minutes that a session lasts"),
        default=60,
        validators=[MinValueValidator(SHORTEST_SESSION), MaxValueValidator(LONGEST_SESSION)],
        help_text=_("15 to 720; never longer than the portal’s own session."),
    )
    logout_url = models.CharField(
        _("logout URL"),
        max_length=1024,
        blank=True,
        validators=[WEB_ADDRESS],
        help_text=_("Where a SAML application takes the answer when it asked to sign out."),
    )
    instance_id = models.CharField(_("instance ID"), max_length=20, editable=False, unique=True)
    users = models.ManyToManyField(
        Principal, verbose_name=_("users"), blank=True, related_name="applications"
    )
    groups = models.ManyToManyField(
        "accounts.Group", verbose_name=_("groups"), blank=True, related_name="applications"
    )

    class Meta:
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        ordering = ["directory", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["directory", "name"],
                name="one_application_per_name_in_a_directory",
                violation_error_message=_("The directory has an application of this name."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, **options: Any) -> None:
        self.complete()
        super().save(**options)

    def clean(self) -> None:
        """Refuse what opens nothing, and half a SAML application."""
        super().clean()
        if not isinstance(self.attributes, dict):  # validators don't see an empty list
            raise ValidationError({"attributes": NO_ATTRIBUTES})
        if not self.start_url and not self.acs_url:
            raise ValidationError({"start_url": _("A start URL, or that of a SAML application.")})
        if self.acs_url and not self.audience:
            raise ValidationError({"audience": _("A SAML application has an audience.")})
        for name in ("audience", "relay_state", "attributes", "logout_url"):
            if getattr(self, name) and not self.acs_url:
                raise ValidationError({name: _("Only a SAML application, by its ACS URL, has it.")})

    @property
    def saml_id(self) -> str:
        """Its ID in the addresses of SAML, which is the account and the instance in base64."""
        named = f"{self.directory.account_id}_{self.instance_id}"
        return base64.b64encode(named.encode()).decode()

    def complete(self) -> None:
        """Fill in what follows from the rest; saving does it, bulk creation must ask for it."""
        if not self.instance_id:
            self.instance_id = f"ins-{entropy.handle()[:16]}"
