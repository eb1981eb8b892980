"""``manage.py connect``: print what programs have to be told, for people or for a shell."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import DatabaseError

from accounts.models import Directory
from signin.control import recipes
from signin.gateway import place
from signin.kernel.partitions import AWS


class Command(BaseCommand):
    help = "Prints how programs are connected to this server."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--directory", metavar="ID", help="the directory of the profile")
        parser.add_argument(
            "--gateway",
            action="store_true",
            help="with --shell: lead clients to the gateway instead of choosing endpoints",
        )
        only = parser.add_mutually_exclusive_group()
        only.add_argument(
            "--shell",
            action="store_true",
            help='print lines for a shell only: eval "$(manage.py connect --shell)"',
        )
        only.add_argument(
            "--config",
            action="store_true",
            help="print lines for ~/.aws/config only",
        )

    def handle(self, *arguments: Any, **options: Any) -> None:
        if options["shell"]:
            self.stdout.write(
                recipes.exports(_variables(options["gateway"], options["directory"])), ending=""
            )
            return
        directory = _directory(options["directory"])
        if options["config"]:
            if directory is None:
                raise CommandError("There is no directory.")
            self.stdout.write(recipes.profile(directory), ending="")
            return
        for recipe in recipes.recipes(directory):
            self.stdout.write(f"# {recipe.title}. {recipe.hint}\n\n{recipe.text}\n")
        if not place.find():
            self.stdout.write("# No gateway of the real names runs: manage.py serve --gateway")


def _variables(by_gateway: bool, wanted: str | None) -> dict[str, str]:
    if not by_gateway:
        directory = _directory(wanted) if wanted else None
        return recipes.environment(directory.partition if directory else AWS)
    if not (found := place.find()):
        raise CommandError("No gateway runs. Start the server with --gateway.")
    return recipes.gateway_environment(found)


def _directory(wanted: str | None) -> Directory | None:
    try:
        directories = list(Directory.objects.all())
    except DatabaseError as error:
        raise CommandError("There is no database yet. Start the server first.") from error
    if not wanted:
        return next(iter(directories), None)
    for directory in directories:
        if wanted in (directory.pk, directory.subdomain, directory.portal_name):
            return directory
    raise CommandError(f"There is no directory {wanted}.")
