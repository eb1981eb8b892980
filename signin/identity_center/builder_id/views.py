"""The start page: taking a session over, who is signed in, letting programs in, signing out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import sessions
from accounts.models import Session
from builderid import people
from signin import hosts
from signin.http import (
    BUILDER_ID_COOKIE,
    FLOW_COOKIE,
    cookie,
    delete_cookie,
    language_choice,
    set_cookie,
)
from signin.identity_center import program_pages
from signin.identity_center.builder_id import destinations
from signin.identity_center.builder_id.door import (
    session_of,
    show,
    signed_in,
    signed_in_with_form,
)
from signin.kernel import clock


@signed_in
def start(request: HttpRequest, session: Session) -> HttpResponse:
    """Say who is signed in; there is nothing here to do but to let programs in, or to leave."""
    profile = people.profile_of(session.principal)
    return show(request, session, "builder_id/start.html", {"profile": profile})


@require_safe
def accept(request: HttpRequest) -> HttpResponse:
    """Take a session over from the sign-in host, then show the page that was asked for."""
    destination = destinations.allowed(request.GET.get("destination", ""))
    key = sessions.accept(
        request.GET.get("code", ""),
        host=request.get_host(),
        verifier=cookie(request, FLOW_COOKIE),
    )
    session = sessions.find(key or "", door=sessions.BUILDER_ID, host=request.get_host())
    if key is None or session is None:
        page = {"start": destinations.start()}
        return render(request, "builder_id/handoff_failed.html", page, status=400)
    response = redirect(destination or destinations.start())
    lifetime = session.expires_at - clock.now()
    set_cookie(response, BUILDER_ID_COOKIE, key, max_age=int(lifetime.total_seconds()))
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and at the sign-in host, and show the sign-in page (R-198)."""
    if session := session_of(request):
        sessions.end(session)
    response = redirect(destinations.start())
    delete_cookie(response, BUILDER_ID_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@signed_in_with_form
def device(request: HttpRequest, session: Session) -> HttpResponse:
    """Ask whether the program that shows a code is to be let in."""
    return program_pages.device(request, session, show)


@signed_in_with_form
def consent(request: HttpRequest, session: Session) -> HttpResponse:
    """Ask whether a program on this machine is to be let in, and go back to it with the answer."""
    return program_pages.consent(request, session, show)


@require_safe
def profile(request: HttpRequest) -> HttpResponse:
    """Lead from the profile's address to the start page, which says what is not there yet."""
    return redirect(hosts.url("builder-id", destinations.START, language_choice(request)))
