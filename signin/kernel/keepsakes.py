"""Secrets that an installation makes for itself, once, and keeps in its data directory."""

import os
from collections.abc import Callable
from pathlib import Path

from signin.kernel import entropy


def kept(path: Path, make: Callable[[], str]) -> str:
    """Return what a file has that its owner alone can read; the first time, it is made.

    Of two processes that make it, the first one's stays.
    """
    try:
        return path.read_text()
    except FileNotFoundError:
        _keep(path, make())
        return path.read_text()


def _keep(path: Path, content: str) -> None:
    draft = path.with_name(f".{path.name}-{entropy.handle()[:8]}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(content)
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
