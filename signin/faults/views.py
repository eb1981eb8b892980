"""The page for a failure that is nobody's in front of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from signin.faults import incidents
from signin.faults.models import Kind


def us_not_you(request: HttpRequest, cause: Kind, *, again: str) -> HttpResponse:
    """Note an incident, and show its number without its cause; ``again`` is where to begin anew.

    Of the address only host and path are noted: a query can carry secrets.
    """
    incident = incidents.note(cause, f"{request.get_host()}{request.path}")
    page = {"incident": incident, "again": again}
    return render(request, "errors/us_not_you.html", page, status=503)
