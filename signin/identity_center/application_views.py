"""The portal's Applications tab, and opening one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import applications as assigned
from accounts import directory_events
from accounts.models import Session
from signin.http import browser_of
from signin.identity_center.portal import show, signed_in


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
    """Open an application that somebody is assigned to; for others there is none (R-098)."""
    found = assigned.find(session.principal, instance_id)
    if found is None:
        raise Http404
    directory_events.federated(
        session,
        browser=browser_of(request),
        to={"app_instance_id": found.instance_id, "app_name": found.name},
    )
    return redirect(found.start_url)


def monogram(name: str) -> str:
    """Return one or two letters that stand for a name."""
    first, *others = name.split() or [""]
    return (first[:1] + others[0][:1] if others else first[:2]).upper()
