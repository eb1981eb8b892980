"""From the portal to the console: opening a role, and vouching for who opened it."""

import re
from datetime import timedelta
from typing import cast
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import assignments, directory_events, roles, sessions
from accounts.assignments import Grant
from accounts.models import Session
from signin import hosts
from signin.http import browser_of, language_choice, without_null
from signin.identity_center.portal import portal_of, show, signed_in
from signin.kernel import partitions

HANDLE = re.compile(r"[0-9a-f]{32}\Z")
CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
HOME = "/console/home"


@signed_in
def open_console(request: HttpRequest, session: Session) -> HttpResponse:
    """Lead somebody to the console, which asks back here for a session as the role."""
    grant = _grant(request, session)
    if grant is None:
        return _gone(request, session)
    destination = _destination(request, session, grant)
    query = {
        "portal": portal_of(request),
        "account_id": grant.account.id,
        "role_name": grant.permission_set.name,
        "destination": destination,
        **language_choice(request),
    }
    _, values, _ = cast(tuple[hosts.Host, dict[str, str], str], hosts.find_url(destination))
    return redirect(hosts.url("console", "/console/portal", query, **values))


@signed_in
def authorize(request: HttpRequest, session: Session) -> HttpResponse:
    """Vouch for somebody to the sign-in host that asked, as the role that they have (S-036)."""
    grant = _grant(request, session)
    attempt, challenge = request.GET.get("attempt", ""), request.GET.get("code_challenge", "")
    if grant is None or not HANDLE.match(attempt) or not CHALLENGE.match(challenge):
        return _gone(request, session)
    region = request.GET.get("region", "")
    values = {"region": region} if partitions.here().has_region(region) else {}
    code = sessions.offer_role(
        roles.provision(grant.permission_set, grant.account),
        session,
        browser=browser_of(request),
        host=urlsplit(hosts.origin("signin", **values)).netloc,
        challenge=challenge,
        lifetime=timedelta(minutes=grant.permission_set.session_minutes),
    )
    opened = {"role_name": grant.permission_set.name, "account_id": grant.account.id}
    directory_events.federated(session, browser=browser_of(request), to=opened)
    query = {"attempt": attempt, "code": code, **language_choice(request)}
    return redirect(hosts.url("signin", "/portal-session", query, **values))


def _grant(request: HttpRequest, session: Session) -> Grant | None:
    """Return what somebody has of the role that a query names."""
    named = [without_null(request.GET.get(name, "")) for name in ("account_id", "role_name")]
    return assignments.find(session.principal, *named)


def _gone(request: HttpRequest, session: Session) -> HttpResponse:
    return show(request, session, "portal/role_gone.html", status=404)


def _destination(request: HttpRequest, session: Session, grant: Grant) -> str:
    """Return the page of the console that opens: as the link says, or the permission set.

    A path is one of the console that has no region in its name: there a role's session serves
    whatever else asks who is signed in, ``aws login`` at the desk among it.
    """
    relay_state = grant.permission_set.relay_state
    if relay_state.startswith("/"):
        relay_state = hosts.url("console", relay_state)
    for url in (request.GET.get("destination", ""), relay_state):
        found = hosts.find_url(url)
        if found and found[0].door == "console":
            return url
    return hosts.url("console", HOME)
