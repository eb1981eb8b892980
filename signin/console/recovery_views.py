"""The recovery of a root user's password: asking for a link, and the pages behind it."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts import policies, recovery
from accounts.errors import LinkOver, PasswordRefused
from accounts.forms import ChosenPasswordForm
from accounts.identities import original
from accounts.models import Principal
from signin import hosts
from signin.console import browser_sessions, destinations
from signin.console.flows import ROOT_RECOVERY, ROOT_USER
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.flow.views import begin, over
from signin.http import browser_of, flow_key

Page = Callable[..., HttpResponse]


def not_for_iam_users(page: Page) -> Page:
    """Tell a browser that is signed in as IAM user to sign out first (R-224)."""

    @wraps(page)
    def view(request: HttpRequest, **named: str) -> HttpResponse:
        found = browser_sessions.here(request)
        kind = Principal.Kind.IAM_USER
        session = next((each for each in found if each.principal.kind == kind), None)
        if session is None:
            return page(request, **named)
        region = cast(hosts.HostRequest, request).host_values.get("region")
        who = {"who": original(session).name, "console": destinations.home(region)}
        return render(request, "recovery/sign_out_first.html", who, status=409)

    return view


@require_safe
@not_for_iam_users
def ask(request: HttpRequest, handle: str) -> HttpResponse:
    """Begin a recovery for the e-mail of a sign-in, which stays as it is (R-226)."""
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    if attempt is None or attempt.flow != ROOT_USER.name:
        return over(request)
    facts = Facts(
        destination=attempt.facts["destination"],
        challenge=attempt.facts["challenge"],
        email=attempt.facts["email"],
        came_from=handle,
    )
    return begin(request, ROOT_RECOVERY, facts)


@require_http_methods(["GET", "HEAD", "POST"])
@not_for_iam_users
def reset(request: HttpRequest) -> HttpResponse:
    """Show the page behind a mailed link, or set the password that was typed there (R-230).

    The browser may be another one than that which asked: the link alone says whose password.
    """
    token = request.GET.get("token", "")
    root_user = recovery.find(token)
    if root_user is None:
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
            return redirect("recovery-done")
    page = {"form": form, "who": root_user.username, "rules": policies.rules_for(root_user)}
    return render(request, "recovery/reset.html", page)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Say that the password is set, and offer to sign in with it (R-231)."""
    return render(request, "recovery/done.html", {"sign_in": _root_sign_in()})


def _link_over(request: HttpRequest) -> HttpResponse:
    """Show the one page for links that can't be used, whatever the reason (S-025)."""
    return render(request, "recovery/link_over.html", {"sign_in": _root_sign_in()}, status=410)


def _root_sign_in() -> str:
    return hosts.url("console", destinations.HOME, {"user_type": "root"})
