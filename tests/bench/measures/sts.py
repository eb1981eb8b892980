"""Calls of STS that are signed, beside moto's, which checks no signature."""

from collections.abc import Mapping
from pathlib import Path

from tests.bench import floors, peers
from tests.bench.browser import Wire
from tests.bench.calling import CALLS, signed
from tests.bench.figures import Figure, Figures, Goal, Judged, Measure
from tests.bench.load import CONNECTIONS, Act, load
from tests.bench.signing_in import SCENARIO
from tests.bench.vestibule import DataDirectory

TIMES = 400  # per call and round
AT_ONCE = f"{CONNECTIONS} at once"

HELLO = Figure(f"hello Django, granian, {AT_ONCE}, CPU", "ms")
WALL = {call: Figure(f"{call}, {AT_ONCE}", "ms") for call in CALLS}
CPU = {call: Figure(f"{call}, {AT_ONCE}, CPU", "ms") for call in CALLS}
USUAL = {call: Figure(f"{call}, {AT_ONCE}, threads as usual", "ms") for call in CALLS}
MOTO_WALL = {call: Figure(f"{call}, {AT_ONCE}, {peers.NAMES[0]}", "ms") for call in CALLS}
MOTO_CPU = {call: Figure(f"{call}, {AT_ONCE}, {peers.NAMES[0]}, CPU", "ms") for call in CALLS}


class SignedCalls(Measure):
    """Calls of one process; the time of a call is that between two answers, to whichever asked.

    The process has one thread, as whoever wants the most of it sets it: what nobody waits in has
    no need of more.
    """

    name = "sts"
    goals = [
        *(Goal(f"{c} against moto", WALL[c], 0.25, Judged.RATIO, MOTO_WALL[c]) for c in CALLS),
        *(Goal(f"{c} against moto, CPU", CPU[c], 0.25, Judged.RATIO, MOTO_CPU[c]) for c in CALLS),
        *(Goal(f"{c}, CPU", CPU[c], 2, Judged.RATIO, HELLO) for c in CALLS),
    ]

    def __init__(self, work: Path, found: Mapping[str, peers.Peer]) -> None:
        self.work = work
        self.moto = found.get(peers.NAMES[0])

    def prepare(self) -> None:
        self.data = DataDirectory(self.work / "sts", scenario=SCENARIO).fill()

    def sample(self) -> Figures:
        found: Figures = {}
        with floors.hello("granian") as server:
            found[HELLO] = load(server, _greet, TIMES).cpu
        with self.data.server(threads=1) as server:
            for call in CALLS:
                cost = load(server, lambda wire: signed(wire, server.port, call), TIMES)  # noqa: B023
                found |= {WALL[call]: cost.wall, CPU[call]: cost.cpu}
        with self.data.server() as server:
            for call in CALLS:
                cost = load(server, lambda wire: signed(wire, server.port, call), TIMES)  # noqa: B023
                found[USUAL[call]] = cost.wall
        if self.moto:
            with self.moto.server as server:
                for call in CALLS:
                    cost = load(server, lambda wire: signed(wire, server.port, call), TIMES)  # noqa: B023
                    found |= {MOTO_WALL[call]: cost.wall, MOTO_CPU[call]: cost.cpu}
        return found


def _greet(wire: Wire) -> Act:
    return lambda: wire.request("GET", "localhost", "/", {})
