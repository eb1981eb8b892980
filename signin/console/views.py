"""The console's own pages: small, but honest about who is signed in."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import wraps
from typing import Any, cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import access_keys, multi_sessions, passwords, policies, sessions
from accounts.identities import Identity, acting, original, sign_in_of
from accounts.models import Account, Principal, Session
from accounts.models.credentials import MOST_ACCESS_KEYS
from mfa import devices, lost
from mfa.models import MOST_DEVICES
from signin import hosts
from signin.console import browser_sessions, destinations, regions, role_history, told_cookies
from signin.console.flows import start_url
from signin.federation import tokens as federation
from signin.flow.facts import Facts
from signin.flow.models import LIFETIME, WAIT
from signin.http import (
    CONSOLE_COOKIE,
    FLOW_COOKIE,
    cookie,
    flow_key,
    language_choice,
    set_cookie,
)
from signin.kernel import clock, partitions
from signin.kernel.errors import LockedOut, Refusal

Page = Callable[..., HttpResponse]  # of a request, a session, and what its address names
View = Callable[..., HttpResponse]
State = Account.State

with_form = require_http_methods(["GET", "HEAD", "POST"])

EXPIRY_TOLD = timedelta(days=15)
NEWS_FOR = timedelta(minutes=1)
WHO = frozenset({"account", "user_type", "different_account"})  # says who is to sign in


def signed_in(page: Page) -> View:
    """Let only a signed-in browser see a page; send others to sign in and back again."""

    return require_safe(_guarded(page))


def signed_in_with_form(page: Page) -> View:
    """Let only a signed-in browser see a page that has a form, and send it."""
    return with_form(_guarded(page))


def themselves(page: Page) -> View:
    """Let only somebody who works as themselves see a page that has a form, and send it.

    To a role and a federated user there is no such page: passwords and devices are those of a
    person (S-045).
    """

    @wraps(page)
    def view(request: HttpRequest, session: Session, **named: Any) -> HttpResponse:
        if not acting(session).is_themselves:
            raise Http404
        return page(request, session, **named)

    return signed_in_with_form(view)


def fresh(page: Page) -> View:
    """Let only themselves, signed in a short while ago, see a page that has a form, and send it."""
    return themselves(recently(page))


def own_account(page: Page, state: State = State.ACTIVE) -> View:
    """Let only a root user with a fresh sign-in see a page about the account, and send it.

    To everybody else there is no such page; nor is there while the account is in another state.
    """
    fresh_page = recently(page)

    @wraps(page)
    def view(request: HttpRequest, session: Session) -> HttpResponse:
        if not acting(session).is_root:
            raise Http404
        return fresh_page(request, session)

    return with_form(_guarded(view, state))


def recently(page: Page) -> Page:
    """Ask whoever signed in too long ago to do it again, before a page shows or changes anything.

    It is the whole sign-in, not a page for the password alone, so that no factor is left out
    (S-048). What was sent is lost on the way.
    """

    @wraps(page)
    def view(request: HttpRequest, session: Session, **named: Any) -> HttpResponse:
        if sessions.is_fresh(session):
            return page(request, session, **named)
        return ask_for_session(request, _here(request), via=_via(session), prompt="login")

    return view


def _guarded(page: Page, state: State = State.ACTIVE) -> View:
    @wraps(page)
    def view(request: HttpRequest, **named: Any) -> HttpResponse:
        key = cookie(request, CONSOLE_COOKIE)
        session = _session(request)
        if session is None:
            return _session_over(request, key) if key else _sign_in(request)
        if own := _own_console(request, session):
            return _move(session, own)
        account = acting(session).account
        if account.state == state:
            response = page(request, session, **named)
        elif account.state == State.ACTIVE:
            response = redirect("home")
        else:
            response = show(request, session, f"console/{account.state}.html")
        told_cookies.tell(request, response, session)
        return response

    return view


@signed_in
def home(request: HttpRequest, session: Session) -> HttpResponse:
    """Show the console home (R-075, R-085)."""
    page = {"lost_device": lost.FACTOR in session.factors}
    return show(request, session, "console/home.html", page)


@signed_in
def security_credentials(request: HttpRequest, session: Session) -> HttpResponse:
    """Show one's own account number and credentials (R-214, R-215)."""
    if not acting(session).is_themselves:
        by_broker = federation.FACTOR in session.factors
        return show(request, session, "console/role_credentials.html", {"by_broker": by_broker})
    is_news = "password_changed" in request.GET and has_new_password(session.principal)
    registered, own_keys = devices.of(session.principal), access_keys.of(session.principal)
    page = {
        "password_changed": is_news,
        "device_news": request.GET.get("device", ""),
        "devices": registered,
        "has_room": len(registered) < MOST_DEVICES,
        "most_devices": MOST_DEVICES,
        "access_keys": own_keys,
        "has_key_room": len(own_keys) < MOST_ACCESS_KEYS,
        "most_keys": MOST_ACCESS_KEYS,
        "key_news": request.GET.get("access_key", ""),
    }
    return show(request, session, "console/security_credentials.html", page)


