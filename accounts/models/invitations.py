"""Links that were mailed to new users of a directory."""

from django.db import models

from accounts.models.principals import Principal


class Invitation(models.Model):
    """The link by which one user chooses the first password; a new one takes the old one's place.

    ``binding`` is a keyed digest of the password and the name that the user had when it was made:
    with either of them changed, it is worth nothing (S-027).
    """

    principal = models.OneToOneField(
        Principal, primary_key=True, on_delete=models.CASCADE, related_name="invitation"
    )
    token_digest = models.CharField(max_length=64, unique=True)
    binding = models.CharField(max_length=64)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation of {self.principal_id}"


class EmailVerification(models.Model):
    """The link by which one user shows that an address is theirs; a new one takes its place.

    ``binding`` is a keyed digest of the name and the address that the user had when it was made.
    """

    principal = models.OneToOneField(
        Principal, primary_key=True, on_delete=models.CASCADE, related_name="email_verification"
    )
    token_digest = models.CharField(max_length=64, unique=True)
    binding = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"verification of {self.principal_id}"
