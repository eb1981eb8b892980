"""Where the opening of an account begins: at a sign-in, or at an address of its own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from signin import hosts
from signin.console import destinations
from signin.console.flows import FLOWS, OPENING
from signin.console.signin_views import CHALLENGE, region_of
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.flow.views import begin, over
from signin.http import flow_key, language_choice

PATH = "/console/open-account"


@require_safe
def instead(request: HttpRequest, handle: str) -> HttpResponse:
    """Begin an opening in place of a sign-in, which stays as it is; or begin it anew."""
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    if attempt is None or attempt.flow not in FLOWS:
        return over(request)
    facts = Facts(destination=attempt.facts["destination"], challenge=attempt.facts["challenge"])
    if attempt.flow != OPENING.name:
        facts["came_from"] = handle
    elif "came_from" in attempt.facts:
        facts["came_from"] = attempt.facts["came_from"]
    return begin(request, OPENING, facts)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Begin an opening for a console that asks for it; send a bookmark there first (R-006)."""
    challenge = request.GET.get("code_challenge", "")
    if not CHALLENGE.match(challenge):
        return redirect(hosts.url("console", PATH, language_choice(request), **region_of(request)))
    destination = destinations.allowed(request.GET.get("redirect_uri", ""))
    return begin(request, OPENING, Facts(destination=destination, challenge=challenge))
