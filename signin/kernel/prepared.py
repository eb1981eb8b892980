"""Statements that run again and again: their SQL is made once for all.

Django makes the SQL of a statement each time that it runs; where several tables are joined, that
takes three times as long as the database's answer. What is kept is the SQL and how rows become
models, never a row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldError
from django.db.models import NOT_PROVIDED, Expression, Field, Manager, Model, QuerySet
from django.db.models.sql import UpdateQuery

from signin.kernel.rows import Reader, Take, connection, fetched, plain_type, taker

Found = TypeVar("Found", bound=Model)
Row = TypeVar("Row", bound=Model)


class Given(Expression):
    """Stands in a query for a value that is given when it is asked."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name
        self.take = taker(field)

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)


@dataclass(frozen=True)
class _Plan:
    """The SQL of a query, and how its rows are read."""

    sql: str
    values: Sequence[Any]
    reader: Reader

    def rows(self, given: Mapping[str, Any]) -> list[Any]:
        """Run the query for these values, and read its rows."""
        asked = connection()
        found, _count = fetched(asked, self.sql, _filled(self.values, given, asked))
        return [self.reader.read(row, asked) for row in found]


def _plan(rows: QuerySet[Any]) -> _Plan:
    query: Any = rows.query
    compiler = query.get_compiler(connection=connection())
    sql, values = compiler.as_sql()
    return _Plan(sql, values, Reader(compiler))


class Prepared(Generic[Found]):
    """A query; ``build`` makes it of what stands for the values, by their names.

    The fields say what kind of values they are.
    """

    def __init__(self, build: Callable[..., QuerySet[Found]], **fields: "Field[Any, Any]") -> None:
        self.build = build
        self.fields = fields

    def find(self, **given: Any) -> Found | None:
        """Return the row that there is for these values, or None; one of several, if there are."""
        rows: list[Found] = self._one.rows(given)
        return rows[0] if rows else None

    def all(self, **given: Any) -> list[Found]:
        """Return the rows that there are for these values, in the query's order."""
        return self._all.rows(given)

    @cached_property
    def _one(self) -> _Plan:
        return _plan(self.build(**_givens(self.fields)).order_by()[:1])

    @cached_property
    def _all(self) -> _Plan:
        return _plan(self.build(**_givens(self.fields)))


class PreparedUpdate:
    """An UPDATE; ``build`` makes which rows and their new values of what stands for values."""

    def __init__(
        self,
        build: Callable[..., tuple[QuerySet[Any], Mapping[str, Any]]],
        **fields: "Field[Any, Any]",
    ) -> None:
        self.build = build
        self.fields = fields

    def run(self, **given: Any) -> int:
        """Change the rows that there are for these values; return how many."""
        (sql, values), asked = self._plan, connection()
        _rows, changed = fetched(asked, sql, _filled(values, given, asked))
        return changed

    @cached_property
    def _plan(self) -> tuple[str, tuple[Any, ...]]:
        rows, values = self.build(**_givens(self.fields))
        query: Any = rows.order_by().query.chain(UpdateQuery)
        query.add_update_values(values)
        return query.get_compiler(connection=connection()).as_sql()  # type: ignore[no-any-return]


@dataclass(frozen=True)
class _Column:
    """A column that gets a value with each row."""

    name: str  # of the attribute
    plain: type | None  # of values that are stored as they are
    take: Take
    default: Callable[[], Any]
    is_steady: bool  # whether the default is the same each time

    def missing(self, asked: Any) -> Any:
        """Return what the database takes for a row that does not say."""
        return self.take(self.default(), asked)


@dataclass(frozen=True)
class _Filling:
    """How rows that give the same columns are stored.

    Those that they leave out stand in ``steady``, but for those whose default is another one each
    time. The numbers are the columns' places.
    """

    steady: Sequence[Any]
    given: Sequence[tuple[int, str, type | None, Take]]
    changing: Sequence[tuple[int, _Column]]

    def values(self, row: Mapping[str, Any], asked: Any) -> list[Any]:
        """Return what the database takes for a row."""
        values = [*self.steady]
        for place, name, plain, take in self.given:
            value = row[name]
            is_known = value is None or type(value) is plain
            values[place] = value if is_known else take(value, asked)
        for place, column in self.changing:
            values[place] = column.missing(asked)
        return values


