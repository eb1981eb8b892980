"""Several sessions side by side in one browser: the page that turns it on and off, and lists them.

It is at the sign-in host, where the secret of the browser is. Each session has consoles of its own,
at hosts that are named for it, so that changing from one to another takes nothing but a link.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import multi_sessions, sessions
from accounts.models import MultiSession
from signin.console import browser_sessions, destinations
from signin.console.flows import CONSOLE
from signin.console.signin_views import region_of
from signin.flow.facts import Facts
from signin.flow.views import begin
from signin.http import (
    MULTI_SESSION_COOKIE,
    SIGNIN_COOKIE,
    delete_cookie,
    language_choice,
    set_cookie,
)
from signin.kernel import clock


@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest) -> HttpResponse:
    """Show the sessions of this browser; turn it on or off to have several, or sign out of some.

    ``session`` names the one whose console somebody comes from.
    """
    several = browser_sessions.multi_session(request)
    if request.method != "POST":
        return _show(request, several)
    response = redirect(request.get_full_path())
    if several is None:
        if request.POST.get("act") == "turn_on":
            _turn_on(request, response)
    elif request.POST.get("act") == "turn_off":
        _turn_off(request, response, several)
    else:
        _sign_out(request, several)
    return response


@require_safe
def add(request: HttpRequest) -> HttpResponse:
    """Let somebody sign in beside those who are signed in, where that was turned on."""
    if browser_sessions.multi_session(request) is None:
        return redirect("sessions")
    return begin(request, CONSOLE, Facts(destination=_home(request), challenge=""))


def _show(request: HttpRequest, several: MultiSession | None) -> HttpResponse:
    carried = language_choice(request)
    found = browser_sessions.here(request)
    listed = browser_sessions.described(found, home=_home(request), **carried)
    wanted = request.GET.get("session")
    # A name that nobody has any more is that of whoever turned it off, or of somebody who left.
    own = next((each for each in listed if each["name"] == wanted), None)
    page = {
        "is_on": several is not None,
        "most": multi_sessions.MOST_SESSIONS,
        "sessions": listed,
        "own": own or next(iter(listed), None),
        "home": _home(request),
    }
    return render(request, "console/sessions.html", page)


def _turn_on(request: HttpRequest, response: HttpResponse) -> None:
    session = next(iter(browser_sessions.here(request)), None)
    browser_sessions.keep(response, multi_sessions.turn_on(session, host=request.get_host()))


def _turn_off(request: HttpRequest, response: HttpResponse, several: MultiSession) -> None:
    kept = multi_sessions.turn_off(several, keep=request.POST.get("keep", ""))
    delete_cookie(response, MULTI_SESSION_COOKIE)
    if kept:
        lifetime = kept.expires_at - clock.now()
        set_cookie(response, SIGNIN_COOKIE, kept.key, max_age=int(lifetime.total_seconds()))


def _sign_out(request: HttpRequest, several: MultiSession) -> None:
    """End the session that the form names, or all of them."""
    for session in multi_sessions.living(several):
        is_named = multi_sessions.name_of(session) == request.POST.get("sign_out")
        if is_named or request.POST.get("act") == "sign_out_all":
            sessions.end(session)


def _home(request: HttpRequest) -> str:
    return destinations.home(region_of(request).get("region"))
