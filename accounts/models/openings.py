"""Accounts and Builder IDs that somebody is about to open."""

from django.db import models

from signin.flow.models import Attempt


class Opening(models.Model):
    """The password chosen for somebody who isn't there yet; it goes when they are.

    It is a row of its own because an attempt's facts are no place for a hash.
    """

    attempt = models.OneToOneField(
        Attempt, primary_key=True, on_delete=models.CASCADE, related_name="opening"
    )
    encoded = models.CharField(max_length=128)

    def __str__(self) -> str:
        return f"opening of {self.attempt_id}"
