"""The steps by which somebody creates a Builder ID (behaviour 9.2)."""

from typing import Any

from accounts import policies
from accounts.forms import ChosenPasswordForm
from accounts.opening_steps import OpeningCodeStep
from builderid import people, sign_ups
from builderid.forms import NameForm, NewEmailForm
from signin.flow.engine import Answer, Step
from signin.flow.models import Attempt


class NewEmailStep(Step):
    """Ask for the e-mail that the Builder ID is to have (R-128)."""

    name = "builder-id-new-email"
    template = "steps/builder_id_new_email.html"
    form_class = NewEmailForm

    def needed(self, attempt: Attempt) -> bool:
        return "email" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        sign_ups.name_email(attempt, answer["email"])

    def initial(self, attempt: Attempt) -> Answer:
        return {"email": attempt.facts.get("suggested_email", "")}


class NameStep(Step):
    """Ask for a name (R-129)."""

    name = "builder-id-name"
    template = "steps/builder_id_name.html"
    form_class = NameForm

    def needed(self, attempt: Attempt) -> bool:
        return "full_name" not in attempt.facts

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        attempt.facts["full_name"] = answer["full_name"]

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts["email"]}


class SignUpCodeStep(OpeningCodeStep):
    """Ask for the six digits mailed to the e-mail, whoever has it (R-130, R-131, S-021)."""

    name = "builder-id-code"
    template = "steps/builder_id_code.html"

    def mail_code(self, attempt: Attempt) -> None:
        """Mail a new code, which kills the old one, or a notice to whoever has the address."""
        sign_ups.mail_code(attempt)


class SignUpPasswordStep(Step):
    """Ask for the password of the Builder ID (R-132)."""

    name = "builder-id-new-password"
    template = "steps/builder_id_new_password.html"
    form_class = ChosenPasswordForm

    def needed(self, attempt: Attempt) -> bool:
        return not attempt.facts.get("password_verified")

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        sign_ups.choose_password(attempt, answer["new_password"])
        attempt.facts["password_verified"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        email = attempt.facts["email"]
        return {"who": email, "rules": policies.rules_at_first(people.new(email))}
