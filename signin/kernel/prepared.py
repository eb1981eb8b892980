"""Queries that are asked again and again: their SQL is made once for all.

Django makes the SQL of a query each time that it runs; where several tables are joined, that takes
three times as long as the database's answer. What is kept is the SQL and how rows become models,
never a row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators

Found = TypeVar("Found", bound=Model)


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
        parameters = [
            each.value_in(given) if isinstance(each, Given) else each for each in plan.parameters
        ]
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, parameters)
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
        given = {name: Given(name, field) for name, field in self.fields.items()}
        compiler: Any = self.build(**given).order_by()[:1].query.get_compiler(connection=connection)
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
