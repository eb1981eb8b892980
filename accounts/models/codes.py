"""Codes that were mailed."""

from django.db import models

from signin.flow.models import Attempt


class VerificationCode(models.Model):
    """The six digits mailed for one attempt; a new one takes the old one's place."""

    attempt = models.OneToOneField(
        Attempt, primary_key=True, on_delete=models.CASCADE, related_name="verification_code"
    )
    digest = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"code of {self.attempt_id}"
