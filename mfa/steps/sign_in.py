"""The steps that ask for a device at sign-in, once the password was right (S-022)."""

import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from accounts import lockout
from accounts.steps import proven
from mfa import devices, grace
from mfa.errors import ClockOff, KindUnknown, PasskeyRefused, TooOftenWrong
from mfa.forms import CodeForm, KindForm, PairForm, PasskeyForm
from mfa.models import Device
from mfa.steps.records import CONSOLE, Record
from signin import hosts
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import Attempt
from signin.kernel.errors import LockedOut, Refusal

WRONG_ANSWERS = 5  # until the password is asked for again (S-064)
WRONG_BEFORE_RESYNC = 2  # until the page offers to resynchronise

Kind = Device.Kind


def look_for_devices(attempt: Attempt) -> None:
    """Ask for a device of whoever's password was right at the console, or for a registration."""
    principal = proven(attempt)
    if not ask_for_device(attempt) and grace.is_wanted(principal):
        grace.begin(principal)
        attempt.facts["mfa_prompt_due"] = True


def ask_for_device(attempt: Attempt, record: Record = CONSOLE) -> bool:
    """Note which devices the principal has, one of which has to prove the sign-in; False if none.

    The first factor was right; the question is recorded.
    """
    kinds = list(dict.fromkeys(device.kind for device in devices.of(proven(attempt))))
    attempt.facts["mfa_due"] = bool(kinds)
    attempt.facts["mfa_kinds"] = kinds
    if len(kinds) == 1:
        attempt.facts["mfa_kind"] = kinds[0]
    if kinds:
        record.asked(attempt, kinds)
    return bool(kinds)


def ask_for_password_again(attempt: Attempt) -> None:
    """Go back to the password: nothing that came after it counts any more."""
    attempt.forget(
        "password_verified",
        "new_password_due",
        "mfa_due",
        "mfa_kinds",
        "mfa_kind",
        "mfa_asked",
        "mfa_wrong",
        "mfa_trouble",
        "mfa_ceremony",
        "resync_due",
        "factors_proved",
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

    def __init__(self, record: Record = CONSOLE) -> None:
        self.record = record

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"trouble": _trouble}

    def needed(self, attempt: Attempt) -> bool:
        return is_due(attempt) and "mfa_kind" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        if answer["device_kind"] not in attempt.facts["mfa_kinds"]:
            raise KindUnknown
        attempt.facts["mfa_kind"] = answer["device_kind"]
        self.record.chosen(attempt)

    def context(self, attempt: Attempt) -> dict[str, Any]:
        by_kind: dict[str, list[str]] = {kind: [] for kind in attempt.facts["mfa_kinds"]}
        for device in devices.of(proven(attempt)):
            by_kind.setdefault(device.kind, []).append(device.name)
        kinds = [
            {"kind": kind, "label": Kind(kind).label, "names": ", ".join(names)}
            for kind, names in by_kind.items()
        ]
        return {"who": who(attempt), "kinds": kinds}


class DeviceStep(Step):
    """What the steps have in common that let a device prove a sign-in."""

    kinds: tuple[str, ...]

    def __init__(self, record: Record = CONSOLE) -> None:
        self.record = record

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"another": _another, "resync": self.resync, "trouble": _trouble}

    def resync(self, attempt: Attempt) -> None:
        """Go to the page that brings a device into step."""
        begin_resync(attempt, self.record)

    def needed(self, attempt: Attempt) -> bool:
        return is_due(attempt) and attempt.facts.get("mfa_kind") in self.kinds

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        own = [
            device
            for device in devices.of(proven(attempt))
            if device.kind == attempt.facts["mfa_kind"]
        ]
        with _Counted(attempt, self.record):
            device = self.check(attempt, own, answer)
        self.record.passed(attempt, device)
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


class CodeStep(DeviceStep):
    """Ask for the six digits of an authenticator app or a hardware token (R-073, R-084)."""

    name = "mfa-code"
    template = "steps/mfa_code.html"
    form_class = CodeForm
    kinds = (Kind.TOTP, Kind.HARDWARE)

    def check(self, attempt: Attempt, own: list[Device], answer: Answer) -> Device:
        return devices.check_code(own, answer["code"])


class PasskeyStep(DeviceStep):
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

    def __init__(self, record: Record = CONSOLE) -> None:
        self.record = record

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"back": _back}

    def needed(self, attempt: Attempt) -> bool:
        return is_due(attempt) and bool(attempt.facts.get("resync_due"))

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        own = [device for device in devices.of(proven(attempt)) if device.has_codes]
        with _Counted(attempt, self.record):
            device = devices.resync(own, answer["code1"], answer["code2"])
        self.record.resynchronised(attempt, device)
        ask_for_password_again(attempt)
        attempt.facts["resynchronised"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": who(attempt)}


class _Counted:
    """Count one answer of a device, in this attempt and in all others of the principal (S-064).

    A wrong one is a failed sign-in; the fifth in a row leads back to the password. Signing in with
    the password again clears nothing: only a right answer does.
    """

    def __init__(self, attempt: Attempt, record: Record) -> None:
        self.attempt = attempt
        self.record = record

    def __enter__(self) -> None:
        principal = proven(self.attempt)
        try:
            self.tried = lockout.admit(
                ("mfa", str(principal.pk)), ip=self.attempt.browser.ip, principal=principal
            )
        except LockedOut:
            self.record.failed(self.attempt)
            raise

    def __exit__(self, kind: object, refusal: BaseException | None, trace: object) -> None:
        if refusal is None:
            self.tried.succeed()
        elif isinstance(refusal, Refusal):
            self.tried.fail()
            self.record.failed(self.attempt)
            wrong = self.attempt.facts.get("mfa_wrong", 0) + 1
            if isinstance(refusal, ClockOff):  # the remedy is known, and offered at once
                wrong = max(wrong, WRONG_BEFORE_RESYNC)
            self.attempt.facts["mfa_wrong"] = wrong
            if self.tried.failures[self.tried.identity] % WRONG_ANSWERS == 0:
                ask_for_password_again(self.attempt)
                raise TooOftenWrong from refusal


def who(attempt: Attempt) -> str:
    """Return the name of whoever is signing in, as the pages show it."""
    facts = attempt.facts
    return facts.get("email") or facts.get("username") or proven(attempt).username


def begin_resync(attempt: Attempt, record: Record) -> None:
    """Go to the page that brings a device into step, wherever it was asked for."""
    attempt.facts["resync_due"] = True
    attempt.forget("mfa_trouble")
    record.chosen(attempt)


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


def _trouble(attempt: Attempt) -> None:
    attempt.facts["mfa_trouble"] = True


def _back(attempt: Attempt) -> None:
    attempt.forget("resync_due")
