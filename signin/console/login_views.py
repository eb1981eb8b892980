"""Letting a command line in (``aws login``): who comes with its request, and what is answered.

A program's request stays here until it is answered; nothing in an address but its handle says so.
Whoever has no session signs in first, and comes back.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identities import original
from accounts.models import Session
from signin import hosts
from signin.console import browser_sessions, destinations
from signin.console.flows import start_url
from signin.flow.facts import Facts
from signin.flow.models import LIFETIME
from signin.http import FLOW_COOKIE, browser_of, flow_key, set_cookie
from signin.logins import chains, permissions, requests
from signin.logins.errors import (
    LoginRequestInvalid,
    LoginRequestOver,
    NotPermitted,
    RefusedFromHere,
)
from signin.logins.models import Client, LoginRequest
from signin.safeguards import let_forms_lead_to_programs


@require_safe
def authorize(request: HttpRequest) -> HttpResponse:
    """Take a program's request from the browser that it opened; send nothing where it says.

    A request that is not as it has to be is told here: its address may be anybody's (S-050).
    """
    if elsewhere := _elsewhere(request):
        return redirect(elsewhere)
    key = flow_key(request)
    asked_once = {name: values[0] for name, values in request.GET.lists() if len(values) == 1}
    try:
        asked = requests.begin(asked_once, host=request.get_host(), flow_key=key)
    except LoginRequestInvalid as refusal:
        page = {"problem": refusal.message}
        return render(request, "login/refused.html", page, status=400)
    response = redirect(destinations.LOGIN, asked.handle)
    set_cookie(response, FLOW_COOKIE, key, max_age=int(LIFETIME.total_seconds()))
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest, handle: str) -> HttpResponse:
    """Ask whether a program shall be let in, and as whom; or take the answer."""
    asked = requests.find(handle, host=request.get_host(), flow_key=flow_key(request))
    if asked is None:
        return _over(request)
    found = browser_sessions.here(request)
    if not found:
        return redirect(_sign_in(asked))
    if request.method != "POST":
        return _ask(request, asked, found)
    # Somebody else may have signed in since the page was shown.
    session = next((each for each in found if str(each.pk) == request.POST.get("session")), None)
    try:
        if request.POST.get("decision") == "deny":
            requests.deny(asked)
            return _answer(asked, error="access_denied")
        if request.POST.get("decision") != "allow" or session is None:
            return redirect(request.path)
        return _answer(asked, code=requests.allow(asked, session, browser=browser_of(request)))
    except RefusedFromHere:
        page = {"identity": original(cast(Session, session)), "ip": request.META["REMOTE_ADDR"]}
        return _show(request, asked, "login/not_from_here.html", page, status=403)
    except NotPermitted:
        return _refuse(request, asked, cast(Session, session), is_one_of_several=len(found) > 1)
    except LoginRequestOver:
        return _over(request)


@require_safe
def confirm(request: HttpRequest) -> HttpResponse:
    """Show the code that somebody carries to another device, in the browser that let it in."""
    code, state = request.GET.get("code", ""), request.GET.get("state", "")
    if "error" in request.GET:
        return render(request, "login/denied.html")
    key = flow_key(request)
    if not requests.is_to_be_carried(code, state, host=request.get_host(), flow_key=key):
        return _over(request)
    carried = base64.b64encode(urlencode({"state": state, "code": code}).encode()).decode()
    return render(request, "login/confirmation.html", {"carried": carried})


def _elsewhere(request: HttpRequest) -> str | None:
    """Return the address at another sign-in host where a program's request is to be answered.

    Programs ask at the host of their region, but most are signed in at the one of no region, as
    the console is without one. Whoever has no session here goes there; who has none there either
    comes back, as ``via`` tells. A dual-stack name leads to the host that it is a name of.
    """
    asked_at, query = request.get_host(), request.GET.copy()
    here = destinations.via(asked_at)
    origin = hosts.origin("signin", **destinations.sign_in_host(here))
    if origin == hosts.origin_of(asked_at):
        came_from = query.get("via", "")
        back = destinations.sign_in_host(came_from)
        is_last = not back if here == destinations.GLOBAL else came_from == destinations.GLOBAL
        if is_last or browser_sessions.here(request):
            return None
        query["via"] = here
        origin = hosts.origin("signin", **(back if here == destinations.GLOBAL else {}))
    return f"{origin}{request.path}?{query.urlencode()}"


def _ask(request: HttpRequest, asked: LoginRequest, found: Sequence[Session]) -> HttpResponse:
    """Show the page that asks; or, to whoever alone is here and may not let a program in, why.

    Federated users are no choice: none of them may.
    """
    offered = [each for each in found if not each.is_federated]
    if not offered or (len(found) == 1 and not permissions.is_permitted(found[0])):
        return _refuse(request, asked, found[0])
    page = {
        "is_elsewhere": asked.client == Client.CROSS_DEVICE,
        "hours": int(chains.LIFETIME.total_seconds() // 3600),
        "sessions": [{"session": each, "identity": original(each)} for each in offered],
        "has_federated": len(offered) < len(found),
        "is_on": bool(found[0].multi_session_id),
    }
    return _show(request, asked, "login/choose.html", page)


def _refuse(
    request: HttpRequest, asked: LoginRequest, session: Session, *, is_one_of_several: bool = False
) -> HttpResponse:
    page = {"identity": original(session), "is_one_of_several": is_one_of_several}
    return _show(request, asked, "login/not_permitted.html", page, status=403)


def _show(
    request: HttpRequest,
    asked: LoginRequest,
    template: str,
    more: Mapping[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    page = {
        "program": Client(asked.client),
        "another_user": _sign_in(asked, different_account="1", prompt="login"),
        **more,
    }
    response = render(request, template, page, status=status)
    let_forms_lead_to_programs(response)
    return response


def _answer(asked: LoginRequest, **answer: str) -> HttpResponse:
    """Send the browser with the answer to the program, or to the page that shows the code."""
    to = asked.redirect_uri
    if asked.client == Client.CROSS_DEVICE:
        to = reverse("login-confirmation")  # here, where this browser is known
    return redirect(f"{to}?{urlencode({**answer, 'state': asked.state})}")


def _sign_in(asked: LoginRequest, **more: str) -> str:
    """Return the address of a sign-in that comes back to a request."""
    here = f"{hosts.origin_of(asked.host)}{reverse(destinations.LOGIN, args=[asked.handle])}"
    return start_url(Facts(destination=here, challenge=""), **more)


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "login/over.html", status=410)
