"""How people sign in to the console, or open an account: read this first, change it most."""

from typing import cast
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts import (
    browsers,
    console_access,
    events,
    multi_sessions,
    openings,
    recovery,
    sessions,
)
from accounts.errors import ConsoleAccessDenied, EmailTaken, OpeningOver, TooManySessions
from accounts.models import Account, Principal, Session
from accounts.opening_steps import (
    ContactPhoneStep,
    OpenAccountStep,
    OpeningCodeStep,
    OpeningPasswordStep,
)
from accounts.steps import (
    EmailCodeStep,
    IamUserStep,
    NewPasswordStep,
    PasswordStep,
    RecoveryStep,
    UserTypeStep,
    is_still_proven,
    proven,
    proven_by,
)
from mfa import emails, lost
from mfa import events as mfa_events
from mfa.steps import lost_device, registration
from mfa.steps import sign_in as mfa
from signin import hosts
from signin.captcha.steps import CaptchaStep
from signin.console import browser_sessions, destinations, remembered
from signin.flow.engine import Flow
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.flow.views import over
from signin.http import (
    DEVICE_COOKIE,
    SIGNIN_COOKIE,
    browser_of,
    language_choice,
    set_cookie,
)
from signin.kernel.errors import Refusal

OTHERS = {"different_account": "1"}  # somebody else is to sign in


