"""How a browser is signed in that others send here: by a broker, or by an identity provider.

From the sign-in host the browser goes to the console, which binds what comes to this browser and
says who is signed in there; then, back at the sign-in host, the newcomer is signed in. Whoever is
signed in as somebody else is asked before, even where a session is only added: anybody can send
others here, and lead them into a session of their own with it (S-105).
"""

from collections.abc import Callable
from typing import Protocol, cast

from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import console_access, multi_sessions, sessions
from accounts.errors import TooManySessions
from accounts.identities import original, sign_in_of
from accounts.models import Account, MultiSession, Session
from accounts.sessions import SignedIn
from signin import hosts
from signin.console import browser_sessions, destinations
from signin.console.flows import OTHERS, access_denied, hand_over, moved, start_url
from signin.console.signin_views import CHALLENGE
from signin.console.views import bind, region_here
from signin.flow.facts import Facts
from signin.flow.models import LIFETIME, Attempt
from signin.flow.views import over
from signin.http import (
    CONSOLE_COOKIE,
    FLOW_COOKIE,
    SIGNIN_COOKIE,
    Browser,
    browser_of,
    cookie,
    flow_key,
    language_choice,
    set_cookie,
)
from signin.kernel import clock

SALT = "signin.console.newcomers"
ADD = "add"
REPLACE = "replace"
AT_CONSOLE = "/console/federation"
BROKER = "federation"
PROVIDER = "saml"
# Where the sign-in host goes on with those of each kind of flow.
AT_SIGN_IN = {BROKER: "/federation/session", PROVIDER: "/saml/session"}


class Newcomer(Protocol):
    """Somebody who is about to be signed in, as the page that asks shows them."""

    @property
    def name(self) -> str:
        """The name as pages show it."""

    @property
    def arn(self) -> str:
        """The ARN of who acts then."""

    @property
    def principal_arn(self) -> str:
        """The ARN by which the account's statements on sign-in name them."""

    @property
    def account(self) -> Account:
        """The account in which they act."""

    def deny(self, *, browser: Browser) -> None:
        """Record that the account lets them sign in to the console not from here."""

    def sign_in(
        self,
        *,
        destination: str,
        browser: Browser,
        host: str,
        challenge: str,
        multi_session: MultiSession | None,
    ) -> SignedIn:
        """Sign a browser in, in a transaction; what it takes is used up by that."""


def lead(request: HttpRequest, *, flow: str, facts: Facts) -> HttpResponse:
    """Lead a browser to the console that is wanted; nothing is used up by that."""
    destination = destinations.moved(facts["destination"], "") or facts["destination"]
    facts["destination"] = destination  # whose console it will be is known at the end of the way
    key = flow_key(request)
    attempt = Attempt.begin(flow=flow, flow_key=key, facts={**facts, "challenge": ""})
    host, values, _ = cast(tuple[hosts.Host, dict[str, str], str], hosts.find_url(destination))
    query = {
        "attempt": attempt.handle,
        "via": region_here(request),
        "by": flow,
        **language_choice(request),
    }
    response = redirect(hosts.url(host.door, AT_CONSOLE, query, **values))
    set_cookie(response, FLOW_COOKIE, key, max_age=int(LIFETIME.total_seconds()))
    return response


@require_safe
def arrive(request: HttpRequest) -> HttpResponse:
    """Bind a sign-in to this browser at the console, and tell who is signed in here."""
    key = cookie(request, CONSOLE_COOKIE)
    session = sessions.find(key, door=sessions.CONSOLE, host=request.get_host())
    values = destinations.sign_in_host(request.GET.get("via", ""))
    path = AT_SIGN_IN.get(request.GET.get("by", ""), AT_SIGN_IN[BROKER])
    verifier = flow_key(request)
    query = {
        "attempt": request.GET.get("attempt", ""),
        "code_challenge": sessions.challenge_of(verifier),
        **({"there": signing.dumps(str(session.pk), salt=SALT)} if session else {}),
        **language_choice(request),
    }
    return bind(redirect(hosts.url("signin", path, query, **values)), verifier)