class AppendManager(Manager[Row]):
    """The manager of a table that gets a row with every other call of a program.

    Signals of Django's are not sent, as none are listened to.
    """

    def create(self, **values: Any) -> Row:
        """Add one row of these values, and return it."""
        row = self.model(**values)
        self.add(row)
        return row

    def add(self, *rows: Row) -> None:
        """Add rows with one statement; they get the keys that the database counts."""
        asked = connection()
        stored = [
            each.take(getattr(row, each.name), asked) for row in rows for each in self._columns
        ]
        keys = self._insert(asked, stored, len(rows), tail=self._parts[2])
        for row, (key,) in zip(rows, keys, strict=False):
            row.pk = key
        for row in rows:
            row._state.adding, row._state.db = False, asked.alias

    def append(self, *rows: Mapping[str, Any]) -> None:
        """Add rows with one statement that nobody needs as models; FieldError for unknown columns.

        Their values go by the names of columns: ``role_id``, not ``role``.
        """
        asked, stored = connection(), list[Any]()
        for row in rows:
            names = tuple(row)
            filling = self._fillings.get(names) or self._filling(names)
            stored += filling.values(row, asked)
        self._insert(asked, stored, len(rows))

    def _insert(
        self, asked: Any, stored: Sequence[Any], count: int, *, tail: str = ""
    ) -> list[Any]:
        head, placeholders, _tail = self._parts
        return fetched(asked, f"{head}{', '.join([placeholders] * count)}{tail}", stored)[0]

    def _filling(self, names: tuple[str, ...]) -> _Filling:
        """Return how rows with these columns are stored, and keep it; or raise FieldError."""
        asked, places = connection(), {each.name: i for i, each in enumerate(self._columns)}
        if unknown := set(names) - places.keys():
            raise FieldError(f"{self.model.__name__} has no {', '.join(sorted(unknown))}.")
        given = [(places[name], self._columns[places[name]]) for name in names]
        missing = [(places[each.name], each) for each in self._columns if each.name not in names]
        steady = {place: each.missing(asked) for place, each in missing if each.is_steady}
        self._fillings[names] = filling = _Filling(
            steady=[steady.get(place) for place in places.values()],
            given=[(place, each.name, each.plain, each.take) for place, each in given],
            changing=[(place, each) for place, each in missing if not each.is_steady],
        )
        return filling

    @cached_property
    def _fillings(self) -> dict[tuple[str, ...], _Filling]:
        return {}

    @cached_property
    def _columns(self) -> list[_Column]:
        """What is stored of a row; a counted key gets its value from the database."""
        return [
            _Column(
                name=each.attname,
                plain=plain_type(each),
                take=taker(each),
                default=each.get_default,
                is_steady=each.default in (NOT_PROVIDED, dict, list) or not callable(each.default),
            )
            for each in self._fields
        ]

    @cached_property
    def _fields(self) -> list[Any]:
        fields = self.model._meta.local_concrete_fields
        return [field for field in fields if not getattr(field, "db_returning", False)]

    @cached_property
    def _parts(self) -> tuple[str, str, str]:
        meta: Any = self.model._meta
        quoted = connection().ops.quote_name
        columns = ", ".join(quoted(field.column) for field in self._fields)
        is_counted = len(self._fields) < len(meta.local_concrete_fields)
        return (
            f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ",  # noqa: S608 - our names
            f"({', '.join(['%s'] * len(self._fields))})",
            f" RETURNING {quoted(meta.pk.column)}" if is_counted else "",
        )


def _givens(fields: "Mapping[str, Field[Any, Any]]") -> dict[str, Given]:
    return {name: Given(name, field) for name, field in fields.items()}


def _filled(values: Sequence[Any], given: Mapping[str, Any], asked: Any) -> list[Any]:
    return [
        each.take(given[each.name], asked) if isinstance(each, Given) else each for each in values
    ]
