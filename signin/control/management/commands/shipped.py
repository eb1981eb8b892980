"""``manage.py shipped``: make again what is shipped ready-made."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from signin.control import databases, hashes


class Command(BaseCommand):
    help = "Writes the shipped schema and password hashes anew; run it after changing a model."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say whether it is needed")

    def handle(self, *arguments: Any, **options: Any) -> None:
        schema = databases.schema()
        if not options["check"]:
            databases.SCHEMA.write_text(schema)
            needed = json.dumps(hashes.needed(), indent=1, sort_keys=True)
            hashes.HASHES.write_text(needed + "\n")
        elif schema != databases.SCHEMA.read_text():
            raise CommandError("The shipped schema is not that of the migrations: make shipped")