def accept(request: HttpRequest, *, flow: str, find: Callable[[Attempt], Newcomer]) -> HttpResponse:
    """Sign the browser in as a newcomer; if it is somebody else's now, ask before.

    Nothing is used up before that is answered, and there is room for another session. What
    ``find`` and the newcomer refuse is raised.
    """
    handle, challenge = (request.GET.get(name, "") for name in ("attempt", "code_challenge"))
    if not CHALLENGE.match(challenge):
        return over(request)
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    if attempt is None or attempt.flow != flow:
        return over(request)
    attempt.facts["challenge"] = challenge
    newcomer, browser = find(attempt), browser_of(request)
    if console_access.denies(newcomer.account, newcomer.principal_arn, browser):
        newcomer.deny(browser=browser)
        start_over = start_url(attempt.facts, prompt="login", **OTHERS)
        return access_denied(request, start_over=start_over)
    signed_in = _signed_in(request)
    others = [each for each in signed_in if original(each).arn != newcomer.arn]
    if others and not _is_confirmed(request, others):
        return _ask(request, attempt, newcomer, others)
    try:
        return _sign_in(request, attempt, newcomer, signed_in)
    except TooManySessions:
        carried = {"decision": ADD, "sessions": _named(others)}
        return browser_sessions.show_full(request, action=request.get_full_path(), carried=carried)


def _signed_in(request: HttpRequest) -> list[Session]:
    """Return the sign-ins of this browser: those at this host, and the one behind the console's."""
    found = {each.pk: each for each in browser_sessions.here(request)}
    try:
        there = sessions.find_by_id(signing.loads(request.GET.get("there", ""), salt=SALT))
    except signing.BadSignature:
        there = None
    if there:
        found.setdefault(sign_in_of(there).pk, sign_in_of(there))
    return list(found.values())


def _decision(request: HttpRequest) -> str:
    """Return what a form has to say that lets somebody in here who is somebody else."""
    return ADD if browser_sessions.multi_session(request) else REPLACE


def _is_confirmed(request: HttpRequest, others: list[Session]) -> bool:
    """Return whether a form says so, of exactly those who stood on its page."""
    decision = _decision(request)
    is_asked = request.method == "POST" and request.POST.get("decision") == decision
    return is_asked and request.POST.get("sessions") == _named(others)


def _named(others: list[Session]) -> str:
    return " ".join(sorted(str(each.pk) for each in others))


def _ask(
    request: HttpRequest, attempt: Attempt, newcomer: Newcomer, others: list[Session]
) -> HttpResponse:
    page = {
        "decision": _decision(request),
        "is_full": _is_full(request, newcomer),
        "arriving": newcomer,
        "sessions": _named(others),
        "identities": {original(each).arn: original(each) for each in others}.values(),
        "stay": destinations.home(region_here(request)),
        "destination": attempt.facts["destination"],
    }
    return render(request, "federation/replace.html", page, status=409)


def _is_full(request: HttpRequest, newcomer: Newcomer) -> bool:
    """Return whether one of the sessions here has to end for somebody's."""
    staying = [
        each for each in browser_sessions.here(request) if original(each).arn != newcomer.arn
    ]
    return len(staying) >= multi_sessions.MOST_SESSIONS


def _sign_in(
    request: HttpRequest, attempt: Attempt, newcomer: Newcomer, signed_in: list[Session]
) -> HttpResponse:
    destination = attempt.facts["destination"]
    with transaction.atomic():
        if not attempt.close():
            return over(request)  # another request with the same answer was faster
        entered = browser_sessions.enter(request, newcomer.arn)
        elsewhere = moved(request, destination, entered.name if entered else "")
        opened = newcomer.sign_in(
            destination=destination,
            browser=browser_of(request),
            host=destinations.host_of(destination),
            challenge="" if elsewhere else attempt.facts["challenge"],
            multi_session=entered.multi_session if entered else None,
        )
        if entered is None:
            for each in signed_in:
                sessions.end(each)
    response = redirect(elsewhere) if elsewhere else hand_over(request, opened.code, destination)
    lifetime = opened.expires_at - clock.now()
    set_cookie(response, SIGNIN_COOKIE, opened.key, max_age=int(lifetime.total_seconds()))
    if entered:
        browser_sessions.keep(response, entered.key)
    return response
