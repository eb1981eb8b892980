"""``manage.py serve``: start the server; the first start makes and fills the database."""

import gc
import ipaddress
import socket
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from signin import hosts
from signin.control import databases, doors, scenarios, sweep
from signin.control.models import LoadedScenario
from signin.gateway import place
from signin.kernel import entropy
from signin.kernel.errors import Refusal
from signin.static_files import is_collected


@cache
def load_application() -> Callable[..., Any]:
    """Return the application; workers are forked from a process that has it loaded."""
    application: Callable[..., Any] = import_string("signin.wsgi.application")
    return application


class Command(BaseCommand):
    help = "Starts the server on the loopback; the first start makes and fills the database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument(
            "--allow-remote",
            action="store_true",
            help="serve other machines than this one, too (a container needs it)",
        )
        parser.add_argument(
            "--gateway",
            nargs="?",
            type=int,
            const=settings.SIGNIN_GATEWAY_PORT or settings.SIGNIN_PORT + 1,
            default=settings.SIGNIN_GATEWAY_PORT,
            metavar="PORT",
            help="lead AWS's own addresses here, by a proxy on this port of the loopback",
        )

    def handle(self, *arguments: Any, **options: Any) -> None:
        host: str = options["host"]
        remote: bool = options["allow_remote"] or settings.SIGNIN_ALLOW_REMOTE
        host = "127.0.0.1" if host == "localhost" else host
        try:
            address = ipaddress.ip_address(host)
        except ValueError as error:
            raise CommandError(f"{host} is not an address, such as 127.0.0.1 or ::1.") from error
        if not remote and not address.is_loopback:
            raise CommandError(
                f"{host} is not a loopback address; --allow-remote serves it anyway."
            )
        settings.SIGNIN_ALLOW_REMOTE = remote
        _check_free(host, settings.SIGNIN_PORT)
        if not is_collected():
            call_command("collectstatic", interactive=False, verbosity=0)
        with _gateway(options["gateway"], address):
            try:
                password = databases.prepare()
            except Refusal as refusal:
                raise CommandError(str(refusal.message)) from refusal
            sweep.expired()
            self._greet(password, remote=remote)
            connections.close_all()
            load_application()
            gc.freeze()
            gc.enable()
            Granian(
                "signin.wsgi:application",
                address=host,
                port=settings.SIGNIN_PORT,
                interface=Interfaces.WSGI,
                workers=settings.SIGNIN_WORKERS,
                blocking_threads=settings.SIGNIN_THREADS,
                websockets=False,
                log_level=LogLevels.error,
            ).serve(target_loader=load_application, wrap_loader=False)

    def _greet(self, password: str | None, *, remote: bool) -> None:
        name = LoadedScenario.objects.get().name
        lines = ["", "Vestibule, a local emulator of the AWS sign-in. It is not AWS.", ""]
        addresses = [(str(door.name), door.url) for door in doors.doors()]
        lines += _table([("DOOR", "ADDRESS"), ("Desk", hosts.url("desk")), *addresses])
        people = doors.people(scenarios.find(name))
        if people:
            lines += ["", f"People of the scenario “{name}”:", ""]
            head = ("KIND", "ACCOUNT OR DIRECTORY", "NAME", "PASSWORD")
            lines += _table([head, *(_row(person) for person in people)])
        if password:
            lines += ["", f"Operator of the admin site {hosts.url('desk', '/admin/')}"]
            lines += ["(shown this once; `manage.py operator` makes a new password):", ""]
            lines += _table([("NAME", "PASSWORD"), ("operator", password)])
        if found := place.find():
            lines += ["", "Gateway of the real names (`manage.py connect` tells more):", ""]
            lines += _table(_of_gateway(found))
        if remote:
            warning = "WARNING: --allow-remote: other machines can reach this server."
            lines += ["", self.style.WARNING(warning)]
        self.stdout.write("\n".join([*lines, ""]))
        self.stdout.flush()


@contextmanager
def _gateway(port: int, server: IPv4Address | IPv6Address) -> Iterator[None]:
    """Have a gateway beside the server; without a port there is none."""
    place.forget()
    if not port:
        yield
        return
    process = import_module("signin.gateway.process")  # loads what nobody else needs
    if server.is_unspecified:
        server = ipaddress.ip_address("127.0.0.1" if server.version == 4 else "::1")
    if not server.is_loopback:
        raise CommandError("A gateway needs a server on the loopback.")
    settings.SIGNIN_GATEWAY_SECRET = secret = entropy.token()
    try:
        listener = process.listen(port)
    except OSError as error:
        raise CommandError(f"Port {port} is taken. Choose another one: --gateway PORT") from error
    try:
        running = process.start(listener, server=(str(server), settings.SIGNIN_PORT), secret=secret)
    except process.NotStarted as error:
        raise CommandError("The gateway did not start.") from error
    try:
        yield
    finally:
        process.stop(running)


def _of_gateway(found: place.Place) -> list[tuple[str, ...]]:
    return [("HTTPS_PROXY", found.url), ("AWS_CA_BUNDLE", found.authority)]


def _row(person: doors.Person) -> tuple[str, ...]:
    password = f"{person.password} (one-time)" if person.is_one_time else person.password
    if person.is_invited:
        password = f"(invited: {person.url})"
    elif person.is_external:
        password = "(none: an identity provider asks)"
    return str(person.kind), person.place, person.name, password


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(24 if not i else 12, *(len(row[i]) for row in rows)) for i in range(len(rows[0]))]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _check_free(host: str, port: int) -> None:
    """Raise CommandError if something listens there already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken. Choose another one: make serve PORT={port + 1}"
            ) from error
