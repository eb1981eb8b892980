"""``manage.py shipped``: make again what is shipped ready-made."""

import json
from typing import Any

from django.core.management import BaseCommand

from signin.control import databases, scenarios


class Command(BaseCommand):
    help = "Writes the shipped schema and password hashes anew; run it after changing a model."

    def handle(self, *arguments: Any, **options: Any) -> None:
        databases.SCHEMA.write_text(databases.schema())
        hashes = scenarios.ready_made_hashes()
        scenarios.HASHES.write_text(json.dumps(hashes, indent=1, sort_keys=True) + "\n")
