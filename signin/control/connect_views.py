"""The desk's page for programs: what to copy into their settings, and whether they have called."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Directory
from signin.control import programs, recipes
from signin.gateway import place
from signin.http import searched


@require_safe
def connect(request: HttpRequest) -> HttpResponse:
    """Show the recipes for a directory, and which programs have called since the page came."""
    directories = list(Directory.objects.all())
    wanted = searched(request, "directory")
    directory = next((each for each in directories if each.pk == wanted), None)
    directory = directory or next(iter(directories), None)
    since = _number(request) if "since" in request.GET else programs.newest_event()
    page = {
        "at": "connect",
        "directories": directories,
        "directory": directory,
        "recipes": recipes.recipes(directory),
        "gateway": place.find(),
        "since": since,
        "programs": programs.seen_since(since),
    }
    return render(request, "desk/connect.html", page)


@require_safe
def seen(request: HttpRequest) -> HttpResponse:
    """Return the table of programs alone, for the page to keep itself current."""
    page = {"programs": programs.seen_since(_number(request))}
    return render(request, "desk/connect_seen.html", page)


def _number(request: HttpRequest) -> int:
    """Return the event since which calls count."""
    since = searched(request, "since")[:15]
    return int(since) if since.isascii() and since.isdigit() else 0
