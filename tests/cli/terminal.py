"""A terminal in which a program asks questions, as a person has one."""

import os
import pty
import re
import select
import subprocess
import time
from dataclasses import dataclass, field

PATIENCE = 60.0  # seconds until a question counts as not coming
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>]|\r")
CURSOR_ASKED_FOR = "\x1b[6n"


@dataclass
class Terminal:
    """A program in a terminal of its own."""

    arguments: list[str]
    environment: dict[str, str]
    cwd: str
    shown: str = field(default="", init=False)
    _read_to: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            self.arguments,
            cwd=self.cwd,
            env={**self.environment, "TERM": "xterm", "COLUMNS": "200", "LINES": "50"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)

    def expect(self, text: str) -> None:
        """Wait until a text is shown that was not waited for before."""
        deadline = time.monotonic() + PATIENCE
        while (found := self._plain().find(text, self._read_to)) < 0:
            assert time.monotonic() < deadline, self._plain()
            assert self._read(), f"{text!r} never came: {self._plain()}"
        self._read_to = found + len(text)

    def type(self, text: str = "") -> None:
        """Type a line."""
        os.write(self.master, f"{text}\r".encode())

    def finish(self) -> int:
        """Read to the end, and return the program's status."""
        while self._read():
            pass
        os.close(self.master)
        return self.process.wait(PATIENCE)

    def _plain(self) -> str:
        return ESCAPES.sub("", self.shown)

    def _read(self) -> bool:
        ready, _, _ = select.select([self.master], [], [], 0.5)
        if not ready:
            return self.process.poll() is None
        try:
            said = os.read(self.master, 65_536).decode(errors="replace")
        except OSError:  # the program has closed its side
            return False
        self.shown += said
        if CURSOR_ASKED_FOR in said:
            os.write(self.master, b"\x1b[1;1R")
        return bool(said)
