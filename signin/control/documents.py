"""Reading the members of a scenario's document: what is there, and whether it can be."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model, TextChoices

from signin.kernel import clock
from signin.kernel.errors import Refusal

MOST_DAYS = 36_500
Thing = TypeVar("Thing")
# Members that can be one of a few words each: their columns, and the words.
Columns = Mapping[str, tuple[str, type[TextChoices]]]


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


def read_entries(fields: Mapping[str, Any], name: str, where: str) -> Iterator[tuple[object, str]]:
    """Yield the entries of a list, each with its place."""
    for number, entry in enumerate(read_list(fields, name, where)):
        yield entry, f"{where}.{name}[{number}]"


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


def read_number(fields: Mapping[str, Any], name: str, where: str) -> int | None:
    """Return a whole number; None if the member is not there."""
    value = fields.get(name)
    if name in fields and type(value) is not int:
        raise ScenarioInvalid(f"{where}.{name}", "a whole number")
    return value


def read_choices(fields: Mapping[str, Any], where: str, columns: Columns) -> dict[str, str]:
    """Return the columns that members set which can be one of a few words each."""
    found = {}
    for name in columns.keys() & fields.keys():
        column, allowed = columns[name]
        if fields[name] not in allowed.values:
            raise ScenarioInvalid(f"{where}.{name}", f"one of {', '.join(allowed.values)}")
        found[column] = fields[name]
    return found


def read_flags(
    fields: Mapping[str, Any], where: str, columns: Mapping[str, str]
) -> dict[str, bool | None]:
    """Return the columns that members set which are true or false."""
    return {
        column: read_flag(fields, name, where) for name, column in columns.items() if name in fields
    }


def read_references(
    fields: Mapping[str, Any], name: str, where: str, known: Mapping[str, Thing]
) -> list[Thing]:
    """Return the things that a list names; each has to be known, and is named once."""
    names: list[str] = []
    for number, each in enumerate(read_list(fields, name, where)):
        place = f"{where}.{name}[{number}]"
        if not isinstance(each, str):
            raise ScenarioInvalid(place, "a text is needed here")
        if each not in known:
            raise ScenarioInvalid(place, f"not there: {each}")
        if each in names:
            raise ScenarioInvalid(place, f"twice there: {each}")
        names.append(each)
    return [known[each] for each in names]


def read_reference(
    fields: Mapping[str, Any], name: str, where: str, known: Mapping[str, Thing]
) -> Thing:
    """Return the thing that a member names; it has to be known."""
    named = read_text(fields, name, where)
    if named not in known:
        raise ScenarioInvalid(f"{where}.{name}", f"not there: {named}")
    return known[named]


def check_row(model: Model, where: str, called: Mapping[str, str] | None = None) -> None:
    """Refuse a row that can't be; ``called`` names columns that the document calls otherwise."""
    relations = {field.name for field in model._meta.get_fields() if field.is_relation}
    try:
        model.clean_fields(exclude={"realm", *relations})
        model.clean()
    except ValidationError as error:
        column, problems = next(iter(error.message_dict.items()))
        name = (called or {}).get(column, column)
        raise ScenarioInvalid(f"{where}.{name}", " ".join(problems)) from error


def check_unique(names: Iterable[tuple[str, ...]], where: str) -> None:
    """Refuse what is there twice."""
    seen: set[tuple[str, ...]] = set()
    for name in names:
        if name in seen:
            raise ScenarioInvalid(where, f"twice there: {' '.join(filter(None, name))}")
        seen.add(name)
