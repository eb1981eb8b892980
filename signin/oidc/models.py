"""Programs that registered, what they asked people for, and what they got.

Of secrets, codes and tokens there are digests only. What every flow writes has indexes for what
flows and revocations ask; by a program, or by when it ends, it is looked for when it is deleted.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Directory, Principal, Session
from signin.kernel import entropy
from signin.kernel.prepared import AppendManager
from signin.oidc.realms import Realm

Texts = list[str]

# The ways to tokens.
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
AUTHORIZATION_CODE = "authorization_code"
REFRESH_TOKEN = "refresh_token"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"


class Client(models.Model):
    """A program that registered itself; nobody vouches for its name."""

    id = models.CharField(
        _("client ID"), primary_key=True, max_length=43, default=entropy.token, editable=False
    )
    secret_digest = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=100)
    # None at all is one of the old kind, which gets no refresh tokens.
    scopes: "models.JSONField[Texts, Texts]" = models.JSONField(_("scopes"), default=list)
    # Those that it named; one that named none may use each.
    grant_types: "models.JSONField[Texts, Texts]" = models.JSONField(_("grant types"), default=list)
    redirect_uris: "models.JSONField[Texts, Texts]" = models.JSONField(
        _("redirect URIs"), default=list
    )
    issuer_url = models.CharField(_("portal that it named"), max_length=2048, blank=True)
    application_arn = models.CharField(
        _("application that it named"), max_length=120, blank=True, db_index=True
    )
    registered_at = models.DateTimeField(_("registered at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)

    objects = AppendManager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["-registered_at"]

    def __str__(self) -> str:
        return self.name

    def is_named(self, name: str) -> bool:
        """Return whether this is the program's ID, or the ARN of its application."""
        return name in {self.pk, self.application_arn}

    def may_use(self, grant_type: str) -> bool:
        """Return whether the program registered for a way to tokens."""
        return not self.grant_types or grant_type in self.grant_types


class Grant(models.Model):
    """What somebody allowed a program: the family of all tokens that come of it.

    It lives as long as ``session`` and no longer: the one at the sign-in host, or one that no
    browser has.
    """

    id = models.UUIDField(primary_key=True, default=entropy.identifier, editable=False)
    client = models.ForeignKey(
        Client,
        verbose_name=_("program"),
        on_delete=models.CASCADE,
        related_name="grants",
        db_index=False,
    )
    principal = models.ForeignKey(
        Principal,
        verbose_name=_("principal"),
        on_delete=models.CASCADE,
        related_name="oidc_grants",
    )
    session = models.ForeignKey(
        Session,
        verbose_name=_("allowed in"),
        on_delete=models.CASCADE,
        related_name="oidc_grants",
    )
    scopes: "models.JSONField[Texts, Texts]" = models.JSONField(_("scopes"), default=list)
    # Of the endpoint that was asked: no other one knows of it.
    region = models.CharField(_("region"), max_length=20)
    allowed_at = models.DateTimeField(_("allowed at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    objects = AppendManager()

    class Meta:
        verbose_name = _("access of a program")
        verbose_name_plural = _("access of programs")
        ordering = ["-allowed_at"]

    def __str__(self) -> str:
        return f"{self.client} ({self.principal})"


class DeviceAuthorization(models.Model):
    """A program waits until somebody types its code on a page, and allows it or not."""

    class State(models.TextChoices):
        PENDING = "pending", _("waits")
        APPROVED = "approved", _("allowed")
        DENIED = "denied", _("refused")

    code_digest = models.CharField(max_length=64, unique=True)
    user_code_digest = models.CharField(max_length=64, unique=True)
    client = models.ForeignKey(
        Client, on_delete=models.CASCADE, related_name="device_authorizations", db_index=False
    )
    # None: whoever has a Builder ID may answer.
    directory = models.ForeignKey(
        Directory, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    region = models.CharField(max_length=20)
    ip = models.GenericIPAddressField()
    user_agent = models.CharField(max_length=1024)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    grant = models.ForeignKey(
        Grant, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    redeemed_at = models.DateTimeField(null=True)

    objects = AppendManager()

    class Meta:
        indexes = [
            models.Index(
                fields=["grant"],
                condition=models.Q(grant__isnull=False),
                name="devices_that_were_let_in",
            )
        ]

    def __str__(self) -> str:
        return f"{self.client} ({self.state})"

    @property
    def realm(self) -> Realm:
        """Whose people may answer."""
        return Realm(self.directory)


class ConsentRequest(models.Model):
    """A program sent a browser here to ask whoever is signed in; it waits at ``redirect_uri``."""

    handle = models.CharField(primary_key=True, max_length=32, default=entropy.handle)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="consent_requests")
    # None: whoever has a Builder ID may answer.
    directory = models.ForeignKey(Directory, null=True, on_delete=models.CASCADE, related_name="+")
    region = models.CharField(max_length=20)
    redirect_uri = models.CharField(max_length=2048)
    state = models.CharField(max_length=2048, blank=True)
    challenge = models.CharField(max_length=43)
    scopes: "models.JSONField[Texts, Texts]" = models.JSONField(default=list)
    ip = models.GenericIPAddressField()
    user_agent = models.CharField(max_length=1024)
    begun_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    answered_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.handle

    @property
    def realm(self) -> Realm:
        """Whose people may answer."""
        return Realm(self.directory)


class AuthorizationCode(models.Model):
    """What a browser brings back to a program, which gets tokens for it, once."""

    digest = models.CharField(primary_key=True, max_length=64)
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="codes")
    redirect_uri = models.CharField(max_length=2048)
    challenge = models.CharField(max_length=43)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"code of {self.grant_id}"


class Token(models.Model):
    """A token of a grant: one that opens the portal's API, or one that is good for new ones."""

    class Kind(models.TextChoices):
        ACCESS = "access", _("access token")
        REFRESH = "refresh", _("refresh token")

    digest = models.CharField(primary_key=True, max_length=64)
    kind = models.CharField(max_length=7, choices=Kind)
    grant = models.ForeignKey(Grant, on_delete=models.CASCADE, related_name="tokens")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)  # of a refresh token, which is good once

    objects = AppendManager()

    def __str__(self) -> str:
        return f"{self.kind} token of {self.grant_id}"
