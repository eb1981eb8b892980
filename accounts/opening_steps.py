"""The steps by which somebody opens an account and becomes its root user."""

from collections.abc import Mapping
from typing import Any

from accounts import codes, lockout, openings, policies
from accounts.forms import ChosenPasswordForm, ContactPhoneForm, EmailCodeForm, OpenAccountForm
from accounts.models.principals import fold
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import Attempt
from signin.kernel.errors import Refusal


class OpenAccountStep(Step):
    """Ask for the e-mail of the root user to be, and for a name for the account."""

    name = "open-account"
    template = "steps/open_account.html"
    form_class = OpenAccountForm

    def needed(self, attempt: Attempt) -> bool:
        return "email" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        openings.check_email(answer["email"])
        attempt.facts["email"] = answer["email"]
        attempt.facts["account_name"] = answer["account_name"]
        attempt.facts["email_code_due"] = True


class OpeningCodeStep(Step):
    """Ask for the six digits mailed to the e-mail that was typed, whoever has it (S-021)."""

    name = "opening-code"
    template = "steps/opening_code.html"
    form_class = EmailCodeForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"resend": self.mail_code}

    def mail_code(self, attempt: Attempt) -> None:
        """Mail a new code, which kills the old one, or a notice to whoever has the address."""
        openings.mail_code(attempt)

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("email_code_verified")

    def prepare(self, attempt: Attempt) -> None:
        if not attempt.facts.get("email_code_sent"):
            self.mail_code(attempt)
            attempt.facts["email_code_sent"] = True

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        identity = (self.name, fold(attempt.facts["email"]))
        tried = lockout.admit(identity, ip=attempt.browser.ip, principal=None)
        try:
            codes.redeem(attempt, answer["code"])
        except Refusal:
            tried.fail()
            raise
        tried.succeed()
        attempt.facts["email_code_verified"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts["email"], "minutes": int(codes.LIFETIME.total_seconds() // 60)}


class OpeningPasswordStep(Step):
    """Ask for the password of the root user to be."""

    name = "opening-password"
    template = "steps/opening_password.html"
    form_class = ChosenPasswordForm

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("password_verified")

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        openings.choose_password(attempt, answer["new_password"])
        attempt.facts["password_verified"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts["email"], "rules": policies.ROOT_AT_FIRST}


class ContactPhoneStep(Step):
    """Ask for the phone number of the account's owner; with it the account can be opened."""

    name = "contact-phone"
    template = "steps/contact_phone.html"
    form_class = ContactPhoneForm

    def needed(self, attempt: Attempt) -> bool:
        return "phone" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        attempt.facts["phone"] = answer["phone"]

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts["email"]}
