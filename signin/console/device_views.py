"""The console's pages about one's own devices; changing one asks for a fresh sign-in (S-048)."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import lockout, sessions
from accounts.models import Session
from mfa import devices, emails, events
from mfa.forms import DeviceNameForm, PairForm
from mfa.models import Device
from signin.console import destinations
from signin.console.device_flows import FLOWS, REGISTER_DEVICE
from signin.console.views import fresh, show_form, themselves
from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.flow.views import begin, take
from signin.http import browser_of, flow_key
from signin.kernel.errors import Refusal

CREDENTIALS = "/iam/security_credentials"


@fresh
def new_device(request: HttpRequest, session: Session) -> HttpResponse:
    """Begin the registration of a device."""
    facts = Facts(
        destination=destinations.home(),
        challenge=sessions.challenge_of(flow_key(request)),
        principal_id=session.principal_id,
        session=str(session.pk),
        registering=True,
    )
    return begin(request, REGISTER_DEVICE, facts)


@themselves
def register_device(request: HttpRequest, session: Session, handle: str) -> HttpResponse:
    """Go on with a registration; it belongs to the session in which it was begun."""
    attempt = Attempt.find(handle, flow_key=flow_key(request))
    if attempt is None or attempt.facts.get("session") != str(session.pk):
        return render(request, "errors/registration_over.html", status=410)
    return take(request, handle, FLOWS)


@fresh
def device(request: HttpRequest, session: Session, device_id: int) -> HttpResponse:
    """Show one of one's own devices, and what can be done with it."""
    return _page(request, session, _own(session, device_id))


@fresh
def rename(request: HttpRequest, session: Session, device_id: int) -> HttpResponse:
    """Give a device another name."""
    own = _own(session, device_id)
    form = DeviceNameForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, session, own, form)
    devices.rename(own, form.cleaned_data["device_name"])
    return redirect(f"{CREDENTIALS}?device=renamed")


@fresh
def resync(request: HttpRequest, session: Session, device_id: int) -> HttpResponse:
    """Bring a device into step again with two of its codes."""
    own = _own(session, device_id)
    form = PairForm(request.POST if request.method == "POST" else None)
    if not own.has_codes or not form.is_valid():
        return _page(request, session, own, form)
    browser = browser_of(request)
    try:
        _resync(own, form.cleaned_data["code1"], form.cleaned_data["code2"], ip=browser.ip)
    except Refusal as refusal:
        return _page(request, session, own, form, refusal=refusal)
    events.resynchronised(own, session=session, browser=browser)
    return redirect(f"{CREDENTIALS}?device=resynchronised")


@fresh
def remove(request: HttpRequest, session: Session, device_id: int) -> HttpResponse:
    """Remove a device; the owner of the account gets a mail."""
    own = _own(session, device_id)
    if request.method != "POST":
        return _page(request, session, own)
    if devices.remove(own):
        events.deactivated(own, session=session, browser=browser_of(request))
        emails.device_removed(own)
    return redirect(f"{CREDENTIALS}?device=removed")


def _resync(own: Device, first: str, second: str, *, ip: str) -> None:
    """Resynchronise, counted as at sign-in: no page is a way around another (S-064)."""
    tried = lockout.admit(("mfa", str(own.principal_id)), ip=ip, principal=own.principal)
    try:
        devices.resync([own], first, second)
    except Refusal:
        tried.fail()
        raise
    tried.succeed()


def _page(
    request: HttpRequest,
    session: Session,
    own: Device,
    sent: forms.Form | None = None,
    *,
    refusal: Refusal | None = None,
) -> HttpResponse:
    """Show a device with its forms, of which one may have been sent and be wrong."""
    if sent is None or not sent.is_bound:
        sent = _named(own)
    page = {
        "device": own,
        "is_only_one": len(devices.of(session.principal)) == 1,
        "rename_form": sent if isinstance(sent, DeviceNameForm) else _named(own),
        "resync_form": sent if isinstance(sent, PairForm) else PairForm(),
    }
    return show_form(request, session, "console/device.html", sent, page, refusal=refusal)


def _named(own: Device) -> DeviceNameForm:
    return DeviceNameForm(initial={"device_name": own.name})


def _own(session: Session, device_id: int) -> Device:
    """Return a device of whoever is signed in; others' are not to be found (S-060)."""
    for own in devices.of(session.principal):
        if own.pk == device_id:
            return own
    raise Http404
