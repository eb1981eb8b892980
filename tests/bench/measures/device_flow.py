"""The way of a command line to credentials, beside oidc-provider's device flow."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.bench import peers
from tests.bench.browser import Wire
from tests.bench.calling import Program
from tests.bench.figures import Figure, Figures, Goal, Judged, Measure
from tests.bench.load import CONNECTIONS, Act, load, measured, repeat
from tests.bench.peer_calls import let_program_in, poll_too_early
from tests.bench.processes import Server, free_port, run
from tests.bench.signing_in import SCENARIO, as_directory_user
from tests.bench.vestibule import DataDirectory

FLOWS = 160  # per number of workers and round
ALONE = 40  # of the flows whose halves are told apart
POLLS = 400
WORKERS = (1, 2)
AT_ONCE = f"{CONNECTIONS} at once"

WALL = {count: Figure(f"device flow, {AT_ONCE}, {count} worker(s)", "ms") for count in WORKERS}
PEER = Figure(f"device flow, {AT_ONCE}, {peers.NAMES[1]}", "ms")
PEER_CPU = Figure(f"device flow, {peers.NAMES[1]}, CPU", "ms")
PEER_POLL = Figure(f"poll too early, {peers.NAMES[1]}, CPU", "ms")
BEGIN = Figure("device flow, begin and poll, CPU", "ms")
LET_IN = Figure("device flow, four pages of the browser, CPU", "ms")
FINISH = Figure("device flow, tokens and credentials, CPU", "ms")
PROGRAM = Figure("device flow, the program's calls, CPU", "ms")
POLL = Figure("poll too early, CPU", "ms")
QUERIES = Figure("device flow, poll, tokens and credentials, queries", "queries")


class DeviceFlow(Measure):
    """Codes, a poll too early, the pages of a browser that is signed in, tokens and credentials.

    Eight requests, of a program that registered before, as they do once in ninety days; the peer
    knows its program, too. Its requests are twelve, and check no password either. Each process has
    one thread.
    """

    name = "device-flow"
    goals = [
        Goal("device flow against oidc-provider", WALL[1], 1, Judged.RATIO, PEER),
        Goal("device flow, two workers", WALL[2], 1 / 1.6, Judged.RATIO, PEER),
        Goal("poll, tokens and credentials, CPU", FINISH, 5),
        Goal("poll, tokens and credentials, queries", QUERIES, 9),
        Goal("poll against oidc-provider, CPU", POLL, 2, Judged.RATIO, PEER_POLL),
    ]

    def __init__(self, work: Path, found: Mapping[str, peers.Peer]) -> None:
        self.work = work
        self.peer = found.get(peers.NAMES[1])

    def prepare(self) -> None:
        self.data = DataDirectory(self.work / "device-flow", scenario=SCENARIO).fill()
        environment = self.data.environment(free_port())
        self.details = json.loads(run("queries", "program", environment=environment))
        requests = [*self.details["wait"], *self.details["finish"]]
        self.queries = sum(len(each["queries"]) for each in requests)

    def sample(self) -> Figures:
        found: Figures = {QUERIES: self.queries}
        for workers in WORKERS:
            with self.data.server(workers=workers, threads=1) as server:
                found[WALL[workers]] = load(server, _flow, FLOWS).wall
                if workers == 1:
                    found |= _parts(server)
        if self.peer:
            with self.peer.server as server:
                cost = load(server, lambda wire: lambda: let_program_in(wire, wire.port), FLOWS)
                poll = load(server, lambda wire: poll_too_early(wire, wire.port), POLLS)
            found |= {PEER: cost.wall, PEER_CPU: cost.cpu, PEER_POLL: poll.cpu}
        return found


def _flow(wire: Wire) -> Act:
    browser, program = as_directory_user(wire, wire.port), Program(wire, wire.port).register()

    def act() -> None:
        program.begin()
        program.let_in(browser)
        program.finish()

    return act


def _parts(server: Server) -> Figures:
    """Return what the parts of a flow cost: all programs begin, then all are let in, and so on."""
    with Wire(server.port) as wire:
        browser = as_directory_user(wire, server.port)
        programs = [Program(wire, server.port).register() for _ in range(ALONE)]
        begin = measured(server, lambda: [each.begin() for each in programs], ALONE).cpu
        poll = measured(server, lambda: repeat(programs[0].poll, POLLS), POLLS).cpu
        let_in = measured(server, lambda: [each.let_in(browser) for each in programs], ALONE).cpu
        finish = measured(server, lambda: [each.finish() for each in programs], ALONE).cpu
    return {
        BEGIN: begin,
        POLL: poll,
        LET_IN: let_in,
        FINISH: poll + finish,
        PROGRAM: begin + finish,
    }
