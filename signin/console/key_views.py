"""The console's pages about one's own access keys; all of them want a fresh sign-in (S-048)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import access_key_events, access_keys
from accounts.models import AccessKey, Session
from accounts.models.credentials import MOST_ACCESS_KEYS
from mfa.events import has_passed_mfa
from signin.console.views import fresh, show
from signin.http import browser_of
from signin.kernel.errors import Refusal

CREDENTIALS = "/iam/security_credentials"


@fresh
def new_access_key(request: HttpRequest, session: Session) -> HttpResponse:
    """Offer a new access key; only the form's button makes it, and its answer shows it once."""
    page = {"most": MOST_ACCESS_KEYS}
    if request.method == "POST":
        try:
            keys = access_keys.create(session.principal)
        except Refusal as refusal:
            alert = {**page, "alert": str(refusal.message)}
            return show(request, session, "console/new_access_key.html", alert)
        access_key_events.created(
            keys.access_key,
            session=session,
            has_device=has_passed_mfa(session),
            browser=browser_of(request),
        )
        return show(request, session, "console/new_access_key.html", {**page, "keys": keys})
    return show(request, session, "console/new_access_key.html", page)


@fresh
def access_key(request: HttpRequest, session: Session, access_key_id: str) -> HttpResponse:
    """Show one of one's own access keys, and what can be done with it."""
    page = {"access_key": _own(session, access_key_id)}
    return show(request, session, "console/access_key.html", page)


@fresh
def deactivate(request: HttpRequest, session: Session, access_key_id: str) -> HttpResponse:
    """Let an access key open nothing for a while."""
    own = _own(session, access_key_id)
    if request.method != "POST":
        return redirect("access-key", access_key_id=own.pk)
    if access_keys.deactivate(own):
        _updated(request, session, own)
    return redirect(f"{CREDENTIALS}?access_key=deactivated")


@fresh
def activate(request: HttpRequest, session: Session, access_key_id: str) -> HttpResponse:
    """Let an access key be good again."""
    own = _own(session, access_key_id)
    if request.method != "POST":
        return redirect("access-key", access_key_id=own.pk)
    if access_keys.activate(own):
        _updated(request, session, own)
    return redirect(f"{CREDENTIALS}?access_key=activated")


@fresh
def delete(request: HttpRequest, session: Session, access_key_id: str) -> HttpResponse:
    """Delete an access key."""
    own = _own(session, access_key_id)
    if request.method != "POST":
        return redirect("access-key", access_key_id=own.pk)
    if access_keys.delete(own):
        access_key_events.deleted(
            own,
            session=session,
            has_device=has_passed_mfa(session),
            browser=browser_of(request),
        )
    return redirect(f"{CREDENTIALS}?access_key=deleted")


def _updated(request: HttpRequest, session: Session, own: AccessKey) -> None:
    access_key_events.updated(
        own, session=session, has_device=has_passed_mfa(session), browser=browser_of(request)
    )


def _own(session: Session, access_key_id: str) -> AccessKey:
    """Return an access key of whoever is signed in; others' are not to be found (S-060)."""
    for own in access_keys.of(session.principal):
        if own.pk == access_key_id:
            return own
    raise Http404
