"""``manage.py operator``: make a new password for the admin site."""

from typing import Any

from django.core.management import BaseCommand

from signin.control import databases, operators


class Command(BaseCommand):
    help = "Gives the operator of the admin site a new random password, and prints it."

    def handle(self, *arguments: Any, **options: Any) -> None:
        password = databases.prepare() or operators.renew()
        self.stdout.write(f"{operators.NAME}  {password}")
