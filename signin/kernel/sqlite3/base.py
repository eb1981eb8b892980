"""The one change to Django's backend: a statement's placeholders are converted once."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base
from django.db.backends.sqlite3.base import FORMAT_QMARK_REGEX


class Cursor(base.SQLiteCursorWrapper):
    """Writes ``?`` where Django writes ``%s``: in a long statement that takes longer than a row."""

    def convert_query(self, query: str, *, param_names: Iterable[str] | None = None) -> str:
        """Return a statement with SQLite's placeholders."""
        if param_names is not None:
            return super().convert_query(query, param_names=param_names)
        return _converted(query)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose cursors do so."""

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor; SQLite knows none with names."""
        return self.connection.cursor(factory=Cursor)


@lru_cache(maxsize=500)
def _converted(query: str) -> str:
    return FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
