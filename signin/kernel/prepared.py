"""Statements that run again and again: their SQL is made once for all.

Django makes the SQL of a statement each time that it runs; where several tables are joined, that
takes three times as long as the database's answer. What is kept is the SQL and how rows become
models, never a row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db.models import Expression, Field, Manager, Model, QuerySet
from django.db.models.sql import UpdateQuery

from signin.kernel.rows import Reader, Take, connection, fetched, taker

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


class Prepared(Generic[Found]):
    """A query for one row; ``build`` makes it of what stands for the values, by their names.

    The fields say what kind of values they are. Which of several rows it is, is not said.
    """

    def __init__(self, build: Callable[..., QuerySet[Found]], **fields: "Field[Any, Any]") -> None:
        self.build = build
        self.fields = fields

    def find(self, **given: Any) -> Found | None:
        """Return the row that there is for these values, or None."""
        plan, asked = self._plan, connection()
        found, _count = fetched(asked, plan.sql, _filled(plan.values, given, asked))
        return plan.reader.read(found[0], asked) if found else None

    @cached_property
    def _plan(self) -> _Plan:
        query: Any = self.build(**_givens(self.fields)).order_by()[:1].query
        compiler = query.get_compiler(connection=connection())
        sql, values = compiler.as_sql()
        return _Plan(sql, values, Reader(compiler))


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


class AppendManager(Manager[Row]):
    """The manager of a table that gets a row with every other call of a program.

    Signals of Django's are not sent, as none are listened to.
    """

    def create(self, **values: Any) -> Row:
        """Add one row of these values, and return it."""
        [row] = self.add(self.model(**values))
        return row

    def add(self, *rows: Row) -> tuple[Row, ...]:
        """Add rows with one statement; they get the keys that the database gives."""
        asked = connection()
        head, placeholders, tail = self._parts
        values = [take(getattr(row, name), asked) for row in rows for name, take in self._given]
        sql = f"{head}{', '.join([placeholders] * len(rows))}{tail}"
        keys, _count = fetched(asked, sql, values)
        for row, (key,) in zip(rows, keys, strict=False):
            row.pk = key
        for row in rows:
            row._state.adding, row._state.db = False, asked.alias
        return rows

    @cached_property
    def _given(self) -> list[tuple[str, Take]]:
        """The attributes that are stored; a counted key gets its value from the database."""
        return [(field.attname, taker(field)) for field in self._columns]

    @cached_property
    def _columns(self) -> list[Any]:
        fields = self.model._meta.local_concrete_fields
        return [field for field in fields if not getattr(field, "db_returning", False)]

    @cached_property
    def _parts(self) -> tuple[str, str, str]:
        meta: Any = self.model._meta
        quoted = connection().ops.quote_name
        columns = ", ".join(quoted(field.column) for field in self._columns)
        is_counted = len(self._columns) < len(meta.local_concrete_fields)
        return (
            f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ",  # noqa: S608 - our names
            f"({', '.join(['%s'] * len(self._columns))})",
            f" RETURNING {quoted(meta.pk.column)}" if is_counted else "",
        )


def _givens(fields: "Mapping[str, Field[Any, Any]]") -> dict[str, Given]:
    return {name: Given(name, field) for name, field in fields.items()}


def _filled(values: Sequence[Any], given: Mapping[str, Any], asked: Any) -> list[Any]:
    return [
        each.take(given[each.name], asked) if isinstance(each, Given) else each for each in values
    ]
