"""Which scenario was loaded, and when."""

from django.db import models


class LoadedScenario(models.Model):
    """One row: the scenario that this database was filled from."""

    name = models.CharField(max_length=64)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
