"""Sessions: who is signed in, where, and until when."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.multi_sessions import MultiSession
from accounts.models.principals import Principal
from accounts.models.roles import Role
from signin.kernel import entropy
from signin.kernel.prepared import AppendManager


class Session(models.Model):
    """One browser signed in at one door.

    The sign-in host has the first session; each application host has a child of it, which the
    browser takes over with a single-use code. Keys and codes are stored as digests.
    """

    id = models.UUIDField(primary_key=True, default=entropy.identifier, editable=False)
    door = models.CharField(_("door"), max_length=20)
    host = models.CharField(_("host"), max_length=255)
    key_digest = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    principal = models.ForeignKey(
        Principal, verbose_name=_("principal"), on_delete=models.CASCADE, related_name="sessions"
    )
    parent = models.ForeignKey(
        "self",
        verbose_name=_("came from"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="children",
    )
    # Who came from the portal works as a role: the session is the role's, not their own.
    role = models.ForeignKey(
        Role,
        verbose_name=_("role"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="sessions",
    )
    # Of a role's session or of a federated user, where it is not the principal's own.
    session_name = models.CharField(_("session name"), max_length=128, blank=True)
    # Of the page of a broker that signed somebody in, and where they go when this is over.
    issuer = models.CharField(_("came by"), max_length=1024, blank=True)
    # Only the session at the sign-in host says so, and only while its browser has several.
    multi_session = models.ForeignKey(
        MultiSession,
        verbose_name=_("side by side with others"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="sessions",
    )
    factors = models.JSONField(_("factors passed"), default=list)
    ip = models.GenericIPAddressField(_("IP address"))
    user_agent = models.CharField(_("browser"), max_length=1024)
    created_at = models.DateTimeField(_("signed in at"))
    expires_at = models.DateTimeField(_("ends at"), db_index=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    handoff_digest = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    handoff_challenge = models.CharField(max_length=43, blank=True)
    handoff_expires_at = models.DateTimeField(null=True)

    objects = AppendManager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.principal} ({self.door})"

    @property
    def is_federated(self) -> bool:
        """Whether it is a federated user's: the principal only vouched for whoever works here."""
        return self.role_id is None and bool(self.session_name)
