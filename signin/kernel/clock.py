"""The time as this server sees it; the control API freezes and advances it.

The clock's state is one small file beside the database, replaced atomically: every worker sees a
change with its next request, every management command at once, and asking costs no query.
"""

import json
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from signin.kernel.errors import Refusal


@dataclass(frozen=True)
class State:
    """How the server's time differs from the machine's: stopped at a moment, or shifted."""

    frozen_at: datetime | None = None
    offset: timedelta = timedelta(0)


EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


class TimeOutOfRange(Refusal):
    """The clock was to show a time with which dates can no longer be reckoned."""

    message = _("The clock can show the years 1970 to 8999.")


_RUNNING = State()
_change = threading.Lock()
_seen: dict[Path, tuple[tuple[int, int], State]] = {}
_request = threading.local()


def now() -> datetime:
    """Return the server's time, in UTC."""
    current = state()
    return current.frozen_at or datetime.now(UTC) + current.offset


def machine_now() -> datetime:
    """Return the machine's time, which programs go by, whatever this server shows."""
    return datetime.now(UTC)


def written(moment: datetime) -> str:
    """Return a time in UTC as protocols write it: ``2031-01-02T03:04:05Z``."""
    return f"{moment.isoformat('T', 'seconds')[:19]}Z"


def state() -> State:
    """Return whether the clock is frozen, and how far it is shifted."""
    held: State | None = getattr(_request, "state", None)
    return held or _read()


def hold() -> None:
    """Go by the clock's state as it is now for what this thread does, until ``let_go``.

    A request looks at the time a dozen times; what moves the clock meanwhile is for the next one,
    unless it is this request that moves it.
    """
    _request.state = _read()


def let_go() -> None:
    """Look at the clock's state each time again."""
    _request.state = None


def freeze(at: datetime | None = None) -> None:
    """Stop the clock at a moment (aware), or where it stands; or raise TimeOutOfRange."""
    with _change:
        _see_at_once()
        _write(State(frozen_at=_possible(lambda: (at or now()).astimezone(UTC))))


def advance(by: timedelta) -> None:
    """Move the clock on, whether it stands or runs; or raise TimeOutOfRange."""
    with _change:
        _see_at_once()
        current = state()
        moved = _possible(lambda: now() + by)
        if current.frozen_at:
            _write(State(frozen_at=moved))
        else:
            _write(State(offset=current.offset + by))


def reset() -> None:
    """Let the clock show the machine's time again."""
    with _change:
        _file().unlink(missing_ok=True)
        _see_at_once()


def _possible(moment: Callable[[], datetime]) -> datetime:
    try:
        found = moment()
    except OverflowError as error:
        raise TimeOutOfRange from error
    if not EARLIEST <= found <= LATEST:
        raise TimeOutOfRange
    return found


def _file() -> Path:
    path: Path = settings.SIGNIN_CLOCK_FILE
    return path


def _parse(text: str) -> State:
    fields = json.loads(text)
    frozen_at = fields["frozen_at"]
    return State(
        frozen_at=datetime.fromisoformat(frozen_at) if frozen_at else None,
        offset=timedelta(seconds=fields["offset_seconds"]),
    )


def _read() -> State:
    path = _file()
    # An exception would take as long again where the clock was never moved.
    if not os.access(path, os.F_OK):
        return _RUNNING
    try:
        stat = os.stat(path)  # noqa: PTH116 - a Path's own takes twice as long
    except FileNotFoundError:  # reset in between
        return _RUNNING
    version = (stat.st_mtime_ns, stat.st_ino)
    seen = _seen.get(path)
    if seen is None or seen[0] != version:
        seen = _seen[path] = (version, _parse(path.read_text()))
    return seen[1]


def _see_at_once() -> None:
    """Hold the state that there is now, where one is held: two changes at once both count."""
    if getattr(_request, "state", None):
        hold()


def _write(new: State) -> None:
    path = _file()
    draft = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
    draft.write_text(
        json.dumps(
            {
                "frozen_at": new.frozen_at.isoformat() if new.frozen_at else None,
                "offset_seconds": new.offset.total_seconds(),
            }
        )
    )
    draft.replace(path)
    _see_at_once()
