"""How people sign in with a Builder ID, or create one: read this first, change it most."""

from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from accounts import browsers, builder_id_events, recovery, sessions
from accounts.steps import is_still_proven, proven, proven_by
from builderid import sign_ups
from builderid.errors import BuilderIdTaken, SignUpOver
from builderid.people import SIGNED_IN_FOR
from builderid.records import BUILDER_ID as RECORD
from builderid.sign_up_steps import (
    NameStep,
    NewEmailStep,
    SignUpCodeStep,
    SignUpPasswordStep,
)
from builderid.steps import (
    DeviceCodeStep,
    DevicePasskeyStep,
    EmailStep,
    PasswordStep,
    RecoveryStep,
)
from mfa.steps import sign_in as mfa
from mfa.steps.lost_device import LostDeviceStep
from signin import hosts
from signin.captcha.steps import CaptchaStep
from signin.faults.errors import UsNotYou
from signin.faults.views import us_not_you
from signin.flow.engine import Flow
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.http import (
    BUILDER_ID_COOKIE,
    DEVICE_COOKIE,
    cookie,
    language_choice,
    set_cookie,
)
from signin.identity_center.builder_id import destinations
from signin.identity_center.destinations import host_of
from signin.kernel.errors import Refusal
from signin.oidc.realms import BUILDER_ID_PORTAL


def open_start(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Sign the browser in at this host, and send it to the start page with a single-use code."""
    person = proven(attempt)
    if not is_still_proven(attempt):
        attempt.close()
        return over(request, attempt)
    passed = mfa.factors(attempt)
    with transaction.atomic():
        if not attempt.close():
            return over(request, attempt)  # another request with the same answer was faster
        sessions.end_earlier(cookie(request, BUILDER_ID_COOKIE), host=attempt.browser.host)
        signed_in = sessions.open_for(
            person,
            browser=attempt.browser,
            factors=[*proven_by(attempt), *passed],
            host=host_of(attempt.facts["destination"]),
            challenge=attempt.facts["challenge"],
            door=sessions.BUILDER_ID,
            lifetime=SIGNED_IN_FOR,
        )
        builder_id_events.signed_in(person, mfa_used=bool(passed), browser=attempt.browser)
        is_trusted = attempt.facts.get("trust_device")
        device_key = browsers.remember(person, attempt.browser) if is_trusted else ""
    response = hand_over(signed_in.code, attempt.facts["destination"], request)
    lifetime = int(SIGNED_IN_FOR.total_seconds())
    set_cookie(response, BUILDER_ID_COOKIE, signed_in.key, max_age=lifetime)
    if device_key:
        lifetime = int(browsers.REMEMBERED_FOR.total_seconds())
        set_cookie(response, DEVICE_COOKIE, device_key, max_age=lifetime)
    return response


def hand_over(code: str, destination: str, request: HttpRequest) -> HttpResponse:
    """Send the browser to the start page's host, with the code for its session there."""
    query = {"code": code, "destination": destination, **language_choice(request)}
    return redirect(hosts.url("builder-id", "/start/auth", query))


def create(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Make the Builder ID, and sign its owner in (R-134)."""
    try:
        person = sign_ups.complete(attempt)
    except SignUpOver:
        return over(request, attempt)  # another request with the same answer was faster
    except BuilderIdTaken:
        attempt.close()
        page = {"email": attempt.facts["email"], **links(attempt.facts)}
        return render(request, "builder_id/email_taken.html", page, status=409)
    attempt.facts["principal_id"] = person.pk
    attempt.proven = person
    return open_start(request, attempt)


def confirm_recovery(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Say that a link is on its way, whether or not anybody has the e-mail (P-59)."""
    if request.method == "POST":
        attempt.keep()
        return redirect("attempt", attempt.handle)
    minutes = int(recovery.LIFETIME.total_seconds() // 60)
    page = {"who": attempt.facts["email"], "minutes": minutes, **links(attempt.facts)}
    return render(request, "builder_id/recovery_sent.html", page)


def failed(request: HttpRequest, attempt: Attempt, refusal: Refusal) -> HttpResponse | None:
    """Show the page without a cause for what the person can't mend (R-267)."""
    if isinstance(refusal, UsNotYou):
        return us_not_you(request, refusal.cause, again=attempt.facts["destination"])
    return None


def over(request: HttpRequest, attempt: Attempt | None = None) -> HttpResponse:
    """Show that an attempt has ended, was never there, or belongs to another browser."""
    again = attempt.facts["destination"] if attempt else destinations.start()
    return render(request, "builder_id/attempt_over.html", {"again": again}, status=410)


def start_url(facts: Facts) -> str:
    """Return the address that starts the same sign-in afresh, for somebody else."""
    query = {
        "directory": BUILDER_ID_PORTAL,
        "redirect_uri": facts["destination"],
        "code_challenge": facts["challenge"],
        "prompt": "select_account",
    }
    return f"/platform/login?{urlencode(query)}"


def links(facts: Facts) -> dict[str, str]:
    """Return the addresses of a sign-in's pages."""
    return {"start_over": start_url(facts), "start_over_text": gettext("Use another Builder ID")}


def links_back(facts: Facts) -> dict[str, str]:
    """Return the addresses of a sign-up or a recovery: back to the sign-in that it came from."""
    return {**links(facts), "sign_in_page": reverse("attempt", args=[facts["came_from"]])}


LAYOUT = "layouts/builder_id_signin.html"

SIGN_IN = Flow(
    name="builder-id",
    layout=LAYOUT,
    steps=[
        EmailStep(),
        PasswordStep(),
        LostDeviceStep(RECORD),
        mfa.ResyncStep(RECORD),
        mfa.ChooseDeviceStep(RECORD),
        DeviceCodeStep(RECORD),
        DevicePasskeyStep(RECORD),
    ],
    finish=open_start,
    links=links,
    failed=failed,
)
SIGN_UP = Flow(
    name="builder-id-sign-up",
    layout=LAYOUT,
    steps=[NewEmailStep(), NameStep(), SignUpCodeStep(), SignUpPasswordStep(), CaptchaStep()],
    finish=create,
    links=links_back,
    failed=failed,
)
RECOVERY = Flow(
    name="builder-id-recovery",
    layout=LAYOUT,
    steps=[RecoveryStep()],
    finish=confirm_recovery,
    links=links_back,
    failed=failed,
)
FLOWS = {flow.name: flow for flow in (SIGN_IN, SIGN_UP, RECOVERY)}
