"""What the pages at the start page's host have in common: who is signed in, how they look."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import sessions
from accounts.models import Session
from signin import hosts
from signin.flow.models import LIFETIME, WAIT
from signin.http import (
    BUILDER_ID_COOKIE,
    FLOW_COOKIE,
    cookie,
    delete_cookie,
    flow_key,
    language_choice,
    set_cookie,
)
from signin.identity_center.builder_id import destinations
from signin.oidc.realms import BUILDER_ID_PORTAL, BUILDER_ID_REGION

Page = Callable[[HttpRequest, Session], HttpResponse]
View = Callable[[HttpRequest], HttpResponse]


def signed_in(page: Page) -> View:
    """Let only a signed-in browser see a page; send others to sign in and back again."""
    return require_safe(_guarded(page))


def signed_in_with_form(page: Page) -> View:
    """Let only a signed-in browser see a page that has a form, and send it."""
    return require_http_methods(["GET", "HEAD", "POST"])(_guarded(page))


def session_of(request: HttpRequest) -> Session | None:
    """Return the living session of this browser here."""
    key = cookie(request, BUILDER_ID_COOKIE)
    return sessions.find(key, door=sessions.BUILDER_ID, host=request.get_host())


def sign_in(request: HttpRequest) -> HttpResponse:
    """Send the browser to the sign-in host, bound to a secret that only this browser has."""
    verifier = flow_key(request)
    here = hosts.url("builder-id", request.get_full_path())
    query = {
        "directory": BUILDER_ID_PORTAL,
        "redirect_uri": destinations.allowed(here) or destinations.start(),
        "code_challenge": sessions.challenge_of(verifier),
        **language_choice(request),
    }
    response = redirect(hosts.url("platform", "/platform/login", query, region=BUILDER_ID_REGION))
    # There when the longest attempt comes back.
    set_cookie(response, FLOW_COOKIE, verifier, max_age=int((LIFETIME + WAIT).total_seconds()))
    return response


def show(
    request: HttpRequest,
    session: Session,
    template: str,
    more: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show a page: its bar, whoever is signed in, and what it has of its own."""
    page = {
        "layout": "layouts/builder_id.html",
        "home": gettext("Open the start page"),
        "session": session,
        "principal": session.principal,
        **(more or {}),
    }
    return render(request, template, page, status=status)


def _guarded(page: Page) -> View:
    @wraps(page)
    def view(request: HttpRequest) -> HttpResponse:
        if session := session_of(request):
            return page(request, session)
        if cookie(request, BUILDER_ID_COOKIE):
            return _session_over(request)
        return sign_in(request)

    return view


def _session_over(request: HttpRequest) -> HttpResponse:
    page = {"again": request.get_full_path()}
    response = render(request, "builder_id/session_over.html", page, status=401)
    delete_cookie(response, BUILDER_ID_COOKIE)
    return response
