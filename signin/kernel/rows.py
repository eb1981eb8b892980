"""How rows become models, and values what the database takes, where every call does it.

Django looks at each field each time; what it would find is found out once here.
"""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import (
    AutoField,
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    TextField,
    UUIDField,
)
from django.db.models.base import ModelState

Take = Callable[[Any, Any], Any]

AS_THEY_ARE: dict[type, type] = {
    **dict.fromkeys([AutoField, BigAutoField, BigIntegerField], int),
    BooleanField: bool,
    **dict.fromkeys([CharField, TextField], str),
}


_here = threading.local()


def connection() -> Any:
    """Return this thread's connection itself, which Django's stand-in looks up at each use."""
    try:
        return _here.connection
    except AttributeError:
        _here.connection = connections[DEFAULT_DB_ALIAS]
        return _here.connection


def fetched(asked: Any, sql: str, values: Sequence[Any]) -> tuple[list[Any], int]:
    """Run a statement on a connection; return its rows, and how many rows it changed."""
    if (ask := getattr(asked, "ask", None)) and (answer := ask(sql, values)) is not None:
        return answer  # type: ignore[no-any-return]
    with asked.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else [], cursor.rowcount


def plain_type(field: "Field[Any, Any]") -> type | None:
    """Return the type of the field's values that a database takes as they are."""
    return AS_THEY_ARE.get(type(_target(field)))


def taker(field: "Field[Any, Any]") -> Take:
    """Return how a field's values become what a connection's database takes."""
    target, plain = _target(field), plain_type(field)
    is_time, is_json = type(target) is DateTimeField, type(target) is JSONField
    is_uuid = type(target) is UUIDField

    def take(value: Any, asked: Any) -> Any:
        if value is None or type(value) is plain:
            return value
        if is_time and type(value) is datetime and value.tzinfo:
            return asked.ops.adapt_datetimefield_value(value)
        if is_json and type(value) in {dict, list}:
            return asked.ops.adapt_json_value(value, target.encoder)
        if is_uuid and type(value) is UUID:
            return value if asked.features.has_native_uuid_field else value.hex
        return field.get_db_prep_save(value, asked)

    return take


def _target(field: Any) -> Any:
    while isinstance(field, ForeignKey):
        field = field.target_field
    return field


Maker = Callable[[Any], Any]
Converters = Sequence[tuple[int, Callable[[Any, Any, Any], Any], Any]]


def _maker(convert: Callable[..., Any]) -> Maker | None:
    """Return what makes of a value alone what a converter makes of it, if that is known here."""
    owner = getattr(convert, "__self__", None)
    if isinstance(owner, JSONField) and owner.decoder is None:
        return _read_json
    makers: Mapping[str, Maker] = getattr(owner, "makers", {})
    return makers.get(convert.__name__)


def _read_json(text: Any) -> Any:
    """Return what a database keeps as JSON, which has nothing around it."""
    return _scan(text, 0)[0]


_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined] # what its `decode` goes by


@dataclass(frozen=True)
class _Part:
    """One of the models in a row: where its columns are, and what is joined to it.

    No kind of column here makes anything of what is not there, so that is not converted. Most
    ``converters`` need to know the value alone: those stand in ``makers``.
    """

    model: type[Model]
    names: Sequence[str]
    columns: slice
    key: int
    makers: Sequence[tuple[int, Maker]]
    converters: Converters
    joined: "Sequence[tuple[_Part, Callable[..., None], Callable[..., None]]]"

    def of(self, row: Sequence[Any], asked: Any) -> Model:
        """Return the model, as it is after Django's own reading; no signals tell of it."""
        values = list(row[self.columns])
        for position, make in self.makers:
            if (value := values[position]) is not None:
                values[position] = make(value)
        for position, convert, expression in self.converters:
            if (value := values[position]) is not None:
                values[position] = convert(value, expression, asked)
        made = self.model.__new__(self.model)
        made.__dict__.update(zip(self.names, values, strict=True))
        made._state = state = ModelState()
        state.adding, state.db = False, asked.alias
        for part, set_here, set_there in self.joined:
            if row[part.key] is None:
                set_here(made, None)
            else:
                other = part.of(row, asked)
                set_here(made, other)
                set_there(other, made)
        return made


class Reader:
    """What makes a model of each row of a query, with those that are joined to it."""

    def __init__(self, compiler: Any) -> None:
        self.select = compiler.select
        self.found = compiler.get_converters([each for each, _sql, _alias in self.select])
        self.part = self._part(compiler.klass_info)
        self.annotations = [
            (name, position, self._converters(slice(position, position + 1)))
            for name, position in compiler.annotation_col_map.items()
        ]

    def read(self, row: Sequence[Any], asked: Any) -> Any:
        """Return the model of a row that a connection's database gave."""
        made = self.part.of(row, asked)
        for name, position, converters in self.annotations:
            if (value := row[position]) is not None:
                for _, convert, expression in converters:
                    value = convert(value, expression, asked)
            setattr(made, name, value)
        return made

    def _part(self, klass: Mapping[str, Any]) -> _Part:
        columns = slice(klass["select_fields"][0], klass["select_fields"][-1] + 1)
        names = [each.target.attname for each, _sql, _alias in self.select[columns]]
        converters = [(*each, _maker(each[1])) for each in self._converters(columns)]
        return _Part(
            model=klass["model"],
            names=names,
            columns=columns,
            key=columns.start + names.index(klass["model"]._meta.pk.attname),
            makers=[(place, make) for place, _, _, make in converters if make],
            converters=[each[:3] for each in converters if not each[3]],
            joined=[
                (self._part(each), each["local_setter"], each["remote_setter"])
                for each in klass.get("related_klass_infos", ())
            ],
        )

    def _converters(self, columns: slice) -> Converters:
        """Return what converts the values of some columns, by their place in them."""
        return [
            (position, convert, expression)
            for position, column in enumerate(range(columns.start, columns.stop))
            for converters, expression in [self.found.get(column, ([], None))]
            for convert in converters
        ]
