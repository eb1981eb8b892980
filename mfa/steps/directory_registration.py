"""The steps that register a device of a directory's user: at sign-in, and from the portal."""

from collections.abc import Mapping
from typing import Any

from accounts.models import Principal
from accounts.steps import proven
from mfa import devices, directory_events, messages
from mfa.errors import KindImpossible
from mfa.forms import CodeForm, DirectoryDeviceNameForm, KindForm
from mfa.models import Device
from mfa.steps.registration import (
    RegisterAppStep,
    RegisterPasskeyStep,
    is_at_sign_in,
    is_registering,
    session_of,
)
from mfa.steps.sign_in import who
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import Attempt
from signin.kernel.errors import Refusal

Kind = Device.Kind
KINDS = (Kind.TOTP, Kind.PASSKEY)


class NewDirectoryDeviceStep(Step):
    """Ask which kind of device is to be registered, of those that the directory allows."""

    name = "choose-device-kind"
    template = "steps/choose_device_kind.html"
    form_class = KindForm

    def needed(self, attempt: Attempt) -> bool:
        return is_registering(attempt) and "new_kind" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        user, kind, session = proven(attempt), answer["device_kind"], session_of(attempt)
        if not _is_allowed(user, kind):
            raise KindImpossible
        devices.check_room(user, kind)
        name = devices.default_name(user, kind)
        if kind == Kind.TOTP:
            attempt.facts["new_device"] = devices.begin_app(user, name).pk
        directory_events.begun(user, kind, session=session, browser=attempt.browser)
        attempt.facts["new_kind"] = kind
        attempt.facts["new_name"] = name

    def initial(self, attempt: Attempt) -> Answer:
        user = proven(attempt)
        return {"device_kind": next((kind for kind in KINDS if not _against(user, kind)), "")}

    def context(self, attempt: Attempt) -> dict[str, Any]:
        against_app, against_passkey = (_against(proven(attempt), kind) for kind in KINDS)
        return {
            "who": who(attempt),
            "is_at_sign_in": is_at_sign_in(attempt),
            "against_app": against_app,
            "against_passkey": against_passkey,
            "is_possible": not (against_app and against_passkey),
        }


class RegisterAuthenticatorStep(RegisterAppStep):
    """Show the secret of an authenticator app, and ask for one of its codes (R-171, R-172)."""

    name = "register-authenticator"
    template = "steps/register_authenticator.html"
    form_class = CodeForm

    def register(self, attempt: Attempt, answer: Answer) -> Device:
        device = self.begun(attempt)
        devices.finish_code(device, answer["code"])
        return device


class RegisterSecurityKeyStep(RegisterPasskeyStep):
    """Let the browser make a passkey, or a security key a credential; its name comes after."""

    name = "register-security-key"
    template = "steps/register_security_key.html"

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        super().submit(attempt, answer)
        attempt.facts["name_due"] = True


class NameDeviceStep(Step):
    """Offer another name for the device that was registered (R-174, R-176)."""

    name = "name-device"
    template = "steps/name_device.html"
    form_class = DirectoryDeviceNameForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"skip": _keep_name}

    def needed(self, attempt: Attempt) -> bool:
        return bool(attempt.facts.get("name_due"))

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        device = _registered(attempt)
        if device and device.name != answer["device_name"]:
            devices.rename(device, answer["device_name"])
            directory_events.renamed(device, session=session_of(attempt), browser=attempt.browser)
        _keep_name(attempt)

    def initial(self, attempt: Attempt) -> Answer:
        return {"device_name": attempt.facts["new_name"]}

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": who(attempt), "is_at_sign_in": is_at_sign_in(attempt)}


def _is_allowed(user: Principal, kind: str) -> bool:
    directory = user.profile.directory
    return {Kind.TOTP: directory.allows_apps, Kind.PASSKEY: directory.allows_passkeys}.get(
        Kind(kind), False
    )


def _against(user: Principal, kind: str) -> Any:
    """Return why a user can't register a device of a kind now; nothing if they can."""
    if not _is_allowed(user, kind):
        return messages.KIND_NOT_ALLOWED
    try:
        devices.check_room(user, kind)
    except Refusal as refusal:
        return refusal.message
    return ""


def _registered(attempt: Attempt) -> Device | None:
    """Return the device that was registered, unless it was removed since."""
    own = devices.of(proven(attempt))
    return next((each for each in own if each.pk == attempt.facts["new_device"]), None)


def _keep_name(attempt: Attempt) -> None:
    attempt.forget("name_due")
