"""What a program asks for, what it got, the proofs that it spent, and who may not let one in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Principal, Role, Session
from signin.kernel import entropy


class Client(models.TextChoices):
    """The programs that can ask: one command line, by where its browser is."""

    SAME_DEVICE = "arn:aws:signin:::devtools/same-device", _("AWS CLI on this device")
    CROSS_DEVICE = "arn:aws:signin:::devtools/cross-device", _("AWS CLI on another device")


class LoginRequest(models.Model):
    """A program asks to be let in; only the browser that brought it can answer.

    Who says yes gives it a code for the program, stored as its digest. It counts for the session
    in which that was said, and for the password that they had then.
    """

    handle = models.CharField(_("handle"), primary_key=True, max_length=32)
    browser_digest = models.CharField(max_length=64)
    host = models.CharField(_("host"), max_length=255)
    client = models.CharField(_("program"), max_length=64, choices=Client)
    redirect_uri = models.CharField(_("leads to"), max_length=2048)
    state = models.CharField(max_length=512)
    challenge = models.CharField(max_length=43)
    begun_at = models.DateTimeField(_("begun at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)

    code_digest = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    session = models.ForeignKey(
        Session,
        verbose_name=_("session"),
        null=True,
        on_delete=models.CASCADE,
        related_name="login_requests",
    )
    password_set_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(_("code used at"), null=True)

    class Meta:
        verbose_name = _("request of a command line")
        verbose_name_plural = _("requests of command lines")
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return self.handle


class Login(models.Model):
    """A program that was let in: it gets credentials again and again until this is over.

    The refresh token, of which there is a digest only, is worth something with one key alone, of
    which ``thumbprint`` is the name (RFC 9449). So it stays the same: several programs on a
    machine may use it at once.
    """

    id = models.UUIDField(primary_key=True, default=entropy.identifier, editable=False)
    request = models.OneToOneField(
        LoginRequest, null=True, on_delete=models.SET_NULL, related_name="login"
    )
    client = models.CharField(_("program"), max_length=64, choices=Client)
    thumbprint = models.CharField(max_length=43)
    token_digest = models.CharField(max_length=64, unique=True)
    principal = models.ForeignKey(
        Principal, verbose_name=_("principal"), on_delete=models.CASCADE, related_name="logins"
    )
    role = models.ForeignKey(
        Role,
        verbose_name=_("role"),
        null=True,
        on_delete=models.CASCADE,
        related_name="logins",
    )
    session = models.ForeignKey(
        Session, verbose_name=_("session"), on_delete=models.CASCADE, related_name="logins"
    )
    password_set_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(_("began at"))
    expires_at = models.DateTimeField(_("ends at"), db_index=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("login of a command line")
        verbose_name_plural = _("logins of command lines")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.principal} ({self.get_client_display()})"


class DpopProof(models.Model):
    """A proof that was used: storing its digest a second time fails, and so does its second use."""

    digest = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("used proof of a key")
        verbose_name_plural = _("used proofs of keys")

    def __str__(self) -> str:
        return self.digest


class LoginPermission(models.Model):
    """What an IAM user or a role may do at the sign-in; where none is stored, they may all of it.

    ``is_allowed`` stands for the permissions ``signin:AuthorizeOAuth2Access`` and
    ``signin:CreateOAuth2Token``, ``manages_console_access`` for those of the service's control
    plane. Root users always have them.
    """

    principal = models.OneToOneField(
        Principal,
        verbose_name=_("IAM user"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        limit_choices_to={"kind": Principal.Kind.IAM_USER},
        related_name="login_permission",
    )
    role = models.OneToOneField(
        Role,
        verbose_name=_("role"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="login_permission",
    )
    is_allowed = models.BooleanField(_("may use aws login"), default=False)
    manages_console_access = models.BooleanField(
        _("may say who signs in to the console"),
        default=True,
        help_text=_("What the policy AWSSignInResourcePolicyManagement allows."),
    )

    class Meta:
        verbose_name = _("permission to let command lines in")
        verbose_name_plural = _("permissions to let command lines in")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(principal=None) ^ models.Q(role=None),
                name="a_login_permission_is_a_users_or_a_roles",
                violation_error_message=_("Choose either an IAM user or a role."),
            )
        ]

    def __str__(self) -> str:
        return str(self.principal or self.role)
