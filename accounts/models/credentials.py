"""Access keys: what programs sign their requests with."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.principals import Principal
from accounts.models.roles import Role
from accounts.models.sessions import Session
from signin.kernel import arns
from signin.kernel.prepared import AppendManager

MOST_ACCESS_KEYS = 2  # of an IAM user or a root user


class AccessKey(models.Model):
    """A long-term access key of an IAM user or a root user.

    The secret is sealed, because signatures are checked with it. ``slot`` is the key's place among
    the principal's, so that the database itself refuses a third.
    """

    access_key_id = models.CharField(_("access key ID"), primary_key=True, max_length=20)
    sealed_secret = models.TextField()
    principal = models.ForeignKey(
        Principal,
        verbose_name=_("principal"),
        on_delete=models.CASCADE,
        related_name="access_keys",
    )
    slot = models.PositiveSmallIntegerField(editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created at"))
    last_used_at = models.DateTimeField(_("last used at"), null=True)
    last_used_with = models.CharField(_("last used with"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("access key")
        verbose_name_plural = _("access keys")
        ordering = ["principal", "slot"]
        constraints = [
            models.UniqueConstraint(fields=["principal", "slot"], name="one_access_key_in_a_slot")
        ]

    def __str__(self) -> str:
        return self.access_key_id


class TemporaryCredentials(models.Model):
    """An access key with an end, and the session token that belongs to it.

    The secret is sealed, because signatures are checked with it; of the session token there is
    only a digest. ``session`` is the browser's session in which they were asked for, if there was
    one. ``mfa_authenticated`` is unknown where nobody was asked. There are indexes for what calls
    and revocations ask only: each costs every call that gets credentials.
    """

    class Kind(models.TextChoices):
        ROLE = "role", _("session of a role")
        SESSION = "session", _("session of a user")
        FEDERATION = "federation", _("federated user")
        LOGIN = "login", _("sign-in of a command line")
        ROOT = "root", _("root user of a member account, for a task")

    access_key_id = models.CharField(_("access key ID"), primary_key=True, max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.ROLE)
    sealed_secret = models.TextField()
    token_digest = models.CharField(max_length=64)
    principal = models.ForeignKey(
        Principal,
        verbose_name=_("principal"),
        on_delete=models.CASCADE,
        related_name="temporary_credentials",
    )
    role = models.ForeignKey(
        Role,
        verbose_name=_("role"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="credentials",
        db_index=False,
    )
    # Of a role's session or of a federated user.
    session_name = models.CharField(_("session name"), max_length=128, blank=True)
    session = models.ForeignKey(
        Session,
        verbose_name=_("asked for in"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="credentials",
        db_index=False,  # the index below has no entry for the many without a session
    )
    mfa_authenticated = models.BooleanField(_("confirmed by a device"), null=True)
    is_chained = models.BooleanField(_("of a role that a role took"), default=False)
    source_identity = models.CharField(_("source identity"), max_length=64, blank=True)
    tags: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(
        _("session tags"), default=dict
    )
    transitive_tags: "models.JSONField[list[str], list[str]]" = models.JSONField(default=list)
    issued_at = models.DateTimeField(_("issued at"))
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    objects = AppendManager()

    class Meta:
        verbose_name = _("temporary credentials")
        verbose_name_plural = _("temporary credentials")
        ordering = ["-issued_at"]
        indexes = [
            models.Index(
                fields=["session"],
                condition=models.Q(session__isnull=False),
                name="credentials_of_a_session",
            )
        ]

    def __str__(self) -> str:
        return self.access_key_id

    @property
    def account_id(self) -> str:
        """The account that they are worth something in."""
        return (self.role.account_id if self.role else self.principal.account_id) or ""

    @property
    def arn(self) -> str:
        """The ARN of whoever signs with them."""
        if self.role:
            return self.role.session_arn(self.session_name)
        if self.kind == self.Kind.FEDERATION:
            return arns.federated_user(self.principal.partition, self.account_id, self.session_name)
        return self.principal.arn

    @property
    def user_id(self) -> str:
        """The unique ID of whoever signs with them, as STS and the events tell it."""
        if self.role:
            return f"{self.role.unique_id}:{self.session_name}"
        if self.kind == self.Kind.FEDERATION:
            return f"{self.account_id}:{self.session_name}"
        return self.principal.unique_id
