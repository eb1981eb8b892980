"""The steps that ask for a device at sign-in, once the password was right (S-022)."""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from accounts import lockout
from accounts.events import console_login_failed
from accounts.steps import proven
from mfa import devices, events, grace
from mfa.errors import KindUnknown, PasskeyRefused, TooOftenWrong
from mfa.forms import CodeForm, KindForm, PairForm, PasskeyForm
from mfa.models import Device
from signin import hosts
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import Attempt
from signin.kernel.errors import LockedOut, Refusal

WRONG_ANSWERS = 5  # until the password is asked for again (S-064)
WRONG_BEFORE_RESYNC = 2  # until the page offers to resynchronise

Kind = Device.Kind


def look_for_devices(attempt: Attempt) -> None:
    """Note which devices the principal has whose password was right, and record the question."""
    principal = proven(attempt)
    kinds = list(dict.fromkeys(device.kind for device in devices.of(principal)))
    attempt.facts["mfa_due"] = bool(kinds)
    attempt.facts["mfa_kinds"] = kinds
    if kinds:
        events.check_mfa(attempt, principal, kinds)
    elif grace.is_wanted(principal):
        grace.begin(principal)
        attempt.facts["mfa_prompt_due"] = True
    if len(kinds) == 1:
        attempt.facts["mfa_kind"] = kinds[0]


def ask_for_password_again(attempt: Attempt) -> None:
    """Go back to the password: nothing that came after it counts any more."""
    attempt.forget(
        "password_verified",
        "new_password_due",
        "mfa_due",
        "mfa_kinds",
        "mfa_kind",
        "mfa_wrong",
        "mfa_trouble",
        "mfa_ceremony",
        "resync_due",
    )


def is_due(attempt: Attempt) -> bool:
    """Return whether a device has to prove the sign-in, and none did yet."""
    return bool(attempt.facts.get("mfa_due")) and not attempt.facts.get("mfa_verified")


def factors(attempt: Attempt) -> list[str]:
    """Return the kind of device that an attempt was proven with, as a session keeps it."""
    return [attempt.facts["mfa_kind"]] if "mfa_identifier" in attempt.facts else []


class ChooseDeviceStep(Step):
    """Ask which kind of device somebody with several kinds wants to use."""

    name = "mfa-device"
    template = "steps/mfa_device.html"
    form_class = KindForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"trouble": _trouble}

    def needed(self, attempt: Attempt) -> bool:
        return is_due(attempt) and "mfa_kind" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        if answer["device_kind"] not in attempt.facts["mfa_kinds"]:
            raise KindUnknown
        attempt.facts["mfa_kind"] = answer["device_kind"]

    def context(self, attempt: Attempt) -> dict[str, Any]:
        by_kind: dict[str, list[str]] = {kind: [] for kind in attempt.facts["mfa_kinds"]}
        for device in devices.of(proven(attempt)):
            by_kind.setdefault(device.kind, []).append(device.name)
        kinds = [
            {"kind": kind, "label": Kind(kind).label, "names": ", ".join(names)}
            for kind, names in by_kind.items()
        ]
        return {"who": who(attempt), "kinds": kinds}


class _DeviceStep(Step):
    """What the steps have in common that let a device prove something."""

    kinds: tuple[str, ...]

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"another": _another, "resync": _resync, "trouble": _trouble}

    def needed(self, attempt: Attempt) -> bool:
        return is_due(attempt) and attempt.facts.get("mfa_kind") in self.kinds

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        own = [
            device
            for device in devices.of(proven(attempt))
            if device.kind == attempt.facts["mfa_kind"]
        ]
        with _Counted(attempt):
            device = self.check(attempt, own, answer)
        attempt.facts["mfa_verified"] = True
        attempt.facts["mfa_identifier"] = device.serial_number

    def check(self, attempt: Attempt, own: list[Device], answer: Answer) -> Device:
        """Return the device that the answer proves, or raise Refusal."""
        raise NotImplementedError

    def context(self, attempt: Attempt) -> dict[str, Any]:
        facts = attempt.facts
        return {
            "who": who(attempt),
            "principal_id": facts["principal_id"],
            "is_token": facts["mfa_kind"] == Kind.HARDWARE,
            "has_others": len(facts["mfa_kinds"]) > 1,
            "offers_resync": facts.get("mfa_wrong", 0) >= WRONG_BEFORE_RESYNC,
        }


