"""The security check as a step that any flow may have."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from signin.captcha import challenges
from signin.flow.engine import Act, Answer, Step
from signin.flow.models import Attempt
from signin.forms import OneTimeInput
from signin.kernel.errors import Refusal


class CaptchaWrong(Refusal):
    """The characters were not those of the picture, or the picture was too old."""

    message = _("Those were not the characters. Here are new ones; type what you see or hear.")
    field = "captcha"


class CaptchaForm(forms.Form):
    """The characters of a challenge, and which challenge it was."""

    captcha = forms.CharField(
        label=_("Characters you see or hear"),
        max_length=40,
        widget=OneTimeInput(
            attrs={
                "autocomplete": "off",
                "autofocus": True,
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        help_text=_("Six letters and digits. Capitals and blanks don't matter."),
        error_messages={"required": _("Type the characters of the picture.")},
    )
    captcha_id = forms.CharField(widget=forms.HiddenInput, required=False, max_length=32)


class CaptchaStep(Step):
    """Show distorted characters and ask for them (R-068 to R-071)."""

    name = "captcha"
    template = "steps/captcha.html"
    form_class = CaptchaForm

    @property
    def acts(self) -> Mapping[str, Act]:
        return {"refresh": refresh}

    def needed(self, attempt: Attempt) -> bool:
        facts = attempt.facts
        return bool(facts.get("captcha_due")) and not facts.get("captcha_solved")

    def prepare(self, attempt: Attempt) -> None:
        shown = attempt.facts.get("captcha_id")
        if not shown or not challenges.find_living(shown, attempt):
            attempt.facts["captcha_id"] = challenges.issue(attempt).id

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        if not challenges.solve(answer["captcha_id"], answer["captcha"], attempt=attempt):
            attempt.forget("captcha_id")
            raise CaptchaWrong
        attempt.facts["captcha_solved"] = True

    def context(self, attempt: Attempt) -> dict[str, Any]:
        return {"who": attempt.facts.get("email"), "captcha_id": attempt.facts["captcha_id"]}


def refresh(attempt: Attempt) -> None:
    """Show other characters."""
    attempt.forget("captcha_id")


def ask_again(attempt: Attempt) -> None:
    """Make the check due once more, whether or not it was passed before."""
    attempt.facts["captcha_due"] = True
    attempt.forget("captcha_solved", "captcha_id")
