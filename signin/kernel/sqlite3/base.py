"""Django's backend, with less to do for each statement, and a queue for those who write."""

import fcntl
import os
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, cached_property, lru_cache, partial
from importlib import import_module
from typing import Any

from django.db.backends.sqlite3 import base, operations
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX

# All but whether JSON is JSON: it is what made it here, and would be read once more with each row.
_CHECKS = {
    kind: check
    for kind, check in base.DatabaseWrapper.data_type_check_constraints.items()
    if kind != "JSONField"
}


class Cursor(base.SQLiteCursorWrapper):
    """Writes ``?`` where Django writes ``%s``: in a long statement that takes longer than a row."""

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        """Return a statement with SQLite's placeholders."""
        if param_names is not None:
            return super().convert_query(query, param_names=param_names)
        return _converted(query)


class DatabaseOperations(operations.DatabaseOperations):
    """Takes and gives times in UTC, as all of this project's are, and writes JSON faster."""

    def adapt_datetimefield_value(self, value: Any) -> Any:
        """Return a time as SQLite keeps it."""
        if type(value) is datetime and value.tzinfo is UTC:
            return value.isoformat(" ")[:-6]  # without its +00:00
        return super().adapt_datetimefield_value(value)

    def adapt_json_value(self, value: Any, encoder: Any) -> str:
        """Return JSON as SQLite keeps it; what only Python's own can write, it writes."""
        if encoder is None:
            try:
                return _json_writer()(value).decode()
            except TypeError:  # keys that are numbers, halves of characters
                pass
        return super().adapt_json_value(value, encoder)

    @cached_property
    def makers(self) -> dict[str, Callable[[Any], Any]]:
        """What makes of a value alone what a converter does; of a column that Django filled."""
        return {"convert_datetimefield_value": _moment, "convert_booleanfield_value": bool}

    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Return the time that SQLite kept."""
        if type(value) is str:
            return _moment(value)
        return super().convert_datetimefield_value(value, expression, connection)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that does so, and waits for its turn to write.

    Whoever finds SQLite's own lock taken looks again after a millisecond at the earliest. The lock
    of a file beside the database is handed on at once: with several processes that write, much of
    their time went into waiting.
    """

    ops_class = DatabaseOperations
    data_type_check_constraints = _CHECKS
    _gate: int | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Return a new connection to the database, beside which the file lies."""
        made = super().get_new_connection(conn_params)
        if not self.is_in_memory_db():
            path = f"{self.settings_dict['NAME']}-gate"
            self._gate = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return made

    def ensure_connection(self) -> None:
        """Connect if need be; only then it matters whether a loop of events runs in this thread."""
        if self.connection is None:
            super().ensure_connection()

    def commit(self) -> None:
        """Commit; a thread has its own connection, as Django's ``connections`` sees to."""
        self.validate_no_atomic_block()
        self._commit()
        self.errors_occurred = False
        self.run_commit_hooks_on_set_autocommit_on = True

    def set_autocommit(
        self, autocommit: bool, force_begin_transaction_with_broken_autocommit: bool = False
    ) -> None:
        """Begin a transaction, or go on without one.

        What BEGIN began is over with COMMIT; where nothing waits for that, there is no more to do.
        """
        if (
            autocommit
            and not self.in_atomic_block
            and not self.run_on_commit
            and self.connection is not None
            and self.connection.isolation_level is None
        ):
            self.autocommit, self.run_commit_hooks_on_set_autocommit_on = True, False
        else:
            super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)

    def _close(self) -> None:
        if self._gate is not None:
            os.close(self._gate)
            self._gate = None
        super()._close()  # type: ignore[misc]

    def _start_transaction_under_autocommit(self) -> None:
        self._pass_gate(fcntl.LOCK_EX)
        try:
            if self.ask(f"BEGIN {self.transaction_mode}", ()) is None:  # type: ignore[attr-defined]
                super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._pass_gate(fcntl.LOCK_UN)
            raise

    def _commit(self) -> None:
        is_begun = self.connection is not None and self.connection.in_transaction
        if not is_begun or self.ask("COMMIT", ()) is None:
            super()._commit()  # type: ignore[misc]
        self._pass_gate(fcntl.LOCK_UN)

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._pass_gate(fcntl.LOCK_UN)

    def _pass_gate(self, operation: int) -> None:
        if self._gate is not None:
            fcntl.flock(self._gate, operation)

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; SQLite knows none with names."""
        return self.connection.cursor(factory=Cursor)

    def ask(self, sql: str, values: Sequence[Any]) -> tuple[list[Any], int] | None:
        """Run a statement; return its rows, and how many rows it changed.

        There is no answer, and nothing was run, where Django's own cursor has more to do: connect,
        tell those who watch, refuse what follows an error.
        """
        if (
            self.connection is None
            or self.needs_rollback
            or self.execute_wrappers
            or self.force_debug_cursor
        ):
            return None
        try:
            cursor = self.connection.execute(_converted(sql), values)
            return cursor.fetchall(), cursor.rowcount
        except self.Database.Error:
            with self.wrap_database_errors:
                raise


def _moment(kept: str) -> datetime:
    return datetime.fromisoformat(f"{kept}+00:00")


@cache
def _json_writer() -> Callable[[Any], bytes]:
    """Return what writes JSON; it is loaded for the first row that has some, not by each start."""
    orjson = import_module("orjson")
    as_python = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME
    return partial(orjson.dumps, option=as_python)


@lru_cache(maxsize=500)
def _converted(query: str) -> str:
    return FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