def choose_flow(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Go on as root user or as IAM user, whichever was chosen."""
    attempt.flow = {"root": ROOT_USER, "iam": IAM_USER}[attempt.facts["user_type"]].name
    attempt.keep()
    return redirect("attempt", attempt.handle)


def open_console(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Sign the browser in at this host, and send it to the console with a single-use code.

    Whoever lets a program in stays at this host, and goes on with no code.
    """
    principal = proven(attempt)
    if not is_still_proven(attempt):
        attempt.close()
        return over(request)
    account = principal.account
    if account and console_access.denies(account, principal.arn, attempt.browser):
        attempt.close()
        events.console_login_denied(attempt, principal, is_proven=True)
        raise ConsoleAccessDenied
    factors = [*proven_by(attempt), *mfa.factors(attempt), *lost.factors(attempt)]
    destination = attempt.facts["destination"]
    with transaction.atomic():
        if not attempt.close():
            return over(request)  # another request with the same answer was faster
        entered = browser_sessions.enter(request, principal.arn)
        elsewhere = moved(request, destination, entered.name if entered else "")
        challenge = "" if elsewhere else attempt.facts["challenge"]
        signed_in = sessions.open_for(
            principal,
            browser=attempt.browser,
            factors=factors,
            host=destinations.host_of(destination),
            challenge=challenge,
            multi_session=entered.multi_session if entered else None,
        )
        events.console_login_succeeded(attempt, principal)
        if lost.FACTOR in factors:
            mfa_events.alternative_factors_used(attempt, principal)
        device_key = _device_key(attempt, principal)
    if lost.FACTOR in factors:
        emails.lost_device_used(principal)
    if challenge:
        response = hand_over(request, signed_in.code, destination)
    else:
        response = redirect(elsewhere or destination)
    lifetime = int(sessions.CONSOLE_LIFETIME.total_seconds())
    set_cookie(response, SIGNIN_COOKIE, signed_in.key, max_age=lifetime)
    if entered:
        browser_sessions.keep(response, entered.key)
    if device_key:
        lifetime = int(browsers.REMEMBERED_FOR.total_seconds())
        set_cookie(response, DEVICE_COOKIE, device_key, max_age=lifetime)
    if principal.kind == Principal.Kind.IAM_USER:
        remembered.keep(response, attempt.facts)
    return response


def confirm_recovery(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Say that a link is on its way, whether or not anybody has the e-mail (R-228)."""
    if request.method == "POST":
        attempt.keep()
        return redirect("attempt", attempt.handle)
    minutes = int(recovery.LIFETIME.total_seconds() // 60)
    page = {"email": attempt.facts["email"], "minutes": minutes, **links(attempt.facts)}
    return render(request, "recovery/sent.html", page)


def open_account(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Make the account, and sign its root user in, in place of whoever is signed in here."""
    browser_sessions.check_room(request)
    try:
        root_user = openings.complete(attempt, phone=attempt.facts["phone"])
    except OpeningOver:
        return over(request)  # another request with the same answer was faster
    except EmailTaken:
        attempt.close()
        page = {"email": attempt.facts["email"], **links(attempt.facts)}
        return render(request, "errors/email_taken.html", page, status=409)
    attempt.facts["principal_id"] = root_user.pk
    attempt.proven = root_user
    return open_console(request, attempt)


def lead_on(request: HttpRequest, session: Session, facts: Facts) -> HttpResponse:
    """Send a browser that is signed in to where it wants to go, at the console of a session.

    Only the console that it comes from gets a code. Another one asks for its own. Whoever the
    account lets in from here no more gets none, and a page that says so.
    """
    try:
        console_access.check(session, browser_of(request))
    except ConsoleAccessDenied:
        return access_denied(
            request,
            start_over=start_url(facts, prompt="login", **OTHERS),
            by_portal=console_access.is_of_portal(session),
        )
    destination, challenge = facts["destination"], facts["challenge"]
    elsewhere = moved(request, destination, multi_sessions.name_of(session))
    if elsewhere or not challenge:
        return redirect(elsewhere or destination)
    code = sessions.offer(session, host=destinations.host_of(destination), challenge=challenge)
    return hand_over(request, code, destination)


def moved(request: HttpRequest, destination: str, name: str) -> str | None:
    """Return the same page at the console of a session of this host, if it is another one."""
    here = {"via": destinations.via(request.get_host()), **language_choice(request)}
    return destinations.moved(destination, name, **here)


def access_denied(
    request: HttpRequest, *, start_over: str, by_portal: bool = False
) -> HttpResponse:
    """Say that an account's console can't be opened from here, and what to do (C3)."""
    page = {"ip": request.META["REMOTE_ADDR"], "start_over": start_over, "by_portal": by_portal}
    return render(request, "errors/console_access_denied.html", page, status=403)


def instead_of_a_step(
    request: HttpRequest, attempt: Attempt, refusal: Refusal
) -> HttpResponse | None:
    """Return the page of what no step can show.

    Whoever proved themselves in a full browser chooses which of its sessions shall end for theirs;
    what was proved is kept, so that nothing has to be typed again.
    """
    if isinstance(refusal, ConsoleAccessDenied):
        return access_denied(request, start_over=links(attempt.facts)["start_over"])
    if not isinstance(refusal, TooManySessions):
        return None
    attempt.keep()
    action = reverse("attempt", args=[attempt.handle])
    return browser_sessions.show_full(request, action=action)


def hand_over(request: HttpRequest, code: str, destination: str) -> HttpResponse:
    """Send the browser to the host that it wants to go to, with the code for its session."""
    query = {"code": code, "destination": destination, **language_choice(request)}
    host, values, _ = cast(tuple[hosts.Host, dict[str, str], str], hosts.find_url(destination))
    return redirect(hosts.url(host.door, "/console/auth", query, **values))


def start_url(facts: Facts, path: str = "/oauth", **more: str) -> str:
    """Return the address that starts the same sign-in afresh."""
    query = {
        "response_type": "code",
        "client_id": "arn:aws:signin:::console/canvas",
        "redirect_uri": facts["destination"],
        "code_challenge": facts["challenge"],
        "code_challenge_method": "SHA-256",
    }
    return f"{path}?{urlencode({**query, **more})}"


def links(facts: Facts) -> dict[str, str]:
    """Return the addresses of the first page: forgetting who was here, or keeping it.

    Whoever takes them wants to be asked, even where this browser is signed in.
    """
    return {
        "start_over": start_url(facts, prompt="login", **OTHERS),
        "as_root": start_url(facts, user_type="root", prompt="login"),
        "help_page": "/help/cannot-sign-in",
    }


def recovery_links(facts: Facts) -> dict[str, str]:
    """Return the addresses of the recovery's pages: back to the password, or afresh."""
    return {**links(facts), "password_page": reverse("attempt", args=[facts["came_from"]])}


def opening_links(facts: Facts) -> dict[str, str]:
    """Return the addresses of an opening's pages: back to where it began, or with other words."""
    came_from = facts.get("came_from")
    return {
        **links(facts),
        "cancel": reverse("attempt", args=[came_from]) if came_from else start_url(facts),
    }


def _device_key(attempt: Attempt, principal: Principal) -> str:
    """Return the key by which this browser is known from now on, where the account asks."""
    account = principal.account
    if account is None or account.email_code_mode != Account.EmailCodeMode.NEW_BROWSER:
        return ""
    if attempt.browser.device_key and not attempt.facts.get("email_code_due"):
        return ""  # known already
    return browsers.remember(principal, attempt.browser)


LAYOUT = "layouts/console_signin.html"
DEVICE_STEPS = [
    mfa.ResyncStep(),
    mfa.ChooseDeviceStep(),
    mfa.CodeStep(),
    mfa.PasskeyStep(),
]
REGISTRATION_STEPS = [
    registration.NewDeviceStep(),
    registration.RegisterAppStep(),
    registration.RegisterTokenStep(),
    registration.RegisterPasskeyStep(),
]

CONSOLE = Flow(
    name="console",
    layout=LAYOUT,
    steps=[UserTypeStep()],
    finish=choose_flow,
    links=links,
)
ROOT_USER = Flow(
    name="root-user",
    layout=LAYOUT,
    steps=[
        CaptchaStep(),
        PasswordStep(then=mfa.look_for_devices),
        lost_device.LostDeviceStep(),
        lost_device.LostDeviceCallStep(),
        *DEVICE_STEPS,
        EmailCodeStep(),
        registration.PromptStep(),
        *REGISTRATION_STEPS,
    ],
    finish=open_console,
    links=links,
    failed=instead_of_a_step,
)
IAM_USER = Flow(
    name="iam-user",
    layout=LAYOUT,
    steps=[
        IamUserStep(then=mfa.look_for_devices),
        lost_device.LostDeviceStep(),
        *DEVICE_STEPS,
        NewPasswordStep(),
    ],
    finish=open_console,
    links=links,
    failed=instead_of_a_step,
)
ROOT_RECOVERY = Flow(
    name="root-recovery",
    layout=LAYOUT,
    steps=[RecoveryStep()],
    finish=confirm_recovery,
    links=recovery_links,
)
OPENING = Flow(
    name="open-account",
    layout=LAYOUT,
    steps=[OpenAccountStep(), OpeningCodeStep(), OpeningPasswordStep(), ContactPhoneStep()],
    finish=open_account,
    links=opening_links,
    failed=instead_of_a_step,
)
FLOWS = {flow.name: flow for flow in (CONSOLE, ROOT_USER, IAM_USER, ROOT_RECOVERY, OPENING)}
