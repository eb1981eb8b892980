"""What is measured, and what is asked of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median
from typing import Any, ClassVar


@dataclass(frozen=True)
class Figure:
    """Something that has one number in every round."""

    name: str
    unit: str


Figures = dict[Figure, float]


class Judged(StrEnum):
    """What of a figure a goal looks at."""

    ITSELF = "itself"
    RATIO = "ratio to floor"


class Verdict(StrEnum):
    """What became of a goal."""

    HOLDS = "holds"
    FALLS_SHORT = "falls short"
    ABSENT = "peer absent"
    REFUSED = "refused"


@dataclass(frozen=True)
class Goal:
    """An upper limit of a figure, or of its ratio to a floor (or a peer) in the same round."""

    name: str
    figure: Figure
    at_most: float
    judged: Judged = Judged.ITSELF
    floor: Figure | None = None

    @property
    def limit(self) -> str:
        """The limit as the table shows it."""
        if self.judged == Judged.RATIO:
            return f"≤ {self.at_most:g} × floor"
        return f"≤ {self.at_most:g} {self.figure.unit}"


@dataclass(frozen=True)
class Summary:
    """A number's median over the rounds, and its range."""

    median: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class Judgement:
    """A goal with what was measured; nothing was if the verdict is ABSENT or REFUSED."""

    goal: Goal
    verdict: Verdict
    measured: Summary | None = None
    floor: Summary | None = None
    ratio: Summary | None = None


class Measure:
    """A group of figures that are taken together.

    ``prepare`` runs once, ``sample`` once in every round; both raise ``Unusable`` if what they
    would return could not be believed.
    """

    name: ClassVar[str]
    goals: Sequence[Goal] = ()
    details: Mapping[str, Any] = {}  # for the JSON only

    def prepare(self) -> None:
        """Make what the rounds need."""

    def sample(self) -> Figures:
        """Take every figure once."""
        raise NotImplementedError


class Unusable(Exception):
    """A measurement that must not be reported."""


def summary(rounds: Sequence[Figures], figure: Figure) -> Summary | None:
    """Return a figure's median and range; None if a round lacks it."""
    return _summary([found[figure] for found in rounds if figure in found], len(rounds))


def ratio(rounds: Sequence[Figures], figure: Figure, floor: Figure) -> Summary | None:
    """Return median and range of the ratios of two figures, each taken within one round."""
    ratios = [
        found[figure] / found[floor]
        for found in rounds
        if figure in found and found.get(floor, 0) > 0
    ]
    return _summary(ratios, len(rounds))


def judge(goal: Goal, rounds: Sequence[Figures]) -> Judgement:
    """Return what became of a goal in these rounds."""
    measured = summary(rounds, goal.figure)
    floor = summary(rounds, goal.floor) if goal.floor else None
    found = ratio(rounds, goal.figure, goal.floor) if goal.floor else None
    judged = found if goal.judged == Judged.RATIO else measured
    if judged is None:
        verdict = Verdict.ABSENT
    else:
        verdict = Verdict.HOLDS if judged.median <= goal.at_most else Verdict.FALLS_SHORT
    return Judgement(goal, verdict, measured, floor, found)


def _summary(numbers: list[float], wanted: int) -> Summary | None:
    if not numbers or len(numbers) < wanted:
        return None
    return Summary(median(numbers), min(numbers), max(numbers))
