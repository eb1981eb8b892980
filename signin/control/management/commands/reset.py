"""``manage.py reset``: take everything back to a scenario."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from signin.control import databases, scenarios
from signin.control.models import LoadedScenario
from signin.kernel.errors import Refusal


class Command(BaseCommand):
    help = "Takes everything back to a scenario; operators keep their passwords."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("scenario", nargs="?", help="its name; the present one if left out")

    def handle(self, *arguments: Any, **options: Any) -> None:
        databases.prepare()
        name: str = options["scenario"] or LoadedScenario.objects.get().name
        try:
            databases.reset(name)
        except Refusal as refusal:
            raise CommandError(str(refusal.message)) from refusal
        self.stdout.write(f"Reset to the scenario “{name}” ({scenarios.find(name).title}).")
