"""New e-mail addresses that root users want to have, and have still to confirm."""

from django.db import models

from accounts.models.principals import Principal
from accounts.models.sessions import Session


class EmailChange(models.Model):
    """The address that one root user asked for last; a new one takes the old one's place.

    ``binding`` is a keyed digest of the password and the name that the root user had then: with
    either of them changed, the code is worth nothing (S-027).
    """

    principal = models.OneToOneField(
        Principal, primary_key=True, on_delete=models.CASCADE, related_name="email_change"
    )
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="email_changes")
    email = models.CharField(max_length=254)
    digest = models.CharField(max_length=64)
    binding = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"e-mail change of {self.principal_id}"
