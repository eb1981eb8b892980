"""How somebody comes from the portal to the console, to work as a role.

The portal's page leads to the console, which binds what comes to this browser and asks its
sign-in host; that asks the portal, which vouches for the person with a single-use code.
"""

import re
from typing import cast
from urllib.parse import quote

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import console_access, multi_sessions, role_events, sessions
from accounts.errors import ConsoleAccessDenied, TooManySessions
from accounts.identities import original
from accounts.models import Session
from mfa.models import Device
from signin import hosts
from signin.console import browser_sessions, destinations
from signin.console.flows import OTHERS, access_denied, lead_on, start_url
from signin.console.views import ask_for_session, region_here, via_here
from signin.federation import console_role_events
from signin.flow.facts import Facts
from signin.flow.models import LIFETIME, Attempt
from signin.http import (
    FLOW_COOKIE,
    SIGNIN_COOKIE,
    browser_of,
    cookie,
    flow_key,
    language_choice,
    set_cookie,
)
from signin.kernel import clock

FLOW = "portal-role"
PORTAL = rf"(?:{hosts.PLACEHOLDERS['portal']})|{hosts.INSTANCE}\.{hosts.REGION}"
WHICH = ("account_id", "role_name")


@require_safe
def arrive(request: HttpRequest) -> HttpResponse:
    """Ask the sign-in host for a session as the role that somebody chose at the portal."""
    asked = {"portal": _portal_of(request), **_which(request)}
    destination = destinations.allowed(request.GET.get("destination", ""))
    if destinations.host_of(destination) != request.get_host():
        destination = destinations.home(region_here(request))  # another host has other cookies
    return ask_for_session(request, destination, via=via_here(request), **asked)


def begin(request: HttpRequest, facts: Facts) -> HttpResponse:
    """Ask the portal to vouch for somebody, bound to a secret that only this browser has."""
    portal, key = _portal_of(request), flow_key(request)
    attempt = Attempt.begin(flow=FLOW, flow_key=key, facts=facts)
    query = {
        **_which(request),
        "attempt": attempt.handle,
        "code_challenge": sessions.challenge_of(key),
        "region": region_here(request),
        **language_choice(request),
    }
    values = hosts.portal_named(portal)
    response = redirect(hosts.url("portal", "/start/authorize", query, **values))
    set_cookie(response, FLOW_COOKIE, key, max_age=int(LIFETIME.total_seconds()))
    return response


@require_safe
def accept(request: HttpRequest) -> HttpResponse:
    """Take the session that the portal offers, in place of the one here, and go to the console."""
    attempt = Attempt.find(request.GET.get("attempt", ""), flow_key=flow_key(request))
    if attempt is None or attempt.flow != FLOW:
        return _failed(request)
    try:
        with transaction.atomic():
            key = _redeem(request, attempt)
            session = sessions.find(key, door=sessions.SIGNIN, host=request.get_host())
            if session is None:
                return _failed(request)
            try:
                browser = browser_of(request)
                console_access.check(session, browser, has_device=_has_device(session))
            except ConsoleAccessDenied:
                sessions.end(session)
                start_over = start_url(attempt.facts, prompt="login", **OTHERS)
                return access_denied(request, start_over=start_over, by_portal=True)
            entered = browser_sessions.enter(request, original(session).arn)
            if entered:
                multi_sessions.put(session, entered.multi_session)
            _record(request, session)
            response = lead_on(request, session, attempt.facts)
    except TooManySessions:
        return browser_sessions.show_full(request)
    lifetime = session.expires_at - clock.now()
    set_cookie(response, SIGNIN_COOKIE, key, max_age=int(lifetime.total_seconds()))
    if entered:
        browser_sessions.keep(response, entered.key)
    return response


def _redeem(request: HttpRequest, attempt: Attempt) -> str:
    """Return the key of the session behind the code; nothing if it is not good for this browser."""
    if not attempt.close():
        return ""  # another request with the same code was faster
    key = sessions.accept(
        request.GET.get("code", ""),
        host=request.get_host(),
        verifier=cookie(request, FLOW_COOKIE),
    )
    return key or ""


def _record(request: HttpRequest, session: Session) -> None:
    if session.role:
        browser = browser_of(request)
        console_role_events.opened(session, session.role, browser=browser)
        role_events.console_login(
            session, session.role, has_device=_has_device(session), browser=browser
        )


def _has_device(session: Session) -> bool:
    return not set(Device.Kind.values).isdisjoint(session.factors)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def to_identity_center(request: HttpRequest, path: str) -> HttpResponse:
    """Send whoever uses Identity Center's older SAML addresses on to its own host, form and all."""
    region = cast(hosts.HostRequest, request).host_values.get("region")
    if region is None:
        raise Http404
    there = hosts.url("platform", f"/platform/saml/{quote(path)}", region=region)
    return redirect(there, preserve_request=True)


def _portal_of(request: HttpRequest) -> str:
    """Return the portal that a query names, as the host table takes it."""
    portal = request.GET.get("portal", "")
    if not re.fullmatch(PORTAL, portal):
        raise Http404
    return portal


def _which(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "")[:64] for name in WHICH}


def _failed(request: HttpRequest) -> HttpResponse:
    page = {"home": destinations.home(region_here(request))}
    return render(request, "errors/handoff_failed.html", page, status=400)
