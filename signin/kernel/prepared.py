"""Statements that run again and again: their SQL is made once for all.

Django makes the SQL of a statement each time that it runs; where several tables are joined, that
takes three times as long as the database's answer. What is kept is the SQL and how rows become
models, never a row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Field, Manager, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import UpdateQuery

Found = TypeVar("Found", bound=Model)
Row = TypeVar("Row", bound=Model)


class Given(Expression):
    """Stands in a query for a value that is given when it is asked."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name
        self.field_given = field

    def as_sql(self, _compiler: Any, _connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    def value_in(self, given: Mapping[str, Any]) -> Any:
        """Return what is given, as the database takes it."""
        return self.field_given.get_db_prep_value(given[self.name], connection)


@dataclass(frozen=True)
class _Plan:
    """The SQL of a query, and how its rows are read."""

    sql: str
    parameters: tuple[Any, ...]
    compiler: Any
    converters: Any
    columns: slice
    names: list[str]
    populators: list[Any]
    annotations: Mapping[str, int]


class Prepared(Generic[Found]):
    """A query for one row; ``build`` makes it of what stands for the values, by their names.

    The fields say what kind of values they are. Which of several rows it is, is not said.
    """

    def __init__(self, build: Callable[..., QuerySet[Found]], **fields: "Field[Any, Any]") -> None:
        self.build = build
        self.fields = fields

    def find(self, **given: Any) -> Found | None:
        """Return the row that there is for these values, or None."""
        plan = self._plan
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, _filled(plan.parameters, given))
            row = cursor.fetchone()
        return None if row is None else self._read(plan, row)

    def _read(self, plan: _Plan, raw: tuple[Any, ...]) -> Found:
        row = list(raw)
        for position, (convert, expression) in plan.converters.items():
            for each in convert:
                row[position] = each(row[position], expression, connection)
        made = plan.compiler.klass_info["model"].from_db(
            connection.alias, plan.names, row[plan.columns]
        )
        for populator in plan.populators:
            populator.populate(row, made)
        for name, position in plan.annotations.items():
            setattr(made, name, row[position])
        return made  # type: ignore[no-any-return]

    @cached_property
    def _plan(self) -> _Plan:
        compiler: Any = (
            self.build(**_givens(self.fields))
            .order_by()[:1]
            .query.get_compiler(connection=connection)
        )
        sql, parameters = compiler.as_sql()
        select, klass = compiler.select, compiler.klass_info
        columns = slice(klass["select_fields"][0], klass["select_fields"][-1] + 1)
        return _Plan(
            sql=sql,
            parameters=tuple(parameters),
            compiler=compiler,
            converters=compiler.get_converters([each for each, _sql, _alias in select]),
            columns=columns,
            names=[each.target.attname for each, _sql, _alias in select[columns]],
            populators=get_related_populators(klass, select, connection.alias),  # type: ignore[call-arg]
            annotations=dict(compiler.annotation_col_map),
        )


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
        sql, parameters = self._plan
        with connection.cursor() as cursor:
            cursor.execute(sql, _filled(parameters, given))
            changed: int = cursor.rowcount
        return changed

    @cached_property
    def _plan(self) -> tuple[str, tuple[Any, ...]]:
        rows, values = self.build(**_givens(self.fields))
        query: Any = rows.order_by().query.chain(UpdateQuery)
        query.add_update_values(values)
        return query.get_compiler(connection=connection).as_sql()  # type: ignore[no-any-return]


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
        head, placeholders, tail = self._parts
        values = chain.from_iterable(
            [field.get_db_prep_save(field.pre_save(row, True), connection) for field in self._given]
            for row in rows
        )
        with connection.cursor() as cursor:
            cursor.execute(f"{head}{', '.join([placeholders] * len(rows))}{tail}", list(values))
            keys = cursor.fetchall() if tail else []
        for row, (key,) in zip(rows, keys, strict=False):
            row.pk = key
        for row in rows:
            row._state.adding, row._state.db = False, connection.alias
        return rows

    @cached_property
    def _given(self) -> list[Any]:
        """The columns that get a value here; a counted key gets its own from the database."""
        fields = self.model._meta.local_concrete_fields
        return [field for field in fields if not getattr(field, "db_returning", False)]

    @cached_property
    def _parts(self) -> tuple[str, str, str]:
        meta: Any = self.model._meta
        quoted = connection.ops.quote_name
        columns = ", ".join(quoted(field.column) for field in self._given)
        is_counted = len(self._given) < len(meta.local_concrete_fields)
        return (
            f"INSERT INTO {quoted(meta.db_table)} ({columns}) VALUES ",  # noqa: S608 - our names
            f"({', '.join(['%s'] * len(self._given))})",
            f" RETURNING {quoted(meta.pk.column)}" if is_counted else "",
        )


def _givens(fields: "Mapping[str, Field[Any, Any]]") -> dict[str, Given]:
    return {name: Given(name, field) for name, field in fields.items()}


def _filled(parameters: tuple[Any, ...], given: Mapping[str, Any]) -> list[Any]:
    return [each.value_in(given) if isinstance(each, Given) else each for each in parameters]
