"""The sign-in host's part for Builder IDs: where a sign-in begins, and behind mailed links."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policies, sessions
from accounts.errors import LinkOver, PasswordRefused
from accounts.forms import ChosenPasswordForm
from accounts.models import Principal, Session
from builderid import recovery
from signin import hosts
from signin.flow import views as flow
from signin.flow.engine import Flow
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.http import BUILDER_ID_COOKIE, browser_of, cookie, flow_key, language_choice
from signin.identity_center.builder_id import destinations
from signin.identity_center.builder_id.flows import (
    RECOVERY,
    SIGN_IN,
    SIGN_UP,
    hand_over,
    over,
)
from signin.identity_center.destinations import host_of
from signin.kernel import partitions
from signin.oidc.realms import BUILDER_ID_REGION

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")


def _of_aws(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Wrap a view so that it is there in the partition ``aws`` only, as Builder IDs are."""

    @wraps(view)
    def guarded(request: HttpRequest, **named: Any) -> HttpResponse:
        if partitions.here() is not partitions.AWS:
            raise Http404
        return view(request, **named)

    return guarded


@_of_aws
def login(request: HttpRequest) -> HttpResponse:
    """Begin a sign-in for the page in ``redirect_uri``; pass on who is signed in.

    With ``prompt`` nobody is passed on. Whoever comes without the challenge of the start page's
    host, or to another region, is sent there first (R-114).
    """
    challenge = request.GET.get("code_challenge", "")
    if not CHALLENGE.match(challenge) or not _is_here(request):
        return redirect(hosts.url("builder-id", destinations.START, language_choice(request)))
    destination = destinations.allowed(request.GET.get("redirect_uri", "")) or destinations.start()
    session = session_of(request)
    if session and not request.GET.get("prompt"):
        code = sessions.offer(
            session, door=sessions.BUILDER_ID, host=host_of(destination), challenge=challenge
        )
        return hand_over(code, destination, request)
    return flow.begin(request, SIGN_IN, Facts(destination=destination, challenge=challenge))


@_of_aws
@require_safe
def sign_up(request: HttpRequest, handle: str) -> HttpResponse:
    """Begin the creation of a Builder ID in place of a sign-in, or begin it anew (R-127)."""
    attempt = _find(request, handle, SIGN_IN, SIGN_UP)
    if attempt is None:
        return over(request)
    if attempt.flow != SIGN_IN.name:
        return flow.begin(request, SIGN_UP, _going_to_the_same(attempt, attempt.facts["came_from"]))
    facts = _going_to_the_same(attempt, handle)
    facts["suggested_email"] = attempt.facts.get("email", "")
    return flow.begin(request, SIGN_UP, facts)


def ask_for_recovery(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Begin a recovery for the e-mail of a sign-in, which stays as it is (R-268)."""
    if "email" not in attempt.facts:
        return over(request, attempt)
    facts = _going_to_the_same(attempt, attempt.handle)
    facts["email"] = attempt.facts["email"]
    return flow.begin(request, RECOVERY, facts)


@_of_aws
@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest) -> HttpResponse:
    """Show the page behind a mailed link, or set the password that was typed there."""
    token = request.GET.get("token", "")
    person = recovery.find(token)
    if person is None:
        return _link_over(request)
    form = ChosenPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        password = form.cleaned_data["new_password"]
        try:
            recovery.complete(token, password, browser=browser_of(request))
        except LinkOver:
            return _link_over(request)
        except PasswordRefused as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            return render(request, "builder_id/reset_done.html", {"start": destinations.start()})
    page = {"form": form, "who": person.username, "rules": policies.rules_for(person)}
    return render(request, "builder_id/reset.html", page)


def session_of(request: HttpRequest) -> Session | None:
    """Return the living session of this browser at this host, of somebody with a Builder ID."""
    key = cookie(request, BUILDER_ID_COOKIE)
    session = sessions.find(key, door=sessions.SIGNIN, host=request.get_host())
    is_theirs = session and session.principal.kind == Principal.Kind.BUILDER_ID
    return session if is_theirs else None


def _find(request: HttpRequest, handle: str, *wanted: Flow) -> Attempt | None:
    """Return a living attempt of this browser, of one of these flows."""
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    return attempt if attempt and attempt.flow in {each.name for each in wanted} else None


def _going_to_the_same(attempt: Attempt, came_from: str) -> Facts:
    return Facts(
        destination=attempt.facts["destination"],
        challenge=attempt.facts["challenge"],
        came_from=came_from,
    )


def _is_here(request: HttpRequest) -> bool:
    return cast(hosts.HostRequest, request).host_values.get("region") == BUILDER_ID_REGION


def _link_over(request: HttpRequest) -> HttpResponse:
    """Show the one page for links that can't be used, whatever the reason (S-025)."""
    page = {"start": destinations.start()}
    return render(request, "builder_id/link_over.html", page, status=410)
