"""Whole sign-ins, and how much of them is not the password's hash."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench import floors
from tests.bench.browser import Browser, Transport, Wire
from tests.bench.figures import Figure, Figures, Goal, Judged, Measure
from tests.bench.processes import Server, free_port, run, watched
from tests.bench.signing_in import SCENARIO, as_iam_user, as_root_user
from tests.bench.vestibule import DataDirectory

WARM_UPS = 5
SIGN_INS = 20  # per kind and round
VERIFIES = 10  # before, and as many after

KINDS: dict[str, Callable[[Transport, int], Browser]] = {
    "root user": as_root_user,
    "IAM user": as_iam_user,
}
HASH_WALL = Figure("argon2 verify, wall", "ms")
HASH = Figure("argon2 verify, CPU", "ms")
WALL = {kind: Figure(f"sign-in, {kind}, wall", "ms") for kind in KINDS}
CPU = {kind: Figure(f"sign-in, {kind}, CPU", "ms") for kind in KINDS}
BEYOND = {kind: Figure(f"sign-in, {kind}, CPU beyond the hash", "ms") for kind in KINDS}
NEARLY_UNHASHED = {kind: Figure(f"sign-in, {kind}, CPU at minimal hash", "ms") for kind in KINDS}
QUERIES = {kind: Figure(f"sign-in, {kind}, queries", "queries") for kind in KINDS}
REQUESTS = {kind: Figure(f"sign-in, {kind}, requests", "requests") for kind in KINDS}
HELD = Figure("memory, after these sign-ins", "MiB")


class SignIn(Measure):
    """From the first address to the console home: redirects, pages, forms; no sub-resources.

    What a sign-in costs beyond the hash is told twice: as the difference to a verify of the same
    cost in this process, and directly, by a second server whose hash costs next to nothing.
    """

    name = "sign-in"
    goals = [
        *(Goal(f"{k} sign-in beyond the hash", BEYOND[k], 10, floor=HASH) for k in KINDS),
        *(Goal(f"{k} sign-in, wall", WALL[k], 1.5, Judged.RATIO, HASH_WALL) for k in KINDS),
        *(Goal(f"{k} sign-in, queries", QUERIES[k], 15) for k in KINDS),
    ]

    def __init__(self, work: Path) -> None:
        self.work = work

    def prepare(self) -> None:
        self.data = DataDirectory(self.work / "sign-in", scenario=SCENARIO).fill()
        cheap = self.work / "sign-in-minimal"
        self.cheap = DataDirectory(cheap, scenario=SCENARIO, password_cost="minimal").fill()
        requests = json.loads(
            run("queries", "sign-in", environment=self.data.environment(free_port()))
        )
        self.constant: Figures = {}
        self.details = dict(zip(KINDS, requests.values(), strict=True))
        for kind, made in self.details.items():
            self.constant[REQUESTS[kind]] = len(made)
            self.constant[QUERIES[kind]] = sum(len(request["queries"]) for request in made)

    def sample(self) -> Figures:
        found = dict(self.constant)
        before = floors.argon2_verify(VERIFIES)
        with self.data.server() as server:
            for kind, sign_in in KINDS.items():
                found[WALL[kind]], found[CPU[kind]] = _repeat(server, sign_in)
            found[HELD] = server.memory()
        after = floors.argon2_verify(VERIFIES)
        found[HASH_WALL], found[HASH] = ((b + a) / 2 for b, a in zip(before, after, strict=True))
        with self.cheap.server() as server:
            for kind, sign_in in KINDS.items():
                found[NEARLY_UNHASHED[kind]] = _repeat(server, sign_in)[1]
                found[BEYOND[kind]] = found[CPU[kind]] - found[HASH]
        return found


def _repeat(server: Server, sign_in: Callable[[Transport, int], Browser]) -> tuple[float, float]:
    """Return wall and CPU milliseconds of one of many sign-ins, each with a new browser."""
    with Wire(server.port) as wire:
        for _ in range(WARM_UPS):
            sign_in(wire, server.port)
        with watched():
            wall, cpu = time.perf_counter(), server.cpu()
            for _ in range(SIGN_INS):
                sign_in(wire, server.port)
            wall, cpu = time.perf_counter() - wall, server.cpu() - cpu
    return wall * 1000 / SIGN_INS, cpu / SIGN_INS
