"""The steps by which people with a Builder ID say who they are and prove it (behaviour 9.1)."""

from typing import Any

from django.contrib.auth import authenticate

from accounts import browsers, builder_id_events, lockout
from accounts.directory_steps import is_trusted
from accounts.errors import WrongCredentials
from accounts.models.principals import fold
from accounts.steps import notes, password_set_at
from builderid import people, recovery
from builderid.forms import EmailForm, PasswordForm, TrustingCodeForm, TrustingPasskeyForm
from builderid.records import BUILDER_ID
from mfa.steps import sign_in as mfa
from signin.captcha import steps as captcha
from signin.faults import faults
from signin.faults.faults import Kind
from signin.flow.engine import Answer, Step
from signin.flow.models import Attempt
from signin.kernel.errors import LockedOut


class EmailStep(Step):
    """Ask for the e-mail, whoever has it, and whether this browser is to be trusted (R-115)."""

    name = "builder-id-email"
    template = "steps/builder_id_email.html"
    form_class = EmailForm

    def needed(self, attempt: Attempt) -> bool:
        return "email" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        attempt.facts["email"] = answer["email"]
        attempt.facts["trust_device"] = answer["trust_device"]


class PasswordStep(Step):
    """Ask for the password of whoever has the e-mail that was typed (R-118)."""

    name = "builder-id-password"
    template = "steps/builder_id_password.html"
    form_class = PasswordForm

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("password_verified")

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        faults.check(Kind.CLOCK_SKEW)
        person, browser = people.find(attempt.facts["email"]), attempt.browser
        identity: tuple[str, ...] = ("builder-id", fold(attempt.facts["email"]))
        if browsers.is_known(person, browser):
            # A stranger's failures don't stop the owner at a browser that proved itself (S-013).
            identity = (*identity, browser.device_key)
        try:
            tried = lockout.admit(identity, ip=browser.ip, principal=person)
        except LockedOut:
            builder_id_events.sign_in_failed(person, browser=browser)
            raise
        if authenticate(principal=person, password=answer["password"]) is None or person is None:
            tried.fail()
            builder_id_events.sign_in_failed(person, browser=browser)
            raise WrongCredentials
        tried.succeed()
        attempt.facts["principal_id"] = person.pk
        attempt.facts["password_verified"] = True
        attempt.facts["password_set_at"] = password_set_at(person)
        attempt.proven = person
        if not is_trusted(attempt):
            mfa.ask_for_device(attempt, BUILDER_ID)

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts["email"], **notes(attempt)}


class _TrustingStep(mfa.DeviceStep):
    """What both steps have in common that let a device prove a sign-in: trust, once more."""

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        super().submit(attempt, answer)
        attempt.facts["trust_device"] = answer["trust_device"]

    def initial(self, attempt: Attempt) -> Answer:
        return {"trust_device": attempt.facts.get("trust_device", False)}


class DeviceCodeStep(_TrustingStep, mfa.CodeStep):
    """Ask for the six digits of an authenticator app (R-119)."""

    form_class = TrustingCodeForm


class DevicePasskeyStep(_TrustingStep, mfa.PasskeyStep):
    """Ask the browser for a passkey or a security key (R-119)."""

    form_class = TrustingPasskeyForm


class RecoveryStep(captcha.CaptchaStep):
    """Ask for a security check, then mail a link for a new password (R-268, P-59)."""

    name = "builder-id-recovery"
    template = "steps/builder_id_recovery.html"

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("recovery_requested")

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        super().submit(attempt, answer)
        recovery.request(attempt.facts["email"], browser=attempt.browser)
        attempt.facts["recovery_requested"] = True
