"""The steps that register a device: at the console, and at sign-in where an account demands it."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, ClassVar

from django import forms

from accounts.models import Session
from accounts.steps import proven
from mfa import devices, emails, events, grace, qr, totp
from mfa.errors import GraceOver, PasskeyRefused, RegistrationOver
from mfa.forms import NewDeviceForm, PairForm, PasskeyForm, PromptForm, TokenForm
from mfa.models import Device
from mfa.steps.sign_in import origin, webauthn, who
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import Attempt

Kind = Device.Kind


class PromptStep(Step):
    """Ask a root user without a device to register one, where the account wants it (C4)."""

    name = "mfa-prompt"
    template = "steps/mfa_prompt.html"
    form_class = PromptForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"skip": _skip}

    def needed(self, attempt: Attempt) -> bool:
        facts = attempt.facts
        is_done = facts.get("registering") or facts.get("device_registered")
        return bool(facts.get("mfa_prompt_due")) and not is_done

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        attempt.facts["registering"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": who(attempt), "days_left": grace.days_left(proven(attempt))}


class NewDeviceStep(Step):
    """Ask what the new device is called, and of which kind it is."""

    name = "new-device"
    template = "steps/new_device.html"
    form_class = NewDeviceForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"back": _leave}

    def needed(self, attempt: Attempt) -> bool:
        return is_registering(attempt) and "new_kind" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        principal, kind = proven(attempt), answer["device_kind"]
        devices.check_room(principal, kind)
        if kind == Kind.TOTP:
            device = devices.begin_app(principal, answer["device_name"])
            events.app_begun(device, session=session_of(attempt), browser=attempt.browser)
            attempt.facts["new_device"] = device.pk
        attempt.facts["new_kind"] = kind
        attempt.facts["new_name"] = answer["device_name"]

    def initial(self, attempt: Attempt) -> Answer:
        return {"device_name": attempt.facts.get("new_name", ""), "device_kind": Kind.TOTP}

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"is_at_sign_in": is_at_sign_in(attempt)}


class _RegisterStep(Step):
    """What the steps have in common that finish a registration."""

    kind: str

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"back": _choose_anew}

    def needed(self, attempt: Attempt) -> bool:
        return is_registering(attempt) and attempt.facts.get("new_kind") == self.kind

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        device = self.register(attempt, answer)
        attempt.facts["new_device"] = device.pk
        attempt.facts["device_registered"] = True
        events.enabled(device, session=session_of(attempt), browser=attempt.browser)
        emails.device_registered(device)

    def register(self, attempt: Attempt, answer: Answer) -> Device:
        """Return the device that is registered now, or raise Refusal."""
        raise NotImplementedError

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"name": attempt.facts["new_name"], "is_at_sign_in": is_at_sign_in(attempt)}


class RegisterAppStep(_RegisterStep):
    """Show the secret of an authenticator app, and ask for two of its codes (S-063)."""

    name = "register-app"
    template = "steps/register_app.html"
    form_class: ClassVar[type[forms.Form]] = PairForm
    kind = Kind.TOTP

    def prepare(self, attempt: Attempt) -> None:
        try:
            self.begun(attempt)
        except RegistrationOver:  # in another tab, the same name was begun anew
            attempt.forget("new_kind", "new_device")

    def register(self, attempt: Attempt, answer: Answer) -> Device:
        device = self.begun(attempt)
        devices.finish_codes(device, answer["code1"], answer["code2"])
        return device

    def context(self, attempt: Attempt) -> dict[str, Any]:
        device = self.begun(attempt)
        return {
            **super().context(attempt),
            "qr": qr.svg(devices.uri_of(device)),
            "secret": totp.encode(devices.secret_of(device)),
        }

    def begun(self, attempt: Attempt) -> Device:
        """Return the app that is being registered, or raise RegistrationOver."""
        return devices.being_registered(proven(attempt), attempt.facts.get("new_device", 0))


class RegisterTokenStep(_RegisterStep):
    """Ask for the serial number of a hardware token, and two of its codes."""

    name = "register-token"
    template = "steps/register_token.html"
    form_class = TokenForm
    kind = Kind.HARDWARE

    def register(self, attempt: Attempt, answer: Answer) -> Device:
        device = devices.begin_token(
            proven(attempt), attempt.facts["new_name"], serial_number=answer["serial_number"]
        )
        devices.finish_codes(device, answer["code1"], answer["code2"])
        return device


class RegisterPasskeyStep(_RegisterStep):
    """Let the browser make a passkey, or a security key a credential."""

    name = "register-passkey"
    template = "steps/register_passkey.html"
    form_class = PasskeyForm
    kind = Kind.PASSKEY

    def prepare(self, attempt: Attempt) -> None:
        shown = attempt.facts.get("mfa_ceremony", "")
        if not webauthn().find_living(shown, attempt):
            attempt.facts["mfa_ceremony"] = webauthn().begin(proven(attempt), attempt).id

    def register(self, attempt: Attempt, answer: Answer) -> Device:
        ceremony = webauthn().find_living(attempt.facts.get("mfa_ceremony", ""), attempt)
        attempt.forget("mfa_ceremony")
        if ceremony is None:
            raise PasskeyRefused("no challenge waits for an answer")
        device: Device = webauthn().register(
            ceremony, answer["credential"], name=attempt.facts["new_name"], origin=origin(attempt)
        )
        devices.settle(device)
        return device

    def context(self, attempt: Attempt) -> dict[str, Any]:
        ceremony = webauthn().find_living(attempt.facts["mfa_ceremony"], attempt)
        options = webauthn().registration_options(ceremony, attempt.facts["new_name"])
        return {**super().context(attempt), "options": json.dumps(options)}


def session_of(attempt: Attempt) -> Session | None:
    """Return the session in which a device is registered; none at sign-in."""
    key = attempt.facts.get("session")
    return Session.objects.filter(pk=key).first() if key else None


def is_registering(attempt: Attempt) -> bool:
    """Return whether a device is to be registered, and is not yet."""
    facts = attempt.facts
    return bool(facts.get("registering")) and not facts.get("device_registered")


def is_at_sign_in(attempt: Attempt) -> bool:
    """Return whether a device is registered on the way in, not by somebody who is signed in."""
    return "session" not in attempt.facts


def _choose_anew(attempt: Attempt) -> None:
    """Go back to the name and the kind; what was begun is undone."""
    if "new_device" in attempt.facts:
        with suppress(RegistrationOver):  # it is gone already, which is what was wanted
            devices.remove(devices.being_registered(proven(attempt), attempt.facts["new_device"]))
    attempt.forget("new_kind", "new_device", "mfa_ceremony")


def _leave(attempt: Attempt) -> None:
    attempt.forget("registering", "new_kind", "new_name", "new_device")


def _skip(attempt: Attempt) -> None:
    if not grace.may_skip(proven(attempt)):
        raise GraceOver
    attempt.facts["mfa_prompt_due"] = False
