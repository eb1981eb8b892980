"""The sign-in host of Identity Center: where a sign-in begins, and what is behind mailed links.

Builder IDs share it: their sign-ins begin and go on at the same addresses.
"""

import re
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import (
    directories,
    directory_passwords,
    invitations,
    policies,
    recovery,
    sessions,
    verifications,
    workflows,
)
from accounts.errors import LinkOver, PasswordNotStored, PasswordRefused
from accounts.forms import ChosenPasswordForm
from accounts.models import Directory, Principal, Session
from accounts.steps import password_set_at
from mfa import prompting
from signin import hosts
from signin.flow import views as flow
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.http import SIGNIN_COOKIE, browser_of, cookie, flow_key
from signin.identity_center import destinations
from signin.identity_center.builder_id import flows as builder_id_flows
from signin.identity_center.builder_id import login_views as builder_id
from signin.identity_center.flows import (
    DIRECTORY_USER,
    FLOWS,
    RECOVERY,
    REGISTER_DEVICE,
    hand_over,
    over,
)
from signin.kernel import partitions
from signin.oidc.realms import BUILDER_ID_PORTAL

CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}\Z")
ALL_FLOWS = FLOWS | builder_id_flows.FLOWS

with_form = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def entry(request: HttpRequest) -> HttpResponse:
    """Say that a sign-in begins at a portal, to whoever came here by another way (R-247)."""
    page = {"domain": partitions.here().portals}
    return render(request, "portal/begin_at_portal.html", page, status=400)


@require_safe
def login(request: HttpRequest) -> HttpResponse:
    """Begin a sign-in for the page of a portal in ``redirect_uri``; pass on who is signed in.

    With ``prompt`` (OpenID Connect Core, 3.1.2.1) nobody is passed on: ``login`` has whoever is
    signed in prove it again, ``select_account`` asks for a name.
    """
    if request.GET.get("directory") == BUILDER_ID_PORTAL:
        return builder_id.login(request)
    directory = directories.find_by_portal(request.GET.get("directory", ""))
    challenge = request.GET.get("code_challenge", "")
    if (
        directory is None
        or not CHALLENGE.match(challenge)
        or not _is_of_this_host(request, directory)
    ):
        return entry(request)
    session, prompt = session_of(request, directory), request.GET.get("prompt", "")
    if session is None and (elsewhere := _to_ask(request, directory)):
        return redirect(elsewhere)
    destination = destinations.allowed(request.GET.get("redirect_uri", ""), directory.portal_names)
    facts = Facts(
        directory=directory.id,
        portal=directory.portal_name,
        destination=destination or destinations.start(directory.portal_name),
        challenge=challenge,
    )
    if session and prompt == "login":
        facts["reauthenticates"] = True
        return _begin_as(request, session.principal, facts)
    if session and not prompt:
        code = sessions.offer(
            session,
            door=sessions.PORTAL,
            host=destinations.host_of(facts["destination"]),
            challenge=challenge,
        )
        return hand_over(code, facts["destination"], request)
    return flow.begin(request, DIRECTORY_USER, facts)


@with_form
def take(request: HttpRequest, handle: str) -> HttpResponse:
    """Show an attempt's current step, or take the answer to it.

    The registration of a device belongs to the session in which it was begun.
    """
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    if attempt is None or attempt.flow not in ALL_FLOWS:
        return _over(request, Attempt.find_over(handle, flow_key=flow_key(request)))
    if begun_in := attempt.facts.get("session"):
        session = session_of(request)
        if session is None or str(session.pk) != begun_in:
            return over(request, attempt)
    return flow.go_on(request, attempt, ALL_FLOWS)


@require_safe
def new_device(request: HttpRequest) -> HttpResponse:
    """Begin the registration of a device of whoever is signed in (P-29).

    Without a fresh sign-in, or where only administrators do it, the portal says what to do.
    """
    session = session_of(request)
    if session is None:
        return entry(request)
    directory = session.principal.profile.directory
    devices_page = hosts.url("portal", "/start/mfa", **hosts.portal_named(directory.portal_name))
    may_manage = directory.users_manage_devices and not directory.is_external
    if not sessions.is_fresh(session) or not may_manage:
        return redirect(devices_page)
    facts = Facts(
        directory=directory.id,
        portal=directory.portal_name,
        destination=devices_page,
        principal_id=session.principal_id,
        session=str(session.pk),
        registering=True,
    )
    return flow.begin(request, REGISTER_DEVICE, facts)


@require_safe
def ask_for_recovery(request: HttpRequest, handle: str) -> HttpResponse:
    """Begin a recovery for the name of a sign-in, which stays as it is (R-252)."""
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    if attempt and attempt.flow == builder_id_flows.SIGN_IN.name:
        return builder_id.ask_for_recovery(request, attempt)
    if attempt is None or attempt.flow != DIRECTORY_USER.name or "username" not in attempt.facts:
        return over(request, attempt)
    directory = directories.get(attempt.facts["directory"])
    if not directory.keeps_passwords:
        page = {
            "portal": directory.portal_name,
            "password_page": reverse("attempt", args=[handle]),
        }
        return render(request, "portal/no_recovery.html", page, status=410)
    facts = Facts(
        directory=directory.id,
        portal=directory.portal_name,
        destination=attempt.facts["destination"],
        challenge=attempt.facts.get("challenge", ""),
        username=attempt.facts["username"],
        came_from=handle,
    )
    return flow.begin(request, RECOVERY, facts)


