"""Access keys of a role, for programs: issued when asked for, and shown once."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from accounts import assignments, credentials, directory_events
from accounts.assignments import Grant
from accounts.models import Session
from signin import hosts
from signin.http import browser_of, without_null
from signin.identity_center import places
from signin.identity_center.portal import directory_of, show, signed_in_with_form

UNIX, WINDOWS = "unix", "windows"


@signed_in_with_form
def access_keys(request: HttpRequest, session: Session) -> HttpResponse:
    """Offer access keys of a role; only the form's button issues them (R-097, R-104)."""
    account_id = without_null(request.GET.get("account_id", ""))
    role_name = without_null(request.GET.get("role_name", ""))
    grant = assignments.find(session.principal, account_id, role_name)
    if grant is None:
        return show(request, session, "portal/role_gone.html", status=404)
    page: dict[str, Any] = {
        "grant": grant,
        "action": places.keys_url(account_id, role_name),
        "start_url": _start_url(session),
        "region": directory_of(session).region,
        "system": _system_of(request),
        "profile_name": f"{account_id}_{role_name}",
    }
    if request.method == "POST":
        page["keys"] = _issue(request, session, grant)
    return show(request, session, "portal/access_keys.html", page)


def _issue(request: HttpRequest, session: Session, grant: Grant) -> credentials.Keys:
    keys = credentials.issue(session.principal, grant, session=session)
    to = {"role_name": grant.permission_set.name, "account_id": grant.account.pk}
    directory_events.federated(session, browser=browser_of(request), to=to)
    return keys


def _start_url(session: Session) -> str:
    return hosts.url("portal", "/start", **hosts.portal_named(directory_of(session).portal_name))


def _system_of(request: HttpRequest) -> str:
    return WINDOWS if "Windows" in request.headers.get("User-Agent", "") else UNIX
