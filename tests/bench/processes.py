"""Servers as processes: starting and ending them, their CPU time and their memory (Linux)."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.bench.figures import Unusable

START_TIMEOUT = 60  # seconds
POLL = 0.002  # seconds
LOADER_LIMIT = 0.5  # cores
MIB = 1024  # KiB


@dataclass
class Server:
    """A server that is started afresh each time; it answers when ``probe`` gets a 200."""

    command: Sequence[str]
    port: int
    probe: bytes
    directory: Path | None = None
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    started_in: float = 0  # milliseconds from process start to the first 200
    started_with: float = 0  # CPU milliseconds until then
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if _answer(self.port, b"") is not None:
            raise Unusable(f"something listens on port {self.port} already")
        with watched():
            begun = time.perf_counter()
            self._process = subprocess.Popen(
                self.command,
                cwd=self.directory,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
            try:
                self._wait(begun)
            except BaseException:
                self._end()
                raise
            self.started_in = (time.perf_counter() - begun) * 1000
            self.started_with = self.cpu()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    @property
    def pid(self) -> int:
        """The process that was started; its children do the work in some servers."""
        if self._process is None:
            raise RuntimeError("not started")
        return self._process.pid

    def cpu(self) -> float:
        """Return the CPU milliseconds that the living processes of the server have used."""
        return sum(_cpu(pid) for pid in _family(self.pid)) * 1000

    def memory(self) -> float:
        """Return the MiB that the server holds; pages that processes share count once."""
        return sum(_pss(pid) for pid in _family(self.pid)) / MIB

    def _wait(self, begun: float) -> None:
        while (status := _answer(self.port, self.probe)) != 200:
            ended = self._process and self._process.poll()
            if ended is not None or time.perf_counter() - begun > START_TIMEOUT:
                seen = f"ended with {ended}" if ended is not None else f"last status {status}"
                raise Unusable(f"did not start: {' '.join(self.command)} ({seen})")
            time.sleep(POLL)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            _signal_group(process.pid, number)
            try:
                process.wait(timeout=5)
                break
            except subprocess.TimeoutExpired:
                continue
        _signal_group(process.pid, signal.SIGKILL)  # children that outlived their parent


@contextmanager
def watched() -> Iterator[None]:
    """Raise Unusable if this process, the loader, takes more than half a core meanwhile."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    share = (time.process_time() - cpu) / (time.perf_counter() - wall)
    if share > LOADER_LIMIT:
        raise Unusable(f"the loader used {share:.2f} cores")


def run(module: str, *arguments: str, environment: Mapping[str, str]) -> str:
    """Run a module of this package to its end, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.{module}", *arguments],
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Unusable(f"{module} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def free_port() -> int:
    """Return a port of the loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _answer(port: int, request: bytes) -> int | None:
    """Return the status of an answer; 0 for a server that says something else, None for none."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=START_TIMEOUT) as connection:
            if not request:
                return 0
            connection.sendall(request)
            status = re.match(rb"HTTP/1\.\d (\d{3})", connection.recv(4096))
            return int(status[1]) if status else 0
    except OSError:
        return None


def _family(pid: int) -> list[int]:
    """Return a process and all its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for each in found:
        found.extend(children.get(each, []))
    return found


def _cpu(pid: int) -> float:
    # The kernel's clock of another process's CPU time (clock_getcpuclockid(3)): nanoseconds,
    # where /proc/PID/stat counts in ticks of ten milliseconds.
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) if found else 0


def _signal_group(group: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, number)
