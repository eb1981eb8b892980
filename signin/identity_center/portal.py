"""What all pages of the portal have in common: whose it is, who is signed in, how they look."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts import directory_events, sessions
from accounts.directories import find_by_portal
from accounts.models import Directory, Session
from signin import client_cookies, hosts
from signin.flow.models import LIFETIME, WAIT
from signin.http import (
    FLOW_COOKIE,
    PORTAL_COOKIE,
    browser_of,
    cookie,
    delete_cookie,
    flow_key,
    language_choice,
    set_cookie,
)
from signin.identity_center import destinations

Page = Callable[..., HttpResponse]  # of a request, a session, and what its address names
View = Callable[..., HttpResponse]


def signed_in(page: Page) -> View:
    """Let only a signed-in browser see a page; send others to sign in and back again."""
    return require_safe(_guarded(page))


def signed_in_with_form(page: Page) -> View:
    """Let only a signed-in browser see a page that has a form, and send it."""
    return require_http_methods(["GET", "HEAD", "POST"])(_guarded(page))


def fresh(page: Page) -> View:
    """Let only somebody who signed in a short while ago see a page that has a form, and send it.

    Others do the whole sign-in again first, so that no factor is left out (S-048).
    """

    @wraps(page)
    def view(request: HttpRequest, session: Session, **named: Any) -> HttpResponse:
        if sessions.is_fresh(session):
            return page(request, session, **named)
        return sign_in(request, directory_of(session), prompt="login")

    return signed_in_with_form(view)


def portal_of(request: HttpRequest) -> str:
    """Return the name of the portal, for which its host is named."""
    return hosts.portal_name(cast(hosts.HostRequest, request).host_values)


def session_of(request: HttpRequest) -> Session | None:
    """Return the living session of this browser at this portal."""
    key = cookie(request, PORTAL_COOKIE)
    return sessions.find(key, door=sessions.PORTAL, host=request.get_host())


def directory_of(session: Session) -> Directory:
    """Return the directory that whoever is signed in belongs to."""
    return session.principal.profile.directory


def sign_in(request: HttpRequest, directory: Directory, *, prompt: str = "") -> HttpResponse:
    """Send the browser to the sign-in host, bound to a secret that only this browser has."""
    portal, verifier = portal_of(request), flow_key(request)
    values = hosts.portal_named(portal)
    here = hosts.url("portal", request.get_full_path(), **values)
    query = {
        "directory": directory.id,
        "redirect_uri": destinations.allowed(here, directory.portal_names)
        or destinations.start(portal),
        "code_challenge": sessions.challenge_of(verifier),
        **({"prompt": prompt} if prompt else {}),
        **language_choice(request),
    }
    region = values.get("region", directory.region)
    response = redirect(hosts.url("platform", "/platform/login", query, region=region))
    # There when the longest attempt comes back.
    set_cookie(response, FLOW_COOKIE, verifier, max_age=int((LIFETIME + WAIT).total_seconds()))
    return response


def end_session(request: HttpRequest, response: HttpResponse) -> None:
    """End a browser's session here and at the sign-in host, and have its cookies go."""
    if session := session_of(request):
        sessions.end(session)
        directory_events.signed_out(session, browser=browser_of(request))
    delete_cookie(response, PORTAL_COOKIE)
    client_cookies.take_back(response, *client_cookies.OF_PORTALS)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def show(
    request: HttpRequest,
    session: Session,
    template: str,
    more: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Show a page of the portal: its bar, whoever is signed in, and what it has of its own."""
    page = {
        "layout": "layouts/portal.html",
        "home": gettext("Open the portal"),
        "session": session,
        "principal": session.principal,
        "profile": session.principal.profile,
        "directory": directory_of(session),
        "portal": portal_of(request),
        **(more or {}),
    }
    return render(request, template, page, status=status)


def _guarded(page: Page) -> View:
    @wraps(page)
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        name, session = portal_of(request), session_of(request)
        if session is not None and directory_of(session).is_named(name):
            return page(request, session, **named)
        directory = find_by_portal(name)
        if directory is None:
            return render(request, "portal/no_such_portal.html", status=404)
        if cookie(request, PORTAL_COOKIE):
            return _session_over(request)
        return sign_in(request, directory)

    return view


def _session_over(request: HttpRequest) -> HttpResponse:
    page = {"again": request.get_full_path()}
    response = render(request, "portal/session_over.html", page, status=401)
    delete_cookie(response, PORTAL_COOKIE)
    client_cookies.take_back(response, *client_cookies.OF_PORTALS)
    return response
