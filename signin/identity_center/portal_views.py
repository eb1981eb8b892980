"""The portal: taking a session over, accounts and their roles, signing out."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import assignments, directory_events, sessions
from accounts.models import Session
from signin import client_cookies
from signin.http import (
    FLOW_COOKIE,
    PORTAL_COOKIE,
    browser_of,
    cookie,
    searched,
    set_cookie,
)
from signin.identity_center import destinations, places
from signin.identity_center.portal import end_session, portal_of, show, signed_in
from signin.kernel import clock

PAGE_SIZE = 50  # accounts
FEW = 3  # so many accounts show their roles without being asked


@signed_in
def accounts(request: HttpRequest, session: Session) -> HttpResponse:
    """Show the accounts that somebody is assigned to, and the roles there (R-096)."""
    user, words = session.principal, searched(request, "search").strip()
    found = Paginator(assignments.accounts_of(user, words), PAGE_SIZE)
    here = found.get_page(request.GET.get("page"))
    page = {
        "tab": "accounts",
        "words": words,
        "page": here,
        "places": places.of(user, here, portal=portal_of(request)),
        "are_few": found.count <= FEW,
    }
    return show(request, session, "portal/accounts.html", page)


@require_safe
def accept(request: HttpRequest) -> HttpResponse:
    """Take a session over from the sign-in host, then show the page that was asked for."""
    start = destinations.start(portal_of(request))
    destination = destinations.allowed(
        request.GET.get("destination", ""), frozenset({portal_of(request)})
    )
    key = sessions.accept(
        request.GET.get("code", ""),
        host=request.get_host(),
        verifier=cookie(request, FLOW_COOKIE),
    )
    session = sessions.find(key or "", door=sessions.PORTAL, host=request.get_host())
    if key is None or session is None:
        return render(request, "portal/handoff_failed.html", {"start": start}, status=400)
    directory_events.authenticated(session, browser=browser_of(request))
    response = redirect(destination or start)
    lifetime = int((session.expires_at - clock.now()).total_seconds())
    set_cookie(response, PORTAL_COOKIE, key, max_age=lifetime)
    token = sessions.bearer_token(session)
    client_cookies.give(response, client_cookies.PORTAL_TOKEN, token, max_age=lifetime)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and at the sign-in host, and show the sign-in page (R-195, R-196)."""
    response = redirect(destinations.start(portal_of(request)))
    end_session(request, response)
    return response
