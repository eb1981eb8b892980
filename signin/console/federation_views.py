"""How somebody comes from a broker to the console: the endpoint ``/federation``.

A broker gets a sign-in token for temporary credentials, and sends a browser here with it. From here
the browser goes to the console, which binds what comes to this browser and says who is signed in
there; then, back at this host, the token is used. Whoever is signed in as somebody else is asked
before, even where a session is only added: anybody can make such a link, and lead others into a
session of their own with it (S-105).
"""

from typing import cast

from django.core import signing
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts import multi_sessions, sessions
from accounts.errors import TooManySessions
from accounts.identities import original, sign_in_of
from accounts.models import Session
from accounts.signers import Signer
from signin import hosts
from signin.console import browser_sessions, destinations
from signin.console.flows import hand_over, moved
from signin.console.signin_views import CHALLENGE
from signin.console.views import bind, region_here
from signin.federation import requests, tokens
from signin.federation.errors import CredentialsRefused, LeadsElsewhere, SigninTokenOver
from signin.federation.models import SigninToken
from signin.flow.facts import Facts
from signin.flow.models import LIFETIME, Attempt
from signin.flow.views import over
from signin.http import (
    CONSOLE_COOKIE,
    FLOW_COOKIE,
    SIGNIN_COOKIE,
    browser_of,
    cookie,
    flow_key,
    language_choice,
    set_cookie,
)
from signin.kernel import clock
from signin.kernel.errors import Refusal

FLOW = "federation"
SALT = "signin.console.federation_views"
ADD = "add"
REPLACE = "replace"
AT_CONSOLE = "/console/federation"


@csrf_exempt
@require_http_methods(["GET", "POST"])
def federation(request: HttpRequest) -> HttpResponse:
    """Give a broker a sign-in token, or take a browser that comes with one.

    It is exempt from the secret of forms, because programs post here and nothing of a browser's is
    changed: the page that changes something has that secret.
    """
    if _is_too_long(request):
        return _refused_program()
    fields = dict(request.GET.lists())
    if request.method == "POST":
        fields.update(request.POST.lists())
    match fields.get("Action"):
        case ["getSigninToken"]:
            return _give_token(request, fields)
        case ["login"]:
            return _begin(request, fields)
        case _:
            return _refused_program()


@require_safe
def arrive(request: HttpRequest) -> HttpResponse:
    """Bind a sign-in to this browser at the console, and tell who is signed in here."""
    key = cookie(request, CONSOLE_COOKIE)
    session = sessions.find(key, door=sessions.CONSOLE, host=request.get_host())
    via = request.GET.get("via", "")
    values = destinations.sign_in_host(via)
    verifier = flow_key(request)
    query = {
        "attempt": request.GET.get("attempt", ""),
        "code_challenge": sessions.challenge_of(verifier),
        **({"there": signing.dumps(str(session.pk), salt=SALT)} if session else {}),
        **language_choice(request),
    }
    return bind(redirect(hosts.url("signin", "/federation/session", query, **values)), verifier)


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Sign the browser in by its sign-in token; if it is somebody else's now, ask before.

    Nothing is used up before that is answered, and there is room for another session.
    """
    handle, challenge = (request.GET.get(name, "") for name in ("attempt", "code_challenge"))
    if not CHALLENGE.match(challenge):
        return over(request)
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    if attempt is None or attempt.flow != FLOW:
        return over(request)
    attempt.facts["challenge"] = challenge
    try:
        token = SigninToken.objects.filter(pk=attempt.facts["signin_token"]).first()
        if token is None:
            raise SigninTokenOver
        arriving = tokens.check(token, browser=browser_of(request))
        signed_in = _signed_in(request)
        others = [each for each in signed_in if original(each).arn != arriving.arn]
        if others and not _is_confirmed(request, others):
            return _ask(request, attempt, arriving, others)
        return _sign_in(request, attempt, token, arriving, signed_in)
    except SigninTokenOver as refusal:
        return _refused(request, refusal)
    except TooManySessions:
        carried = {"decision": ADD, "sessions": _named(others)}
        return browser_sessions.show_full(request, action=request.get_full_path(), carried=carried)


def _give_token(request: HttpRequest, fields: requests.Fields) -> HttpResponse:
    try:
        asked = requests.token_request(fields)
        token = tokens.issue(asked, browser=browser_of(request))
    except CredentialsRefused:
        return _refused_program()
    return JsonResponse({"SigninToken": token})


def _begin(request: HttpRequest, fields: requests.Fields) -> HttpResponse:
    """Lead a browser with a good sign-in token to the console; nothing is used up by that."""
    try:
        asked = requests.sign_in(fields)
        destination = destinations.of_console(asked.destination)
        if destination is None:
            raise LeadsElsewhere
        # Whose console it will be is known at the end of the way.
        destination = destinations.moved(destination, "") or destination
        token = tokens.find(asked.token, browser=browser_of(request))
    except Refusal as refusal:
        return _refused(request, refusal)
    facts = Facts(destination=destination, challenge="", signin_token=token.pk, issuer=asked.issuer)
    key = flow_key(request)
    attempt = Attempt.begin(flow=FLOW, flow_key=key, facts=facts)
    host, values, _ = cast(tuple[hosts.Host, dict[str, str], str], hosts.find_url(destination))
    query = {"attempt": attempt.handle, "via": region_here(request), **language_choice(request)}
    response = redirect(hosts.url(host.door, AT_CONSOLE, query, **values))
    set_cookie(response, FLOW_COOKIE, key, max_age=int(LIFETIME.total_seconds()))
    return response


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
    request: HttpRequest, attempt: Attempt, arriving: Signer, others: list[Session]
) -> HttpResponse:
    page = {
        "decision": _decision(request),
        "is_full": _is_full(request, arriving),
        "arriving": arriving,
        "sessions": _named(others),
        "identities": {original(each).arn: original(each) for each in others}.values(),
        "stay": destinations.home(region_here(request)),
        "destination": attempt.facts["destination"],
    }
    return render(request, "federation/replace.html", page, status=409)


def _is_full(request: HttpRequest, arriving: Signer) -> bool:
    """Return whether one of the sessions here has to end for somebody's."""
    staying = [
        each for each in browser_sessions.here(request) if original(each).arn != arriving.arn
    ]
    return len(staying) >= multi_sessions.MOST_SESSIONS


def _sign_in(
    request: HttpRequest,
    attempt: Attempt,
    token: SigninToken,
    arriving: Signer,
    signed_in: list[Session],
) -> HttpResponse:
    destination = attempt.facts["destination"]
    with transaction.atomic():
        if not attempt.close():
            return over(request)  # another request with the same answer was faster
        entered = browser_sessions.enter(request, arriving.arn)
        elsewhere = moved(request, destination, entered.name if entered else "")
        opened = tokens.use(
            token,
            issuer=attempt.facts["issuer"],
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


def _is_too_long(request: HttpRequest) -> bool:
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    return length + len(request.META.get("QUERY_STRING", "")) > requests.LONGEST


def _refused_program() -> HttpResponse:
    """Return the one answer to brokers whose request is not good, whatever it is (S-104)."""
    return HttpResponse("The request was refused.\n", status=400, content_type="text/plain")


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    page = {"problem": refusal.message, "home": destinations.home(region_here(request))}
    return render(request, "federation/refused.html", page, status=400)
