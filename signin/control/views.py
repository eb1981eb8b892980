"""The desk's own pages."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from signin import hosts
from signin.control import doors, recipes
from signin.control.api import api
from signin.control.models import LoadedScenario
from signin.control.scenarios import ScenarioUnknown, find
from signin.events.models import Event
from signin.faults.models import Incident
from signin.http import searched
from signin.mailbox.models import Message
from signin.wire import sts

SHOWN = 100


@csrf_exempt
def root(request: HttpRequest) -> HttpResponse:
    """Answer a call of STS, whose clients may be told any endpoint; show people the desk."""
    is_call = request.method == "POST" or "Action" in request.GET
    return sts.view(request) if is_call else index(request)


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the doors, the scenario's people, and the way to everything else at the desk."""
    loaded = LoadedScenario.objects.first()
    try:
        scenario = find(loaded.name) if loaded else None
    except ScenarioUnknown:
        scenario = None  # its file was taken away since
    return render(
        request,
        "desk/index.html",
        {
            "at": "desk",
            "scenario": loaded,
            "doors": doors.doors(),
            "people": doors.people(scenario) if scenario else [],
            "endpoint": recipes.endpoint(),
            "endpoints": doors.endpoints(),
            "keys": doors.keys(scenario) if scenario else [],
            "message_count": Message.objects.count(),
            "event_count": Event.objects.count(),
            "incident_count": Incident.objects.count(),
        },
    )


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Show the newest events, those of one name or one account only."""
    name, account = searched(request, "name")[:64], searched(request, "account")[:12]
    wanted = {"name": name, "account_id": account}
    found = Event.objects.filter(**{column: value for column, value in wanted.items() if value})
    return render(
        request,
        "desk/events.html",
        {
            "at": "events",
            "events": [
                {"event": event, "json": json.dumps(event.document, indent=2, ensure_ascii=False)}
                for event in found[:SHOWN]
            ],
            "name": name,
            "account": account,
            "names": Event.objects.order_by("name").values_list("name", flat=True).distinct(),
            "count": found.count(),
            "shown": SHOWN,
        },
    )


@require_safe
def control(request: HttpRequest) -> HttpResponse:
    """Show what the control API can do."""
    schema: dict[str, Any] = api.get_openapi_schema()
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "parameters": [parameter["name"] for parameter in operation.get("parameters", [])],
        }
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]
    return render(
        request,
        "desk/control.html",
        {"at": "control", "operations": operations, "origin": hosts.origin("desk")},
    )


@require_safe
def to_sign_in_host(request: HttpRequest) -> HttpResponse:
    """Send a browser to the sign-in host whose program knows only this address of ours."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{hosts.url('signin', request.path)}?{query}")
