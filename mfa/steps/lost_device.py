"""The steps of people who can't use their device: other ways to sign in, or to whom to turn."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.models import Principal
from accounts.steps import proven
from mfa import devices, lost, slots
from mfa.errors import MailNotConfirmed, NoSelfRecovery
from mfa.steps.records import CONSOLE, Record
from mfa.steps.sign_in import begin_resync, is_due, who
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import WAIT, Attempt
from signin.phones import calls

SHOWN_OF_PHONE = 4  # digits at its end


class LostDeviceStep(Step):
    """Tell what there is to do without the device; a root user gets a link by mail (R-207)."""

    name = "lost-device"
    template = "steps/lost_device.html"
    form_class = forms.Form

    def __init__(self, record: Record = CONSOLE) -> None:
        self.record = record

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"send_mail": _send_link, "resync": self.resync, "back": _back}

    def resync(self, attempt: Attempt) -> None:
        """Go to the page that brings a device into step."""
        begin_resync(attempt, self.record)

    def needed(self, attempt: Attempt) -> bool:
        return _is_in_trouble(attempt) and not lost.is_confirmed(attempt)

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        raise MailNotConfirmed  # with the link confirmed, the next step would be here

    def context(self, attempt: Attempt) -> dict[str, Any]:
        principal, own = proven(attempt), devices.of(proven(attempt))
        return {
            "who": who(attempt),
            "is_root": principal.is_root,
            "is_of_console": slots.is_of_console(principal),
            "is_builder_id": principal.kind == Principal.Kind.BUILDER_ID,
            "device_count": len(own),
            "offers_resync": any(device.has_codes for device in own),
            "phone_end": _phone_end(principal),
            "is_mailed": bool(attempt.facts.get("lost_device_mailed")),
            "minutes": int(WAIT.total_seconds() // 60),
        }


class LostDeviceCallStep(Step):
    """Have the contact phone called, and show the digits that are to be typed on it (S-070)."""

    name = "lost-device-call"
    template = "steps/lost_device_call.html"
    form_class = forms.Form

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"call": _call, "back": _back}

    def needed(self, attempt: Attempt) -> bool:
        return _is_in_trouble(attempt)

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        lost.check_call(attempt, proven(attempt))
        attempt.facts["lost_device"] = True
        attempt.facts["mfa_verified"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        principal, call = proven(attempt), calls.find(attempt)
        return {
            "who": who(attempt),
            "principal_id": principal.pk,
            "phone_end": _phone_end(principal),
            "call": call,
            "digits": calls.digits_of(call) if call else "",
            "minutes": int(calls.LIFETIME.total_seconds() // 60),
            "tries": calls.TRIES,
        }


def _is_in_trouble(attempt: Attempt) -> bool:
    return is_due(attempt) and bool(attempt.facts.get("mfa_trouble"))


def _phone_end(principal: Principal) -> str:
    return lost.contact_phone(principal)[-SHOWN_OF_PHONE:] if principal.is_root else ""


def _send_link(attempt: Attempt) -> None:
    principal = proven(attempt)
    if not principal.is_root:
        raise NoSelfRecovery
    lost.send_link(attempt, principal)
    attempt.facts["lost_device_mailed"] = True


def _call(attempt: Attempt) -> None:
    lost.call(attempt, proven(attempt))


def _back(attempt: Attempt) -> None:
    attempt.forget("mfa_trouble")
