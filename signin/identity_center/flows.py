"""How users of a directory sign in to their portal: read this first, change it most."""

from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from accounts import browsers, recovery, sessions, workflows
from accounts.directory_steps import (
    BlockedStep,
    PortalCodeStep,
    PortalNewPasswordStep,
    PortalPasswordStep,
    PortalRecoveryStep,
    UsernameStep,
)
from accounts.steps import is_still_proven, proven
from mfa import prompting
from mfa.steps import directory_registration as registration
from mfa.steps import sign_in as mfa
from mfa.steps.lost_device import LostDeviceStep
from mfa.steps.records import DIRECTORY
from signin import hosts
from signin.faults.errors import UsNotYou
from signin.faults.views import us_not_you
from signin.federation import arrivals
from signin.federation.steps import ExternalArrivalStep, ExternalSignInStep
from signin.flow.engine import Flow
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.http import DEVICE_COOKIE, SIGNIN_COOKIE, cookie, language_choice, set_cookie
from signin.identity_center import destinations
from signin.kernel.errors import Refusal


def open_portal(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Sign the browser in at this host, and send it to the portal with a single-use code.

    Whoever came by an invitation has not been at the portal yet: it asks for its own session.
    """
    user = proven(attempt)
    profile, directory = user.profile, user.profile.directory
    # Meanwhile somebody else may have become the directory's identity source.
    is_same_source = directory.is_external == attempt.facts.get("external", False)
    lifetime = arrivals.session_lifetime(attempt, directory.session_lifetime)
    if not (is_still_proven(attempt) and profile.is_enabled and is_same_source and lifetime):
        attempt.close()
        return over(request, attempt)
    destination = attempt.facts["destination"]
    with transaction.atomic():
        if not attempt.close():
            return over(request, attempt)  # another request with the same answer was faster
        sessions.end_earlier(cookie(request, SIGNIN_COOKIE), host=attempt.browser.host)
        signed_in = sessions.open_for(
            user,
            browser=attempt.browser,
            factors=[*proven_by(attempt), *mfa.factors(attempt)],
            host=destinations.host_of(destination),
            challenge=attempt.facts.get("challenge", ""),
            door=sessions.PORTAL,
            lifetime=lifetime,
        )
        workflows.finish(attempt, directory, user)
        device_key = _device_key(attempt)
    if attempt.facts.get("challenge"):
        response = hand_over(signed_in.code, destination, request)
    else:
        response = redirect(destination)
    seconds = int(lifetime.total_seconds())
    set_cookie(response, SIGNIN_COOKIE, signed_in.key, max_age=seconds)
    if device_key:
        seconds = int(browsers.REMEMBERED_FOR.total_seconds())
        set_cookie(response, DEVICE_COOKIE, device_key, max_age=seconds)
    return response


def hand_over(code: str, destination: str, request: HttpRequest) -> HttpResponse:
    """Send the browser to the portal that it wants to go to, with the code for its session."""
    query = {"code": code, "destination": destination, **language_choice(request)}
    origin = hosts.origin_of(destinations.host_of(destination))
    return redirect(f"{origin}/start/auth?{urlencode(query)}")


def confirm_recovery(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Say that a link is on its way, whether or not anybody has the name (R-254)."""
    if request.method == "POST":
        attempt.keep()
        return redirect("attempt", attempt.handle)
    page = {
        "who": attempt.facts["username"],
        "minutes": int(recovery.LIFETIME.total_seconds() // 60),
        **links(attempt.facts),
    }
    return render(request, "portal/recovery_sent.html", page)


def show_devices(request: HttpRequest, attempt: Attempt) -> HttpResponse:
    """Go back to the portal's page of devices, which says that another one is there."""
    if not attempt.close():
        return over(request, attempt)
    return redirect(f"{attempt.facts['destination']}?device=registered")


def failed(request: HttpRequest, attempt: Attempt, refusal: Refusal) -> HttpResponse | None:
    """Show the page without a cause for what the person can't mend (R-257)."""
    if isinstance(refusal, UsNotYou):
        return us_not_you(request, refusal.cause, again=attempt.facts["destination"])
    return None


def over(request: HttpRequest, attempt: Attempt | None = None) -> HttpResponse:
    """Show that an attempt has ended, was never there, or belongs to another browser."""
    again = attempt.facts["destination"] if attempt else "/"
    return render(request, "portal/attempt_over.html", {"again": again}, status=410)


def proven_by(attempt: Attempt) -> list[str]:
    """Return what an attempt has passed beside a device, as a session keeps it."""
    passed = {
        "password": "password_verified",
        "email-code": "email_code_verified",
        "external-idp": "external_verified",
    }
    return [name for name, fact in passed.items() if attempt.facts.get(fact)]


def start_url(facts: Facts) -> str:
    """Return the address that starts the same sign-in afresh, for somebody else."""
    query = {
        "directory": facts["directory"],
        "redirect_uri": facts["destination"],
        "code_challenge": facts.get("challenge", ""),
        "prompt": "select_account",
    }
    return f"/platform/login?{urlencode(query)}"


def links(facts: Facts) -> dict[str, str]:
    """Return the addresses of a sign-in's pages, and whose portal it is."""
    return {
        "start_over": start_url(facts),
        "start_over_text": gettext("Use another user name"),
        "portal": facts["portal"],
    }


def device_links(facts: Facts) -> dict[str, str]:
    """Return the way back from the registration of a device: nobody signs in here."""
    return {"devices_page": facts["destination"], "portal": facts["portal"]}


def recovery_links(facts: Facts) -> dict[str, str]:
    """Return the addresses of the recovery's pages: back to the password, or afresh."""
    return {**links(facts), "password_page": reverse("attempt", args=[facts["came_from"]])}


def _device_key(attempt: Attempt) -> str:
    """Return the key by which this browser is trusted from now on, where somebody wants it."""
    if not attempt.facts.get("trust_device"):
        return ""
    return browsers.remember(proven(attempt), attempt.browser)


LAYOUT = "layouts/portal_signin.html"
REGISTRATION_STEPS = [
    registration.NewDirectoryDeviceStep(),
    registration.RegisterAuthenticatorStep(),
    registration.RegisterSecurityKeyStep(),
    registration.NameDeviceStep(),
]

DIRECTORY_USER = Flow(
    name="directory-user",
    layout=LAYOUT,
    steps=[
        UsernameStep(),
        ExternalSignInStep(),
        ExternalArrivalStep(),
        PortalPasswordStep(then=prompting.look),
        PortalNewPasswordStep(),
        BlockedStep(),
        PortalCodeStep(),
        LostDeviceStep(DIRECTORY),
        mfa.ResyncStep(DIRECTORY),
        mfa.ChooseDeviceStep(DIRECTORY),
        mfa.CodeStep(DIRECTORY),
        mfa.PasskeyStep(DIRECTORY),
        *REGISTRATION_STEPS,
    ],
    finish=open_portal,
    links=links,
    failed=failed,
)
RECOVERY = Flow(
    name="portal-recovery",
    layout=LAYOUT,
    steps=[PortalRecoveryStep()],
    finish=confirm_recovery,
    links=recovery_links,
    failed=failed,
)
REGISTER_DEVICE = Flow(
    name="register-portal-device",
    layout=LAYOUT,
    steps=REGISTRATION_STEPS,
    finish=show_devices,
    links=device_links,
)
FLOWS = {flow.name: flow for flow in (DIRECTORY_USER, RECOVERY, REGISTER_DEVICE)}
