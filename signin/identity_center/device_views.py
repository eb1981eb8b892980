"""The portal's pages about one's own devices (P-29); changing one asks for a fresh sign-in (S-048).

A device is registered at the sign-in host, because that is where it will be asked for: passkeys
belong to a host's domain.
"""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.models import Directory, Session
from mfa import devices, directory_events, emails, events
from mfa.forms import DirectoryDeviceNameForm
from mfa.models import MOST_DEVICES, Device
from signin import hosts
from signin.http import browser_of
from signin.identity_center.portal import (
    directory_of,
    fresh,
    show,
    signed_in,
)

LIST = "/start/mfa"


@signed_in
def own_devices(request: HttpRequest, session: Session) -> HttpResponse:
    """Show one's own devices, and where another one is registered."""
    directory = _directory_with_devices(session)
    own = devices.of(session.principal)
    page = {
        "devices": own,
        "news": request.GET.get("device", ""),
        "may_manage": directory.users_manage_devices,
        "has_room": len(own) < MOST_DEVICES,
    }
    return show(request, session, "portal/devices.html", page)


@fresh
def new_device(request: HttpRequest, session: Session) -> HttpResponse:
    """Go to the sign-in host, where a device is registered."""
    _directory_with_devices(session)
    sign_in = session.parent or session
    return redirect(hosts.origin_of(sign_in.host) + "/platform/mfa/new")


@fresh
def device(request: HttpRequest, session: Session, device_id: int) -> HttpResponse:
    """Show one of one's own devices, and give it another name."""
    own = _own(session, device_id)
    sent = request.POST if request.method == "POST" else None
    form = DirectoryDeviceNameForm(sent, initial={"device_name": own.name})
    if not form.is_valid():
        return _page(request, session, own, form)
    devices.rename(own, form.cleaned_data["device_name"])
    directory_events.renamed(own, session=session, browser=browser_of(request))
    return redirect(f"{LIST}?device=renamed")


@fresh
def remove(request: HttpRequest, session: Session, device_id: int) -> HttpResponse:
    """Remove a device; its owner gets a mail."""
    own = _own(session, device_id)
    if request.method != "POST":
        return _page(request, session, own)
    if devices.remove(own):
        events.deactivated(own, session=session, browser=browser_of(request))
        emails.device_removed(own)
    return redirect(f"{LIST}?device=removed")


def _page(
    request: HttpRequest, session: Session, own: Device, form: forms.Form | None = None
) -> HttpResponse:
    page = {
        "device": own,
        "form": form or DirectoryDeviceNameForm(initial={"device_name": own.name}),
        "is_only_one": len(devices.of(session.principal)) == 1,
    }
    return show(request, session, "portal/device.html", page)


def _own(session: Session, device_id: int) -> Device:
    """Return a device of whoever is signed in; others' are not to be found (S-060).

    Where the directory leaves devices to its administrators, none is.
    """
    if not _directory_with_devices(session).users_manage_devices:
        raise Http404
    for own in devices.of(session.principal):
        if own.pk == device_id:
            return own
    raise Http404


def _directory_with_devices(session: Session) -> Directory:
    """Return somebody's directory; there are no such pages where a provider asks (C6)."""
    directory = directory_of(session)
    if directory.is_external:
        raise Http404
    return directory
