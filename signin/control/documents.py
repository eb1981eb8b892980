"""Reading the members of a scenario's document: what is there, and whether it can be."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from signin.kernel import clock
from signin.kernel.errors import Refusal

MOST_DAYS = 36_500


class ScenarioInvalid(Refusal):
    """A scenario's document says something that can't be."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(where)
        self.message = f"{where}: {problem}"


def read_object(
    value: object,
    where: str,
    *,
    required: frozenset[str] | set[str] = frozenset(),
    optional: frozenset[str] | set[str] = frozenset(),
) -> dict[str, Any]:
    """Return an object that has all the required members and none but the optional ones."""
    if not isinstance(value, dict):
        raise ScenarioInvalid(where, "an object is needed here")
    if missing := required - set(value):
        raise ScenarioInvalid(where, f"missing: {', '.join(sorted(missing))}")
    if unknown := set(value) - required - optional:
        raise ScenarioInvalid(where, f"not known here: {', '.join(sorted(unknown))}")
    return value


def read_list(fields: Mapping[str, Any], name: str, where: str) -> list[Any]:
    """Return a list; an empty one if the member is not there."""
    value = fields.get(name, [])
    if not isinstance(value, list):
        raise ScenarioInvalid(f"{where}.{name}", "a list is needed here")
    return value


def read_text(fields: Mapping[str, Any], name: str, where: str) -> str:
    """Return a text; an empty one if the member is not there."""
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise ScenarioInvalid(f"{where}.{name}", "a text is needed here")
    return value


def read_flag(fields: Mapping[str, Any], name: str, where: str) -> bool | None:
    """Return true or false; None if the member is not there."""
    value = fields.get(name)
    if name in fields and not isinstance(value, bool):
        raise ScenarioInvalid(f"{where}.{name}", "true or false")
    return value


def read_days_ago(fields: Mapping[str, Any], name: str, where: str) -> datetime:
    """Return the moment that lies so many days back; now if the member is not there."""
    days = fields.get(name, 0)
    if type(days) is not int or not 0 <= days <= MOST_DAYS:
        problem = f"a whole number of days from 0 to {MOST_DAYS}"
        raise ScenarioInvalid(f"{where}.{name}", problem)
    return clock.now() - timedelta(days=days)
