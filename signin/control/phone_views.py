"""What people hold in their hands: authenticator apps, tokens, a telephone, their newest mail.

The codes are shown on purpose. They are one's own phone, on this machine and at the desk only.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Principal
from mfa import devices, lost, totp
from mfa.forms import SerialNumberForm
from mfa.models import Device
from signin.control.forms import KeysForm
from signin.http import searched
from signin.kernel import clock
from signin.mailbox.models import Message
from signin.phones import calls
from signin.phones.models import Call

SHOWN = 100
MESSAGES_SHOWN = 10
PLACE = ("account", "profile__directory")  # what somebody belongs to: one of both


@dataclass(frozen=True)
class Display:
    """What a device shows now and in a moment, by its own clock."""

    device: Device
    code: str
    next_code: str
    is_used: bool


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """List those who have a device or a telephone, those with all the words of ``q`` only."""
    words = searched(request, "q")
    found = _matching(_with_something(), words)
    page = {
        "at": "phone",
        "words": words,
        "people": [
            {"principal": each, "phone": _number(each) and each.account and each.account.phone}
            for each in found[:SHOWN]
        ],
        "count": found.count(),
        "shown": SHOWN,
    }
    return render(request, "desk/phones.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@ensure_csrf_cookie  # the form may come later, when the phone rings
def person(request: HttpRequest, principal_id: int) -> HttpResponse:
    """Show the devices, the telephone and the messages of somebody, or press keys there."""
    principal = _principal(principal_id)
    form = KeysForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if calls.press(_number(principal), form.cleaned_data["keys"]):
            return redirect("phone", principal_id)
        form.add_error("keys", _("These are not the digits that the sign-in page shows."))
    return render(request, "desk/phone.html", {**_page(principal), "form": form})


@require_safe
def now(request: HttpRequest, principal_id: int) -> HttpResponse:
    """Return what changes on that page alone, for the page to keep itself current."""
    page = {**_page(_principal(principal_id)), "form": KeysForm()}
    return render(request, "desk/phone_now.html", page)


@require_safe
def token(request: HttpRequest) -> HttpResponse:
    """Show what a hardware token displays, of any serial number; they all lie here."""
    form = SerialNumberForm(request.GET if "serial_number" in request.GET else None)
    moment = clock.now()
    page = {"at": "phone", "form": form, "seconds_left": totp.seconds_left(moment)}
    if form.is_valid():
        serial_number = form.cleaned_data["serial_number"]
        found = Device.objects.filter(kind=Device.Kind.HARDWARE, serial_number=serial_number)
        held = found.first() or devices.token(Principal(), serial_number, serial_number)
        page["display"] = _display(held, totp.step_at(moment))
    return render(request, "desk/token.html", page)


def _page(principal: Principal) -> dict[str, Any]:
    moment, own = clock.now(), devices.of(principal)
    step, number = totp.step_at(moment), _number(principal)
    call = calls.last(number) if number else None
    return {
        "at": "phone",
        "principal": principal,
        "displays": [_display(device, step) for device in own if device.has_codes],
        "passkeys": [device for device in own if not device.has_codes],
        "seconds_left": totp.seconds_left(moment),
        "seconds": totp.STEP,
        "clock_stands": clock.state().frozen_at is not None,
        "number": number,
        "call": call,
        "call_state": _state(call),
        "messages": _messages(principal)[:MESSAGES_SHOWN],
    }


def _display(device: Device, step: int) -> Display:
    shown, secret = step + device.drift, devices.secret_of(device)
    return Display(
        device=device,
        code=totp.code_at(secret, shown),
        next_code=totp.code_at(secret, shown + 1),
        is_used=device.last_step >= shown,
    )


def _state(call: Call | None) -> str:
    if call is None:
        return "silent"
    if call.answered_at:
        return "answered"
    return "rings" if call.tries < calls.TRIES else "over"


def _principal(principal_id: int) -> Principal:
    everybody = Principal.objects.exclude(kind=Principal.Kind.OPERATOR)
    return get_object_or_404(everybody.select_related(*PLACE), pk=principal_id)


def _number(principal: Principal) -> str:
    """Return the number of somebody's telephone: an account's contact phone is its root user's."""
    return lost.contact_phone(principal) if principal.is_root else ""


def _with_something() -> QuerySet[Principal]:
    registered = Device.objects.filter(principal=OuterRef("pk"), slot__isnull=False)
    has_phone = Q(kind=Principal.Kind.ROOT_USER) & ~Q(account__phone="")
    return (
        Principal.objects.exclude(kind=Principal.Kind.OPERATOR)
        .filter(Q(Exists(registered)) | has_phone)
        .select_related(*PLACE)
        .annotate(device_count=Count("devices", filter=Q(devices__slot__isnull=False)))
        .order_by("account__id", "-kind", "realm", "folded")
    )


def _matching(found: QuerySet[Principal], words: str) -> QuerySet[Principal]:
    for word in words.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(account__id__icontains=word)
            | Q(account__name__icontains=word)
            | Q(account__alias__icontains=word)
            | Q(account__phone__icontains=word)
            | Q(profile__email__icontains=word)
            | Q(profile__directory__id__icontains=word)
            | Q(profile__directory__subdomain__icontains=word)
        )
    return found


def _messages(principal: Principal) -> QuerySet[Message]:
    """Return the mails to somebody's address, and the SMS to them."""
    mails = Q(channel=Message.Channel.MAIL, recipient__iexact=_address(principal))
    if number := _number(principal):
        return Message.objects.filter(mails | Q(channel=Message.Channel.SMS, recipient=number))
    return Message.objects.filter(mails)


def _address(principal: Principal) -> str:
    """Return where mails to somebody go: a root user's name is the address."""
    is_of_directory = principal.kind == Principal.Kind.DIRECTORY_USER
    return principal.profile.email if is_of_directory else principal.username
