"""The pages on which people let programs in, or don't (P-35): a portal's and the start page's."""

import math
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Session
from signin.http import without_null
from signin.identity_center import scopes
from signin.oidc import consents, device_authorizations, realms
from signin.oidc.errors import OtherRealm, RequestOver, TooManyCodes, UserCodeUnknown
from signin.oidc.models import ConsentRequest
from signin.safeguards import let_forms_lead_to_programs

ALLOW, DENY = "allow", "deny"

Show = Callable[..., HttpResponse]  # shows a template in the layout of a door


def device(request: HttpRequest, session: Session, show: Show) -> HttpResponse:
    """Ask whether the program that shows a code is to be let in; a link alone never is (S-097)."""
    typed = without_null(request.GET.get("user_code", ""))
    decision = _decision(request)
    try:
        authorization = device_authorizations.enter(typed, session, ip=request.META["REMOTE_ADDR"])
        if authorization.realm != realms.of(session.principal):
            raise OtherRealm
        if decision == ALLOW:
            device_authorizations.approve(authorization, session)
        elif decision == DENY:
            device_authorizations.deny(authorization)
    except (UserCodeUnknown, OtherRealm, RequestOver):
        return show(request, session, "portal/code_over.html", status=410)
    except TooManyCodes as refusal:
        response = show(request, session, "portal/code_over.html", status=429)
        seconds = math.ceil(refusal.retry_after.total_seconds())
        response.headers["Retry-After"] = str(seconds)
        return response
    if decision:
        page = {"client": authorization.client, "is_allowed": decision == ALLOW}
        return show(request, session, "portal/device_done.html", page)
    page = {
        "user_code": device_authorizations.shown(typed),
        "asked": authorization,
        "scopes": scopes.in_words(authorization.client.scopes),
    }
    return show(request, session, "portal/let_device_in.html", page)


def consent(request: HttpRequest, session: Session, show: Show) -> HttpResponse:
    """Ask whether a program on this machine is to be let in, and go back to it with the answer.

    Where the directory says so, whoever was signed in before it asked is not asked.
    """
    asked = consents.find(without_null(request.GET.get("request", "")))
    if asked is None or asked.realm != realms.of(session.principal):
        return show(request, session, "portal/consent_over.html", status=410)
    decision = _decision(request)
    if decision is None and _is_let_in(asked, session):
        decision = ALLOW
    if decision is None:
        page = {"asked": asked, "scopes": scopes.in_words(asked.scopes)}
        response = show(request, session, "portal/let_program_in.html", page)
        let_forms_lead_to_programs(response)
        return response
    try:
        return redirect(
            consents.allow(asked, session) if decision == ALLOW else consents.deny(asked)
        )
    except RequestOver:
        return show(request, session, "portal/consent_over.html", status=410)


def _decision(request: HttpRequest) -> str | None:
    """Return which button was pressed: a form has to say it, an address can't (S-098)."""
    decision = request.POST.get("decision") if request.method == "POST" else None
    return decision if decision in {ALLOW, DENY} else None


def _is_let_in(asked: ConsentRequest, session: Session) -> bool:
    if asked.directory is None or not asked.directory.skips_consent:
        return False
    return (session.parent or session).created_at < asked.begun_at
