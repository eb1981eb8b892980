"""What went wrong behind the pages, with its true cause, and faults for somebody to arm."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from signin.control.forms import FaultForm
from signin.faults import faults
from signin.faults.faults import Kind
from signin.faults.models import Incident
from signin.http import searched

SHOWN = 100


@require_http_methods(["GET", "HEAD", "POST"])
def incidents(request: HttpRequest) -> HttpResponse:
    """Show the newest incidents, those with a number only, and arm a fault."""
    form = FaultForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        faults.arm(Kind(form.cleaned_data["kind"]), form.cleaned_data["times"])
        return redirect("incidents")
    number = searched(request, "number").strip()
    found = Incident.objects.filter(number__icontains=number)
    page = {
        "at": "incidents",
        "incidents": found[:SHOWN],
        "number": number,
        "count": found.count(),
        "shown": SHOWN,
        "faults": faults.armed(),
        "form": form,
    }
    return render(request, "desk/incidents.html", page)


@require_POST
def disarm(request: HttpRequest, kind: str) -> HttpResponse:
    """Let a fault strike no more."""
    if kind not in Kind.values:
        raise Http404
    faults.disarm(Kind(kind))
    return redirect("incidents")
