"""Passwords that somebody had before."""

from django.db import models

from accounts.models.principals import Principal


class OldPassword(models.Model):
    """The hash of a password that was replaced, kept so that it can't come back."""

    principal = models.ForeignKey(Principal, on_delete=models.CASCADE, related_name="old_passwords")
    encoded = models.CharField(max_length=128)
    set_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"an old password of {self.principal}"
