"""The sessions that a browser has at a sign-in host: one, or several with multi-session."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import multi_sessions, sessions
from accounts.identities import original, sign_in_of
from accounts.models import MultiSession, Session
from accounts.multi_sessions import Entered
from signin import hosts
from signin.console import destinations
from signin.http import MULTI_SESSION_COOKIE, SIGNIN_COOKIE, cookie, language_choice, set_cookie


def multi_session(request: HttpRequest) -> MultiSession | None:
    """Return what makes this browser have several sessions; None if it has one at a time."""
    return multi_sessions.find(cookie(request, MULTI_SESSION_COOKIE), host=request.get_host())


def here(request: HttpRequest) -> Sequence[Session]:
    """Return the living sessions of this browser at this sign-in host, the newest first."""
    if several := multi_session(request):
        return multi_sessions.living(several)
    session = sessions.find(
        cookie(request, SIGNIN_COOKIE), door=sessions.SIGNIN, host=request.get_host()
    )
    return [session] if session else []


def chosen(request: HttpRequest, destination: str) -> Session | None:
    """Return the session of this browser with which it goes on to a destination, if there is one.

    It is the one whose console that is; the newest, if it is nobody's.
    """
    found = here(request)
    wanted = destinations.session_of(destination)
    if wanted and multi_session(request):
        return next((each for each in found if multi_sessions.name_of(each) == wanted), None)
    return next(iter(found), None)


def enter(request: HttpRequest, arn: str) -> Entered | None:
    """Let somebody sign in beside the sessions that are here, or in place of the one that is.

    ``arn`` is theirs. A form can name a session that shall end for it. Raises TooManySessions. To
    be called in a transaction.
    """
    if key := cookie(request, MULTI_SESSION_COOKIE):
        instead = request.POST.get("instead", "")
        entered = multi_sessions.enter(key, host=request.get_host(), arn=arn, instead=instead)
        if entered:
            return entered
    sessions.end_earlier(cookie(request, SIGNIN_COOKIE), host=request.get_host())
    return None


def check_room(request: HttpRequest) -> None:
    """Raise TooManySessions if nobody new can sign in here, but for one whom a form names."""
    if several := multi_session(request):
        multi_sessions.check_room(several, but=[request.POST.get("instead", "")])


def menu(request: HttpRequest, session: Session, *, region: str) -> dict[str, Any]:
    """Return what a console's menu says of the other sessions of its browser."""
    name, there = multi_sessions.name_of(session), hosts.origin_of(sign_in_of(session).host)
    carried = language_choice(request)
    page = {
        "is_on": bool(name),
        "manage": f"{there}/sessions?{urlencode({'session': name, **carried})}",
    }
    if name:
        home = destinations.home(region)
        others = multi_sessions.told_beside(session)
        page["others"] = described(others, home=home, **carried)
        page["add"] = f"{there}/sessions/new?{urlencode({'region': region, **carried})}"
    return page


def described(found: Iterable[Session], *, home: str, **carried: str) -> list[dict[str, Any]]:
    """Return what pages show of sessions: who that is, their name in forms, and their console."""
    return [
        {
            "name": (name := multi_sessions.name_of(each)),
            "identity": original(each),
            "console": destinations.moved(home, name, via=destinations.via(each.host), **carried),
        }
        for each in found
    ]


def show_full(
    request: HttpRequest, *, action: str = "", carried: Mapping[str, str] | None = None
) -> HttpResponse:
    """Show that one of the sessions here has to end, before another one can begin.

    ``action`` is where somebody says which, and ``carried`` what is said there besides; without it
    they go to the page of the sessions.
    """
    found = described(here(request), home=destinations.home())
    page = {"sessions": found, "action": action, "carried": carried or {}}
    return render(request, "console/too_many_sessions.html", page, status=409)


def keep(response: HttpResponse, key: str) -> None:
    """Let the browser keep the secret that leads to its sessions."""
    lifetime = int(multi_sessions.LIFETIME.total_seconds())
    set_cookie(response, MULTI_SESSION_COOKIE, key, max_age=lifetime)
