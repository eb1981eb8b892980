"""Signing out at a sign-in host, as programs ask for it before they sign somebody else in."""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.views.decorators.http import require_http_methods

from accounts import sessions
from accounts.identities import original
from accounts.models import Session
from signin import hosts
from signin.console import browser_sessions, destinations
from signin.http import SIGNIN_COOKIE, delete_cookie, language_choice

DOORS = frozenset({"console", "signin", "account", "public", "portal"})

View = Callable[[HttpRequest], HttpResponse]


def or_else(view: View) -> View:
    """Return a view that signs out where the query says so, and is another one where it doesn't."""

    def chosen(request: HttpRequest) -> HttpResponse:
        return sign_out(request) if request.GET.get("Action") == "logout" else view(request)

    return chosen


@require_http_methods(["GET", "HEAD", "POST"])
def sign_out(request: HttpRequest) -> HttpResponse:
    """End all sessions at this host with what came from them, and go on where the query says.

    The form's button does it: a link alone would let anybody sign people out, and sign them in as
    somebody else then (S-105). Only addresses that are emulated are gone on to (S-050).
    """
    to = _next(request)
    found = browser_sessions.here(request)
    if not found:
        return redirect(to)
    if request.method != "POST":
        return _ask(request, found, to)
    for session in found:
        sessions.end(session)
    response = redirect(to)
    delete_cookie(response, SIGNIN_COOKIE)
    return response


def _ask(request: HttpRequest, found: Sequence[Session], to: str) -> HttpResponse:
    page = {
        "identities": [original(each) for each in found],
        "stay": hosts.url("console"),
        "next": urlsplit(to).netloc,
    }
    return render(request, "federation/sign_out.html", page)


def _next(request: HttpRequest) -> str:
    """Return where to go on: a page of ours, by AWS's name for it or the local one."""
    here = hosts.here(request.GET.get("redirect_uri", ""))
    if here and _is_page(here):
        return here
    return destinations.signed_out(language_choice(request))


def _is_page(here: str) -> bool:
    found = hosts.find_url(here)
    if found is None or found[0].door not in DOORS:
        return False
    try:
        resolve(found[2], urlconf=found[0].urlconf)
    except Resolver404:
        return False
    return True
