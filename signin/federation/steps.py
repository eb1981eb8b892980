"""The steps of users whose directory has an external provider as its identity source."""

from typing import Any

from django import forms

from accounts.directory_steps import directory_of
from accounts.steps import proven
from signin.federation import arrivals
from signin.flow.engine import Answer, Step
from signin.flow.models import Attempt


class ExternalSignInStep(Step):
    """Have somebody prove at their own provider who they are (R-031, behaviour 7.1).

    There is no page of it here: whoever comes to it is sent on, with a new question.
    """

    name = "external-sign-in"
    is_elsewhere = True

    def needed(self, attempt: Attempt) -> bool:
        facts = attempt.facts
        return bool(facts.get("external")) and not facts.get("external_verified")

    def redirect(self, attempt: Attempt) -> str:
        return arrivals.ask(attempt, directory_of(attempt))


class ExternalArrivalStep(Step):
    """Ask whether it is meant, where a provider sent somebody unasked (S-090)."""

    name = "external-arrival"
    template = "steps/external_arrival.html"
    form_class = forms.Form

    def needed(self, attempt: Attempt) -> bool:
        return bool(attempt.facts.get("arrival_due"))

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        attempt.forget("arrival_due")

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": proven(attempt).username}
