"""The sign-in host: where a sign-in begins, and the help around it."""

import re
from typing import cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from accounts.identities import original
from accounts.models import Account, Principal
from accounts.principals import account_key
from signin import hosts
from signin.console import browser_sessions, destinations, portal_views, remembered
from signin.console.flows import CONSOLE, IAM_USER, ROOT_USER, lead_on
from signin.console.remembered import Remembered
from signin.console.views import WHO
from signin.flow.facts import Facts
from signin.flow.views import begin
from signin.http import language_choice
from signin.kernel import partitions

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")

# What people look for when they can't get in; one template each.
HELP_PAGES = frozenset(
    {
        "ways-to-sign-in",
        "which-user",
        "cannot-sign-in",
        "lost-mailbox",
        "account-number",
        "builder-id",
        "support",
    }
)


@require_safe
def entry(request: HttpRequest) -> HttpResponse:
    """Send whoever comes by a bookmark through the console, which asks for a sign-in."""
    named = cast(hosts.HostRequest, request).host_values
    account = named.get("account") or request.GET.get("account", "")
    query = {"account": account} if account else {}
    query.update(language_choice(request))
    return redirect(hosts.url("console", destinations.HOME, query, **region_of(request)))


def region_of(request: HttpRequest) -> dict[str, str]:
    """Return the region that a request's host or query names, as the host table takes it."""
    named = cast(hosts.HostRequest, request).host_values
    region = named.get("region") or request.GET.get("region", "")
    return {"region": region} if partitions.here().has_region(region) else {}


@require_safe
def authorize(request: HttpRequest) -> HttpResponse:
    """Begin a sign-in for the console page in ``redirect_uri``; pass on who is signed in.

    ``account`` leads straight to the IAM user's page (R-204); so does what the browser remembers,
    unless ``user_type=root`` or ``different_account`` says otherwise. With ``prompt=login``
    (OpenID Connect Core, 3.1.2.1) nobody is passed on: whoever is signed in proves it again.
    ``portal`` names the portal that vouches for somebody who works as a role. To let a program in
    nobody goes to the console: that page is at this host.
    """
    asked_for = request.GET.get("redirect_uri", "")
    challenge = request.GET.get("code_challenge", "")
    if login := destinations.login_page(asked_for, host=request.get_host()):
        facts = Facts(destination=login, challenge="")
    elif CHALLENGE.match(challenge) or (not challenge and browser_sessions.multi_session(request)):
        facts = Facts(destination=destinations.allowed(asked_for), challenge=challenge)
    else:
        return entry(request)
    if "portal" in request.GET and not login:
        return portal_views.begin(request, facts)
    session = browser_sessions.chosen(request, facts["destination"])
    if session and request.GET.get("prompt") != "login":
        return redirect(login) if login else lead_on(request, session, facts)
    kept = remembered.read(request)
    facts["alias_remembered"] = bool(kept and kept.account and not kept.account.isdigit())
    if session and original(session).is_themselves and not WHO.intersection(request.GET):
        return _begin_again(request, facts, session.principal, kept)
    return _begin(request, facts, kept)


def _begin_again(
    request: HttpRequest, facts: Facts, principal: Principal, kept: Remembered | None
) -> HttpResponse:
    """Begin the sign-in of whoever is signed in already, and so needs no naming."""
    facts["reauthenticates"] = True
    if principal.is_root:
        facts["user_type"] = "root"
        facts["email"] = principal.username
        facts["access_controlled"] = bool(
            principal.account and principal.account.console_authorization
        )
        return begin(request, ROOT_USER, facts)
    account = cast(Account, principal.account)
    facts["user_type"] = "iam"
    facts["account"] = account.alias or account.id
    facts["username"] = principal.username
    facts["remember_account"] = bool(kept and kept.account)
    return begin(request, IAM_USER, facts)


def _begin(request: HttpRequest, facts: Facts, kept: Remembered | None) -> HttpResponse:
    if "different_account" in request.GET:
        response = begin(request, CONSOLE, facts)
        remembered.forget(response)
        return response
    if account := request.GET.get("account", "")[:80]:
        iam_user = Remembered(account=account_key(account), username="")
    elif kept and request.GET.get("user_type") != "root":
        iam_user = kept
    else:
        return begin(request, CONSOLE, facts)
    facts["user_type"] = "iam"
    facts["account"] = iam_user.account
    facts["username"] = iam_user.username
    facts["remember_account"] = bool(iam_user.account)
    return begin(request, IAM_USER, facts)


@require_safe
def switch_role(request: HttpRequest) -> HttpResponse:
    """Send whoever follows a link for a role to the console's page, filled in as the link says."""
    query = destinations.owned("switch-role", request.GET) | language_choice(request)
    return redirect(hosts.url("console", "/switch-role", query or None, **region_of(request)))


def _sample_portal() -> str:
    """Return what the address of a portal looks like."""
    if partitions.here() is not partitions.AWS:
        instance = {"instance": f"ssoins-{'0' * 16}", "region": partitions.here().home}
        return hosts.url("portal", "/start", **instance)
    sample = pgettext("placeholder in an address", "your-organization")
    return hosts.url("portal", "/start", portal="portal").replace("portal", sample, 1)


@require_safe
def help_page(request: HttpRequest, name: str) -> HttpResponse:
    """Show a page of help."""
    if name not in HELP_PAGES:
        raise Http404
    page = {
        "console": hosts.url("console"),
        "portals": partitions.here().portals,
        "portal": _sample_portal(),
        "builder_id": hosts.url("builder-id", "/start/", None, partitions.AWS),
        "signin_scheme": hosts.origin("signin").partition("://")[0],
        "signin_host": hosts.origin("signin").partition("://")[2],
    }
    return render(request, f"help/{name}.html", page)
