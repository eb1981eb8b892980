"""The desk's page for programs: what to copy into their settings, and whether they have called."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Directory
from signin import arrivals
from signin.control import programs, recipes
from signin.gateway import place
from signin.http import searched
from signin.kernel import clock


@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    """Show the recipes for a directory, and which programs have called since the page came."""
    directories = list(Directory.objects.all())
    wanted = searched(request, "directory")
    directory = next((each for each in directories if each.pk == wanted), None)
    directory = directory or next(iter(directories), None)
    arrivals.wait()
    since = _number(request, "since") if "since" in request.GET else programs.newest_event()
    begun = _number(request, "begun") if "since" in request.GET else _milliseconds()
    page = {
        "at": "connect",
        "directories": directories,
        "directory": directory,
        "recipes": recipes.recipes(directory),
        "gateway": place.find(),
        "since": since,
        "begun": begun,
        "programs": programs.seen_since(since, _moment(begun)),
    }
    return render(request, "desk/connect.html", page)


@require_safe
def seen(request: HttpRequest) -> HttpResponse:
    """Return the table of programs alone, for the page to keep itself current."""
    arrivals.wait()
    begun = _moment(_number(request, "begun"))
    page = {"programs": programs.seen_since(_number(request, "since"), begun)}
    return render(request, "desk/connect_seen.html", page)


def _number(request: HttpRequest, name: str) -> int:
    """Return the event, or the moment of the machine in milliseconds, since which calls count."""
    number = searched(request, name)[:13]
    return int(number) if number.isascii() and number.isdigit() else 0


def _milliseconds() -> int:
    return int(clock.machine_now().timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
