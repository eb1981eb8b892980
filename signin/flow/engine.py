"""Steps and flows. The rule is the last line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse

from signin.flow.facts import Facts
from signin.flow.models import Attempt
from signin.kernel.errors import Refusal

Answer = dict[str, Any]
Act = Callable[[Attempt], None]


class Step:
    """One question: when it must be asked, how it looks, what its answer proves."""

    name: ClassVar[str]
    template: ClassVar[str]
    form_class: ClassVar[type[forms.Form]]

    # Whether it is asked at somebody else's site, so that there is no page here: see ``redirect``.
    is_elsewhere: ClassVar[bool] = False

    @property
    def acts(self) -> Mapping[str, Act]:
        """What a person may do instead of answering, by the value of the button pressed."""
        return {}

    def needed(self, attempt: Attempt) -> bool:
        """Return whether this question is still open."""
        raise NotImplementedError

    def prepare(self, attempt: Attempt) -> None:
        """Make what the page shows: a challenge, a mailed code. Runs before the page is shown."""

    def submit(self, attempt: Attempt, answer: Answer) -> None:
        """Write down what the answer proved, or raise Refusal."""
        raise NotImplementedError

    def redirect(self, attempt: Attempt) -> str:
        """Return the address where somebody else asks this; for a step that is elsewhere."""
        raise NotImplementedError

    def targets(self, attempt: Attempt) -> Sequence[str]:
        """Return the origins of others to which the page's form may lead, by whatever redirects."""
        return ()

    def initial(self, attempt: Attempt) -> Answer:
        """Return what the form's fields hold at first."""
        return {}

    def context(self, attempt: Attempt) -> dict[str, Any]:
        """Return what the template shows beside the form."""
        return {}


def no_page(request: HttpRequest, attempt: Attempt, refusal: Refusal) -> HttpResponse | None:
    """Leave a refusal to the step's own page, where it is an alert."""
    return None


@dataclass(frozen=True)
class Flow:
    """A list of steps, and what happens when none of them is needed any more.

    ``links`` are the addresses that its pages offer beside the steps, such as beginning afresh.
    ``failed`` returns a whole page for a refusal that no step can show, and None for all others.
    """

    name: str
    layout: str
    steps: Sequence[Step]
    finish: Callable[[HttpRequest, Attempt], HttpResponse]
    links: Callable[[Facts], Mapping[str, str]]
    failed: Callable[[HttpRequest, Attempt, Refusal], HttpResponse | None] = no_page

    def current_step(self, attempt: Attempt) -> Step | None:
        """Return the first step that is still needed."""
        return next((step for step in self.steps if step.needed(attempt)), None)