@with_form
def reset(request: HttpRequest) -> HttpResponse:
    """Show the page behind a mailed link, or set the password that was typed there (R-255)."""
    token = request.GET.get("token", "")
    user = recovery.find(token, Principal.Kind.DIRECTORY_USER)
    if user is None:
        return _link_over(request)
    form = ChosenPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        password, browser = form.cleaned_data["new_password"], browser_of(request)
        try:
            directory_passwords.check_storable(user, password, browser=browser)
            recovery.complete(token, password, browser=browser, kind=Principal.Kind.DIRECTORY_USER)
        except LinkOver:
            return _link_over(request)
        except (PasswordRefused, PasswordNotStored) as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            page = {"start": destinations.start(user.profile.directory.portal_name)}
            return render(request, "portal/reset_done.html", page)
    return _password_page(request, "portal/reset.html", form, user)


@with_form
def invitation(request: HttpRequest) -> HttpResponse:
    """Show the page behind an invitation, or set the first password and sign in with it (P-33)."""
    token = request.GET.get("token", "")
    user = invitations.find(token)
    if user is None:
        return _link_over(request)
    form = ChosenPasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        password, browser = form.cleaned_data["new_password"], browser_of(request)
        try:
            directory_passwords.check_storable(user, password, browser=browser)
            accepted = invitations.accept(token, password, browser=browser)
        except LinkOver:
            return _link_over(request)
        except (PasswordRefused, PasswordNotStored) as refusal:
            form.add_error(refusal.field, str(refusal.message))
        else:
            return _go_on(request, accepted)
    return _password_page(request, "portal/invitation.html", form, user)


@with_form
def verify_email(request: HttpRequest) -> HttpResponse:
    """Show the page behind a mailed link, or note that the address is the user's."""
    token = request.GET.get("token", "")
    user = verifications.find(token)
    if user is None:
        return _link_over(request)
    profile = user.profile
    page = {"who": user.username, "portal": profile.directory.portal_name, "email": profile.email}
    if request.method != "POST":
        return render(request, "portal/verify_email.html", page)
    try:
        verifications.confirm(token, browser=browser_of(request))
    except LinkOver:
        return _link_over(request)
    page["start"] = destinations.start(profile.directory.portal_name)
    return render(request, "portal/email_verified.html", page)


def _over(request: HttpRequest, attempt: Attempt | None) -> HttpResponse:
    """Show that an attempt is over, as the door does to which it was to lead."""
    is_of_builder_id = attempt is not None and attempt.flow in builder_id_flows.FLOWS
    return builder_id_flows.over(request, attempt) if is_of_builder_id else over(request, attempt)


def session_of(request: HttpRequest, directory: Directory | None = None) -> Session | None:
    """Return the living session of this browser at this host, of a user of one directory."""
    session = sessions.find(
        cookie(request, SIGNIN_COOKIE), door=sessions.SIGNIN, host=request.get_host()
    )
    if session is None or session.principal.kind != Principal.Kind.DIRECTORY_USER:
        return None
    is_theirs = directory is None or session.principal.realm == directory.id
    return session if is_theirs else None


def _go_on(request: HttpRequest, user: Principal) -> HttpResponse:
    """Go on with the sign-in of somebody who just chose the first password: factors, then in."""
    directory = user.profile.directory
    facts = Facts(
        directory=directory.id,
        portal=directory.portal_name,
        destination=destinations.start(directory.portal_name),
    )
    attempt = _named(request, user, facts)
    workflows.prove(attempt, directory, user, workflows.PASSWORD)
    facts["principal_id"] = user.pk
    facts["password_verified"] = True
    facts["password_set_at"] = password_set_at(user)
    prompting.look(attempt)
    return flow.begin(request, DIRECTORY_USER, facts)


def _begin_as(request: HttpRequest, user: Principal, facts: Facts) -> HttpResponse:
    """Begin the sign-in of somebody who needs no naming."""
    _named(request, user, facts)
    return flow.begin(request, DIRECTORY_USER, facts)


def _named(request: HttpRequest, user: Principal, facts: Facts) -> Attempt:
    """Return an attempt, not stored yet, of somebody whose password or provider is asked."""
    facts["username"] = directories.in_form(user.profile.directory, user.username)
    attempt = Attempt(facts=facts)
    attempt.proven = user
    attempt.browser = browser_of(request)
    workflows.begin(attempt)
    if user.profile.directory.is_external:
        facts["external"] = True
    else:
        workflows.ask(attempt, user.profile.directory, user, workflows.PASSWORD)
    return attempt


def _is_of_this_host(request: HttpRequest, directory: Directory) -> bool:
    return cast(hosts.HostRequest, request).host_values.get("region") in directory.regions


def _to_ask(request: HttpRequest, directory: Directory) -> str | None:
    """Return where else to ask who is signed in, before somebody signs in here.

    Sessions are shared by the regions of an instance, but cookies are not: each sign-in host is
    asked once, and the first one begins if none knows. ``asked`` says which were.
    """
    here = directory.region_at(browser_of(request).region)
    named = request.GET.get("asked", "").split(",")
    asked = [region for region in dict.fromkeys(named) if region in directory.regions]
    if here not in asked:
        asked.append(here)
    waiting = [region for region in directory.regions if region not in asked]
    region = waiting[0] if waiting else asked[0]
    if region == here:
        return None
    query = {**request.GET.dict(), "asked": ",".join(asked)}
    return hosts.url("platform", "/platform/login", query, region=region)


def _password_page(
    request: HttpRequest, template: str, form: ChosenPasswordForm, user: Principal
) -> HttpResponse:
    page = {
        "form": form,
        "who": user.username,
        "rules": policies.rules_for(user),
        "portal": user.profile.directory.portal_name,
    }
    return render(request, template, page)


def _link_over(request: HttpRequest) -> HttpResponse:
    """Show the one page for links that can't be used, whatever the reason (S-025)."""
    return render(request, "portal/link_over.html", status=410)
