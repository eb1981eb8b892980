"""The portal's Applications tab, and opening one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import applications as assigned
from accounts import directory_events
from accounts.models import Session
from signin.federation import application_sign_ons
from signin.http import browser_of
from signin.identity_center import application_saml_views as saml
from signin.identity_center.portal import show, signed_in

ASSERTION = "assertion"  # what an address wants to be shown


@signed_in
def applications(request: HttpRequest, session: Session) -> HttpResponse:
    """Show the applications that somebody may open (R-095)."""
    tiles = [
        {"application": each, "monogram": monogram(each.name)}
        for each in assigned.of(session.principal)
    ]
    page = {"tab": "applications", "tiles": tiles}
    return show(request, session, "portal/applications.html", page)


@signed_in
def application(request: HttpRequest, session: Session, instance_id: str) -> HttpResponse:
    """Open an application that somebody is assigned to; for others there is none (R-098).

    A SAML application gets an assertion, which can be looked at first (behaviour 7.4); one that
    wants to ask for it has a start URL.
    """
    found = assigned.find(session.principal, instance_id)
    if found is None:
        raise Http404
    if found.start_url:
        if not found.acs_url:  # else it is written down when it gets the assertion
            browser, to = browser_of(request), saml.named(found)
            directory_events.federated(session, browser=browser, to=to)
        return redirect(found.start_url)
    if not application_sign_ons.is_open_to(session.principal, found):
        raise Http404
    return saml.vouch(request, session, found, shows=request.GET.get("show") == ASSERTION)


def monogram(name: str) -> str:
    """Return one or two letters that stand for a name."""
    first, *others = name.split() or [""]
    return (first[:1] + others[0][:1] if others else first[:2]).upper()
