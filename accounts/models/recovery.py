"""Links that were mailed to root users who forgot their password."""

from django.db import models

from accounts.models.principals import Principal


class PasswordRecovery(models.Model):
    """The link mailed to one root user; a new one takes the old one's place (S-026).

    ``binding`` is a keyed digest of the password and the name that the root user had when the
    link was made: with either of them changed, the link is worth nothing (S-027).
    """

    principal = models.OneToOneField(
        Principal, primary_key=True, on_delete=models.CASCADE, related_name="password_recovery"
    )
    token_digest = models.CharField(max_length=64, unique=True)
    binding = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"recovery of {self.principal_id}"
