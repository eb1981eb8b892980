"""Attempts: one person's way through one flow."""

import re
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from signin.flow.facts import Facts
from signin.http import Browser
from signin.kernel import clock, entropy
from signin.kernel.prepared import Given, Prepared, PreparedUpdate

LIFETIME = timedelta(minutes=15)
# How much longer an attempt may last that waits for its person to open a mailed link.
WAIT = timedelta(minutes=60)
_HANDLE = re.compile(r"[0-9a-f]{32}\Z")


class Attempt(models.Model):
    """One person's way through one flow. Its facts alone say how far it got."""

    handle = models.CharField(_("handle"), primary_key=True, max_length=32)
    flow = models.CharField(_("flow"), max_length=40)
    browser_digest = models.CharField(max_length=64)
    facts: "models.JSONField[Facts, Facts]" = models.JSONField(_("facts"), default=dict)
    version = models.PositiveIntegerField(default=0)
    begun_at = models.DateTimeField(_("begun at"))
    expires_at = models.DateTimeField(_("good until"), db_index=True)
    closed_at = models.DateTimeField(_("finished at"), null=True)

    # For the request that is being answered; never stored. The engine sets the browser, a step
    # may leave whom it proved for those that follow, to spare them the look-up.
    browser: Browser
    proven: object = None
    place: object = None  # and where they sign in, likewise

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-begun_at"]

    def __str__(self) -> str:
        return f"{self.flow} {self.handle}"

    @classmethod
    def begin(cls, *, flow: str, flow_key: str, facts: Facts) -> "Attempt":
        """Start an attempt that only the browser with this flow key can continue."""
        begun_at = clock.now()
        return cls.objects.create(
            handle=entropy.handle(),
            flow=flow,
            browser_digest=entropy.digest(flow_key),
            facts=facts,
            begun_at=begun_at,
            expires_at=begun_at + LIFETIME,
        )

    @classmethod
    def find(cls, handle: str, *, flow_key: str) -> "Attempt | None":
        """Return the living attempt with this handle, if it belongs to this browser."""
        if not _HANDLE.match(handle):  # PostgreSQL takes no null character
            return None
        return _LIVING.find(handle=handle, browser=entropy.digest(flow_key), now=clock.now())

    @classmethod
    def find_over(cls, handle: str, *, flow_key: str) -> "Attempt | None":
        """Return an attempt of this browser, although it can't be continued any more."""
        digest = entropy.digest(flow_key)
        return cls.objects.filter(handle=handle, browser_digest=digest).first()

    def keep(self) -> bool:
        """Store what was learned, unless another request changed the attempt meanwhile."""
        changed = _KEPT.run(
            handle=self.handle,
            version=self.version,
            flow=self.flow,
            facts=self.facts,
            expires_at=self.expires_at,
        )
        self.version += changed
        return bool(changed)

    def close(self) -> bool:
        """End the attempt; of parallel requests only one gets True."""
        return bool(_CLOSED.run(handle=self.handle, version=self.version, now=clock.now()))

    def wait_for_mail(self) -> datetime:
        """Last longer, for the time that a mailed link is good; return until when.

        It can be said again with each new link, but never leads beyond the first one's time.
        """
        self.expires_at = min(clock.now() + WAIT, self.begun_at + LIFETIME + WAIT)
        return self.expires_at

    def forget(self, *names: str) -> None:
        """Un-learn some facts: this is how one goes back."""
        for name in names:
            self.facts.pop(name, None)  # type: ignore[misc]


_LIVING = Prepared(
    lambda handle, browser, now: Attempt.objects.filter(
        handle=handle, browser_digest=browser, expires_at__gt=now, closed_at=None
    ),
    handle=models.CharField(),
    browser=models.CharField(),
    now=models.DateTimeField(),
)


def _unchanged(handle: Given, version: Given) -> models.QuerySet[Attempt]:
    return Attempt.objects.filter(handle=handle, version=version, closed_at=None)


_KEPT = PreparedUpdate(
    lambda handle, version, flow, facts, expires_at: (
        _unchanged(handle, version),
        {"flow": flow, "facts": facts, "expires_at": expires_at, "version": F("version") + 1},
    ),
    handle=models.CharField(),
    version=models.PositiveIntegerField(),
    flow=models.CharField(),
    facts=models.JSONField(),
    expires_at=models.DateTimeField(),
)
_CLOSED = PreparedUpdate(
    lambda handle, version, now: (
        _unchanged(handle, version),
        {"closed_at": now, "version": F("version") + 1},
    ),
    handle=models.CharField(),
    version=models.PositiveIntegerField(),
    now=models.DateTimeField(),
)
