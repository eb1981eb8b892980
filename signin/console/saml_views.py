"""How somebody comes from an identity provider to the console: ``/saml`` of the sign-in hosts.

Below ``/saml/acs/`` each provider of an account has an address of its own; encrypted assertions
arrive there only.

A page of the provider posts a response here, by which the browser sends none of our cookies. It is
shown the roles that it may have. Choosing one, which a page of ours does, posts the response
again; only then something begins, in this browser. So the response of a stranger, which any page
can post, signs nobody in without a click (login CSRF, S-090).

The page of the roles is read by programs, too; its ids and classes are theirs (docs/emulated.md).
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Account, Role
from signin import hosts
from signin.console import destinations, newcomers
from signin.console.views import region_here
from signin.faults import faults, incidents
from signin.faults.models import Kind
from signin.federation import iam_saml, saml_sign_ins
from signin.federation.errors import AssertionRefused, IssuerUnknown, NotBase64, RoleNotSaid
from signin.federation.saml_sign_ins import Arriving, Offer
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.http import browser_of
from signin.kernel import partitions
from signin.safeguards import comes_from_elsewhere

FLOW = newcomers.PROVIDER


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def saml(request: HttpRequest, uuid: str = "") -> HttpResponse:
    """Take a response: show the roles that it is good for, or go on as the one that was chosen.

    It is exempt from the secret of forms, because pages of providers post here. A choice counts
    from no page but ours. Whoever only looks has posted nothing: they begin at their provider.
    ``uuid`` is that of the provider whose own address it is.
    """
    encoded = _once(request, "SAMLResponse")
    try:
        if not encoded:
            raise NotBase64
        if faults.strikes(Kind.IDENTITY_PROVIDER):
            raise AssertionRefused
        provider = iam_saml.find_by_uuid(uuid) if uuid else None
        if uuid and provider is None:
            raise IssuerUnknown
        offer = saml_sign_ins.read(encoded, provider)
        chosen = _once(request, "roleIndex")
        if chosen and not comes_from_elsewhere(request):
            return _begin(request, offer, chosen)
    except AssertionRefused as refusal:
        return _refused(request, refusal)
    return _show_roles(request, offer, encoded)


@require_http_methods(["GET", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Sign the browser in as the role that was chosen; if it is somebody else's now, ask before."""

    def find(attempt: Attempt) -> Arriving:
        return saml_sign_ins.arriving(attempt.facts["saml"])

    try:
        return newcomers.accept(request, flow=FLOW, find=find)
    except AssertionRefused as refusal:
        return _refused(request, refusal)


@require_safe
def metadata(request: HttpRequest, uuid: str = "") -> HttpResponse:
    """Answer with what identity providers have to know of this server.

    With the identifier of a provider, the address is its own.
    """
    provider = iam_saml.find_by_uuid(uuid) if uuid else None
    if uuid and provider is None:
        raise Http404
    path = iam_saml.own_path(provider) if provider else iam_saml.PATH
    endpoint = hosts.url("signin", path, **_region(request))
    page = {"entity_id": partitions.here().urn or endpoint, "endpoint": endpoint}
    kind = "application/samlmetadata+xml; charset=utf-8"
    return render(request, "federation/metadata.xml", page, content_type=kind)


def _begin(request: HttpRequest, offer: Offer, role_arn: str) -> HttpResponse:
    facts = saml_sign_ins.choose(offer, role_arn)
    asked = destinations.of_console(_once(request, "RelayState"))
    destination = asked or destinations.home(region_here(request))
    return newcomers.lead(request, flow=FLOW, facts=Facts(destination=destination, saml=facts))


def _show_roles(request: HttpRequest, offer: Offer, encoded: str) -> HttpResponse:
    accounts = _by_account(offer.roles)
    told = {_named(account): [role.arn for role in roles] for account, roles in accounts.items()}
    page = {
        "accounts": [
            {"named": _named(account), "account": account, "roles": roles}
            for account, roles in accounts.items()
        ],
        "only": offer.roles[0] if len(offer.roles) == 1 else None,
        "session_name": offer.claims.session_name,
        "issuer": offer.assertion.issuer,
        "response": encoded,
        "action": request.path,
        "relay_state": _once(request, "RelayState"),
        "data": base64.b64encode(json.dumps({"roles_accounts": told}).encode()).decode(),
        # A link has no response with it, so that it would lose the page.
        "other_languages": [],
    }
    return render(request, "federation/roles.html", page)


def _by_account(roles: Sequence[Role]) -> Mapping[Account, Sequence[Role]]:
    found: dict[Account, list[Role]] = {}
    for role in roles:
        found.setdefault(role.account, []).append(role)
    return found


def _named(account: Account) -> str:
    """Return an account as programs read it: ``alias (123456789012)``, or the number alone."""
    return f"{account.alias} ({account.id})" if account.alias else account.id


def _region(request: HttpRequest) -> dict[str, Any]:
    region = region_here(request)
    return {"region": region} if region else {}


def _once(request: HttpRequest, name: str) -> str:
    """Return a field of the form, or nothing if it is missing or there twice."""
    values = request.POST.getlist(name)
    return values[0] if len(values) == 1 else ""


def _refused(request: HttpRequest, refusal: AssertionRefused) -> HttpResponse:
    """Show the one page for all that is wrong with a response; administrators find out more."""
    saml_sign_ins.refused(refusal, browser=browser_of(request))
    place = f"{request.get_host()}{request.path}: {refusal.reason}"
    page = {
        "problem": refusal.message,
        "incident": incidents.note(Kind.IDENTITY_PROVIDER, place),
        "home": destinations.home(region_here(request)),
    }
    status = 403 if isinstance(refusal, RoleNotSaid) else 400
    return render(request, "federation/saml_refused.html", page, status=status)
