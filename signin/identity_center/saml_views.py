"""Identity Center as a SAML service provider: its metadata, and whoever an external one sends.

The consumer service believes no cookie and no other header: what is posted there comes from a page
of the provider's (docs/architecture.md, "Signing in by an identity provider").
"""

from typing import cast
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import workflows
from accounts.models import Directory
from signin import hosts
from signin.faults.errors import UsNotYou
from signin.faults.faults import Kind
from signin.faults.views import us_not_you
from signin.federation import arrivals, service_providers
from signin.federation.errors import ArrivalOver, AssertionRefused
from signin.federation.models import Arrival
from signin.flow import views as flow
from signin.flow.facts import Facts
from signin.flow.models import LIFETIME, Attempt
from signin.http import FLOW_COOKIE, browser_of, flow_key, set_cookie
from signin.identity_center import destinations
from signin.identity_center.flows import DIRECTORY_USER, FLOWS, over


@require_safe
def metadata(request: HttpRequest, directory_id: str) -> HttpResponse:
    """Answer with what an external provider has to know of a directory."""
    directory = _external(request, directory_id)
    content = service_providers.metadata(directory)
    return HttpResponse(content, content_type="application/samlmetadata+xml; charset=utf-8")


@csrf_exempt
@require_POST
def consume(request: HttpRequest, directory_id: str) -> HttpResponse:
    """Take the answer of a directory's provider, and have the browser come back with its cookies.

    Whatever is wrong with it, the page is the one without a cause (R-257, behaviour 7.8).
    """
    directory = _external(request, directory_id)
    answers, relay_states = (request.POST.getlist(each) for each in ("SAMLResponse", "RelayState"))
    try:
        token = arrivals.receive(
            directory,
            answers[0] if len(answers) == 1 else "",
            relay_state=relay_states[0] if len(relay_states) == 1 else "",
            browser=browser_of(request),
        )
    except (AssertionRefused, UsNotYou):
        start = destinations.start(directory.portal_name)
        return us_not_you(request, Kind.IDENTITY_PROVIDER, again=start)
    return redirect(f"{reverse('saml-arrival')}?{urlencode({'token': token})}")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, path: str) -> HttpResponse:
    """Send whoever uses the dual-stack address on to the one where cookies are, form and all."""
    region = cast(hosts.HostRequest, request).host_values["region"]
    there = hosts.url("platform", f"/platform/saml/{quote(path)}", region=region)
    return redirect(there, preserve_request=True)


@require_safe
def arrive(request: HttpRequest) -> HttpResponse:
    """Go on with the attempt for which a provider was asked; or begin one that asks the person."""
    try:
        arrival = arrivals.find(request.GET.get("token", ""))
        if arrival.attempt is None:
            return _unasked(request, arrival)
        attempt = Attempt.find(arrival.attempt.handle, flow_key=flow_key(request))
        if attempt is None or attempt.flow != DIRECTORY_USER.name:
            return over(request)
        arrivals.use(arrival)
    except ArrivalOver:
        return over(request)
    arrivals.vouch(attempt, arrival)
    return flow.go_on(request, attempt, FLOWS)


def _unasked(request: HttpRequest, arrival: Arrival) -> HttpResponse:
    """Ask whether it is meant: another site may have sent a stranger's answer (login CSRF)."""
    arrivals.use(arrival)
    directory = arrival.user.profile.directory
    portals = frozenset({directory.pk, directory.portal_name})
    destination = destinations.allowed(arrival.destination, portals)
    facts = Facts(
        directory=directory.pk,
        portal=directory.portal_name,
        destination=destination or destinations.start(directory.portal_name),
        username=arrival.user.username,
        arrival_due=True,
    )
    draft = Attempt(facts=facts)
    workflows.begin(draft)
    arrivals.vouch(draft, arrival)
    key = flow_key(request)
    attempt = Attempt.begin(flow=DIRECTORY_USER.name, flow_key=key, facts=facts)
    response = redirect("attempt", attempt.handle)  # which can be loaded again, unlike this one
    set_cookie(response, FLOW_COOKIE, key, max_age=int(LIFETIME.total_seconds()))
    return response


def _external(request: HttpRequest, directory_id: str) -> Directory:
    region = cast(hosts.HostRequest, request).host_values["region"]
    if (found := service_providers.find_directory(directory_id, region=region)) is None:
        raise Http404
    return found
