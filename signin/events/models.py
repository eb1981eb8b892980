"""The event log's table."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from signin.kernel import entropy
from signin.kernel.prepared import AppendManager


class Place(models.BigAutoField):  # type: ignore[type-arg] # it takes none when it runs
    """The place of a row in a table that only grows, counted by the database.

    SQLite goes on from the greatest there is. Django has it keep a count besides, which holds where
    the last rows were deleted, and writes another page with each row.
    """

    def db_type_suffix(self, connection: Any) -> str | None:
        """Return what follows the column's type."""
        return None if connection.vendor == "sqlite" else super().db_type_suffix(connection)


class Event(models.Model):
    """One event, whole as a client would read it; the columns only serve the search."""

    id = Place(primary_key=True)
    event_id = models.UUIDField(_("event ID"), default=entropy.identifier)
    name = models.CharField(_("name"), max_length=64)
    account_id = models.CharField(_("account"), max_length=12, blank=True)
    recorded_at = models.DateTimeField(_("time"))
    document: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField()

    objects = AppendManager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-id"]
        indexes = [models.Index(fields=["name", "account_id"], name="events_by_name_and_account")]

    def __str__(self) -> str:
        return self.name

    @property
    def outcome(self) -> str:
        """Success or Failure, where the event has either."""
        for member in ("responseElements", "serviceEventDetails"):
            if outcome := (self.document.get(member) or {}).get(self.name):
                return str(outcome)
        return ""
