"""Whether a fault may be armed that strikes calls of programs, told without a query.

It is an empty file beside the database, as the clock's is: every worker sees it at once. It is only
a hint: while it is there, the table says what is armed.
"""

import os
from pathlib import Path

from django.conf import settings


def is_up() -> bool:
    """Return whether there may be such a fault."""
    return os.access(_file(), os.F_OK)


def put_up() -> None:
    """Have every call look at the table; when the fault is there, or a call takes it down again."""
    _file().touch()


def take_down() -> None:
    """Have no call look at the table."""
    _file().unlink(missing_ok=True)


def _file() -> Path:
    path: Path = settings.SIGNIN_FAULTS_FILE
    return path
