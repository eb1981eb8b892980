"""What nobody can go below: Django saying hello, the password hash alone, one bare commit."""

import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from accounts.hashers import OwaspArgon2
from tests.bench.processes import Server, free_port
from tests.bench.vestibule import ROOT

HELLO = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


def hello(server: str) -> Server:
    """Return the hello server under ``wsgiref`` or ``granian``."""
    port = free_port()
    command = [sys.executable, "-m", "tests.bench.hello", server, str(port)]
    return Server(command, port, HELLO, directory=ROOT)


def argon2_verify(times: int) -> tuple[float, float]:
    """Return wall and CPU milliseconds of one verify, at the cost that is the server's default."""
    hasher = OwaspArgon2()
    encoded = hasher.encode("Correct-horse-1", "0123456789abcdef")
    hasher.verify("Correct-horse-1", encoded)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        hasher.verify("Correct-horse-1", encoded)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return wall * 1000 / times, cpu * 1000 / times


def commit(path: Path, times: int) -> float:
    """Return the milliseconds of one insert with its commit, journalled as the server does it."""
    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.execute("CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, text TEXT)")
        return timed(lambda: database.execute("INSERT INTO row (text) VALUES ('x')"), times)
    finally:
        database.close()


def timed(act: Callable[[], object], times: int) -> float:
    """Return the median of the milliseconds that something takes."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        act()
        taken.append((time.perf_counter() - begun) * 1000)
    return median(taken)