def has_new_password(principal: Principal) -> bool:
    """Return whether somebody's password was changed just now: an address alone makes no news."""
    changed_at = principal.password_changed_at
    return changed_at is not None and changed_at + NEWS_FOR > clock.now()


@signed_in
def support_center(request: HttpRequest, session: Session) -> HttpResponse:
    """Show where an account number is found when nothing else shows it (R-216)."""
    return show(request, session, "console/support_center.html")


@require_safe
def accept(request: HttpRequest) -> HttpResponse:
    """Take a session over from the sign-in host, then show the page that was asked for."""
    destination = destinations.allowed(request.GET.get("destination", ""))
    key = sessions.accept(
        request.GET.get("code", ""),
        host=request.get_host(),
        verifier=cookie(request, FLOW_COOKIE),
    )
    if key is None:
        return render(request, "errors/handoff_failed.html", {"home": destination}, status=400)
    response = redirect(destination)
    # The longest that a session can last; a role's may be over before, which its page says then.
    lifetime = int(sessions.CONSOLE_LIFETIME.total_seconds())
    set_cookie(response, CONSOLE_COOKIE, key, max_age=lifetime)
    return response


@require_safe
def open_account(request: HttpRequest) -> HttpResponse:
    """Send the browser to open an account, and back to the home, whoever is signed in here."""
    home = destinations.home(region_here(request))
    return ask_for_session(request, home, via=via_here(request), path="/open-account")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session here and at the sign-in host, and show the public page (R-194).

    Somebody with several sessions in this browser can end all of them.
    """
    if session := _session(request):
        if "all" in request.POST:
            for other in multi_sessions.beside(session):
                sessions.end(other)
        sessions.end(session)
    response = redirect(destinations.signed_out(language_choice(request)))
    told_cookies.take_back(response)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def region_here(request: HttpRequest) -> str:
    """Return the region of the console that was asked; nothing for the global one."""
    return _values(request).get("region", "")


def via_here(request: HttpRequest) -> str:
    """Return the region of the sign-in host that the console asks; nothing for the global one."""
    region = region_here(request)
    return region if region in regions.here() else ""


def _region_named(request: HttpRequest) -> str:
    """Return the region that an address of the global console names, as links to its home do."""
    region = request.GET.get("region", "")
    return region if partitions.here().has_region(region) else ""


def _session(request: HttpRequest) -> Session | None:
    return sessions.find(
        cookie(request, CONSOLE_COOKIE), door=sessions.CONSOLE, host=request.get_host()
    )


def _sign_in(request: HttpRequest) -> HttpResponse:
    """Ask the sign-in host for a session, for whom the query says.

    It is this region's host, or the one that a link of ours names: each has cookies of its own,
    and ``via`` tells where this browser is signed in already. The console of one of several
    sessions has always a region, but its sign-in may have none.
    """
    page = request.resolver_match.url_name if request.resolver_match else None
    others = request.GET.keys() - destinations.owned(page, request.GET).keys()
    passed_on = {name: request.GET[name] for name in sorted(WHO & others)}
    via = request.GET.get("via", "" if "session" in _values(request) else via_here(request))
    return ask_for_session(request, _here(request), via=via, **passed_on)


def ask_for_session(
    request: HttpRequest, destination: str, *, via: str, path: str = "/oauth", **more: str
) -> HttpResponse:
    """Send the browser to a sign-in host, bound to a secret that only this browser has."""
    verifier = flow_key(request)
    facts = Facts(destination=destination, challenge=sessions.challenge_of(verifier))
    origin = hosts.origin("signin", **destinations.sign_in_host(via))
    return bind(
        redirect(origin + start_url(facts, path, **more, **language_choice(request))), verifier
    )


def bind(response: HttpResponse, verifier: str) -> HttpResponse:
    """Give a browser the secret that ties what comes back from a sign-in host to it."""
    # There when the longest attempt comes back.
    set_cookie(response, FLOW_COOKIE, verifier, max_age=int((LIFETIME + WAIT).total_seconds()))
    return response


def _via(session: Session) -> str:
    """Return how the sign-in host is named that a session came from."""
    return destinations.via(sign_in_of(session).host)


def _own_console(request: HttpRequest, session: Session) -> str | None:
    """Return where this page is for a session, if it is at another console.

    That changes when somebody turns multi-session on or off.
    """
    name = multi_sessions.name_of(session)
    if name == _values(request).get("session", ""):
        return None
    more = {"via": _via(session), **language_choice(request)}
    return destinations.moved(_here(request), name, **more)


def _move(session: Session, to: str) -> HttpResponse:
    """Send a browser to the console of its session; here it has none any more."""
    sessions.end_here(session)
    response = redirect(to)
    told_cookies.take_back(response)
    return response


def _expiry_to_tell(identity: Identity) -> datetime | None:
    """Return when the password expires, if that is near; only who works as themselves has one."""
    moment = passwords.expires_at(identity.principal) if identity.is_themselves else None
    return moment if moment and moment - EXPIRY_TOLD <= clock.now() else None


def _session_over(request: HttpRequest, key: str) -> HttpResponse:
    """Say that a session has ended, or take the one that is in its place in this browser.

    Whoever came by a broker is told where that was. It is no link unless it leads to us: anybody
    can be named as broker (S-050).
    """
    again = _here(request)
    if "session" in _values(request) and (host := sessions.sign_in_host(key)):
        again = destinations.with_query(again, via=destinations.via(host))
    issuer = sessions.issuer_of(key, host=request.get_host())
    page = {"again": again, "issuer": issuer, "way_back": hosts.here(issuer)}
    if multi_sessions.is_here_again(key):
        response: HttpResponse = redirect(again)
    else:
        response = render(request, "errors/session_over.html", page, status=401)
    told_cookies.take_back(response)
    return response


def _here(request: HttpRequest) -> str:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return destinations.allowed(f"{_origin(request)}{request.path}{query}")


def _origin(request: HttpRequest) -> str:
    return hosts.origin("console", **_values(request))


def _values(request: HttpRequest) -> dict[str, str]:
    return cast(hosts.HostRequest, request).host_values


def show(
    request: HttpRequest, session: Session, template: str, more: Mapping[str, Any] | None = None
) -> HttpResponse:
    """Show a page of the console: its bars, whoever is signed in, and what it has of its own."""
    identity = acting(session)
    region = region_here(request) or _region_named(request) or partitions.here().home
    own_console = {k: v for k, v in _values(request).items() if k != "region"}
    page = {
        "session": session,
        "identity": identity,
        "principal": identity.principal,
        "account": identity.account,
        "is_root": identity.is_root,
        "recent_roles": role_history.read(request, arn=original(session).arn).roles,
        "multi_session": browser_sessions.menu(request, session, region=region),
        "region": region,
        "place": regions.here().get(region, region),
        "regions": [
            {
                "code": code,
                "place": place,
                "url": hosts.url(
                    "console", request.path, {"via": _via(session)}, region=code, **own_console
                ),
            }
            for code, place in regions.here().items()
        ],
        "password_expires_at": _expiry_to_tell(identity),
        "may_change": identity.is_themselves and policies.may_change(identity.principal),
        **(more or {}),
    }
    return render(request, template, page)


def show_form(
    request: HttpRequest,
    session: Session,
    template: str,
    form: forms.Form,
    more: Mapping[str, Any] | None = None,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Show a page of the console that has a form, with what was refused of what it sent."""
    if refusal:
        form.add_error(
            refusal.field if refusal.field in form.fields else None, str(refusal.message)
        )
    alert = " ".join(map(str, form.non_field_errors()))
    response = show(request, session, template, {"form": form, "alert": alert, **(more or {})})
    if isinstance(refusal, LockedOut):
        response.status_code = 429
        response.headers["Retry-After"] = str(math.ceil(refusal.retry_after.total_seconds()))
    return response


def go_on(session: Session, to: str) -> HttpResponse:
    """Send a browser on whose session gets another key; the old one opens nothing (S-035)."""
    lifetime = session.expires_at - clock.now()
    response = redirect(to)
    key = sessions.renew(session)
    set_cookie(response, CONSOLE_COOKIE, key, max_age=int(lifetime.total_seconds()))
    return response
