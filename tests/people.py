"""The people of the demo scenario in the tables: loaded once in a process, then copied."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from signin.control import databases, scenarios


@dataclass(frozen=True)
class Copy:
    """What lay in one table after the scenario was loaded."""

    statement: str
    rows: list[tuple[Any, ...]]


COPIES: dict[Path, list[Copy]] = {}  # by what the server would name its template of it


def fill() -> None:
    """Fill the tables with the demo scenario, dated now as the server does it at a reset.

    Where something is there already, numbers may be taken; then it is loaded as any scenario.
    """
    scenario = scenarios.find("demo")
    if connection.vendor != "sqlite" or not _are_empty():
        scenarios.store(scenarios.read(scenario))
        return
    template = databases._template(scenario)
    if template in COPIES:
        with connection.cursor() as cursor:
            for copy in COPIES[template]:
                cursor.executemany(copy.statement, copy.rows)
        databases._redate()
        return
    written: dict[str, None] = {}

    def note(execute, sql, params, many, context):
        if sql.startswith("INSERT INTO "):
            written[sql.split()[2].strip('"')] = None
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        scenarios.store(scenarios.read(scenario))
    COPIES[template] = [_copied(table) for table in written]


def _are_empty() -> bool:
    there = " UNION ALL ".join(f"SELECT 1 FROM {table}" for table in databases.DATES)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({there})")
        return not cursor.fetchone()[0]


def _copied(table: str) -> Copy:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        values = ", ".join(["%s"] * len(cursor.description))
        return Copy(f"INSERT OR REPLACE INTO {table} VALUES ({values})", cursor.fetchall())