class CodeStep(_DeviceStep):
    """Ask for the six digits of an authenticator app or a hardware token (R-073, R-084)."""

    name = "mfa-code"
    template = "steps/mfa_code.html"
    form_class = CodeForm
    kinds = (Kind.TOTP, Kind.HARDWARE)

    def check(self, attempt: Attempt, own: list[Device], answer: Answer) -> Device:
        return devices.check_code(own, answer["code"])


class PasskeyStep(_DeviceStep):
    """Ask the browser for a passkey or a security key."""

    name = "mfa-passkey"
    template = "steps/mfa_passkey.html"
    form_class = PasskeyForm
    kinds = (Kind.PASSKEY,)

    def prepare(self, attempt: Attempt) -> None:
        shown = attempt.facts.get("mfa_ceremony", "")
        if not webauthn().find_living(shown, attempt):
            attempt.facts["mfa_ceremony"] = webauthn().begin(proven(attempt), attempt).id

    def check(self, attempt: Attempt, own: list[Device], answer: Answer) -> Device:
        ceremony = webauthn().find_living(attempt.facts.get("mfa_ceremony", ""), attempt)
        attempt.forget("mfa_ceremony")
        if ceremony is None:
            raise PasskeyRefused("no challenge waits for an answer")
        device: Device = webauthn().check(
            ceremony, own, answer["credential"], origin=origin(attempt)
        )
        return device

    def context(self, attempt: Attempt) -> dict[str, Any]:
        own = [each for each in devices.of(proven(attempt)) if each.kind == Kind.PASSKEY]
        ceremony = webauthn().find_living(attempt.facts["mfa_ceremony"], attempt)
        options = webauthn().assertion_options(ceremony, own)
        return {**super().context(attempt), "options": json.dumps(options)}


class ResyncStep(Step):
    """Ask for two consecutive codes of a device whose clock is off, then for all of it again."""

    name = "mfa-resync"
    template = "steps/mfa_resync.html"
    form_class = PairForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"back": _back}

    def needed(self, attempt: Attempt) -> bool:
        return is_due(attempt) and bool(attempt.facts.get("resync_due"))

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        own = [device for device in devices.of(proven(attempt)) if device.has_codes]
        with _Counted(attempt):
            device = devices.resync(own, answer["code1"], answer["code2"])
        events.resynchronised(device, session=None, browser=attempt.browser)
        ask_for_password_again(attempt)
        attempt.facts["resynchronised"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": who(attempt)}


class _Counted:
    """Count one answer of a device, in this attempt and in all others of the principal (S-064).

    A wrong one is a failed sign-in; the fifth in a row leads back to the password. Signing in with
    the password again clears nothing: only a right answer does.
    """

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt

    def __enter__(self) -> None:
        principal = proven(self.attempt)
        try:
            self.tried = lockout.admit(
                ("mfa", str(principal.pk)), ip=self.attempt.browser.ip, principal=principal
            )
        except LockedOut:
            self._record()
            raise

    def __exit__(self, kind: object, refusal: BaseException | None, trace: object) -> None:
        if refusal is None:
            self.tried.succeed()
        elif isinstance(refusal, Refusal):
            self.tried.fail()
            self._record()
            self.attempt.facts["mfa_wrong"] = self.attempt.facts.get("mfa_wrong", 0) + 1
            if self.tried.failures[self.tried.identity] % WRONG_ANSWERS == 0:
                ask_for_password_again(self.attempt)
                raise TooOftenWrong from refusal

    def _record(self) -> None:
        principal = proven(self.attempt)
        console_login_failed(self.attempt, principal, principal.account, mfa_used=True)


def who(attempt: Attempt) -> str:
    """Return the name of whoever is signing in, as the pages show it."""
    return attempt.facts.get("email") or attempt.facts.get("username", "")


def webauthn() -> Any:
    """Return the module for passkeys; it loads with its first use, for it takes its time."""
    return import_module("mfa.webauthn")


def origin(attempt: Attempt) -> str:
    """Return the origin of the page that the browser shows, which a passkey has to name."""
    return hosts.origin_of(attempt.browser.host)


def _another(attempt: Attempt) -> None:
    attempt.forget("mfa_kind", "mfa_ceremony")
    if len(attempt.facts["mfa_kinds"]) == 1:
        attempt.facts["mfa_kind"] = attempt.facts["mfa_kinds"][0]


def _resync(attempt: Attempt) -> None:
    attempt.facts["resync_due"] = True


def _trouble(attempt: Attempt) -> None:
    attempt.facts["mfa_trouble"] = True


def _back(attempt: Attempt) -> None:
    attempt.forget("resync_due")
