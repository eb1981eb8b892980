"""Taking a small and a crowded database back to its scenario."""

from collections.abc import Mapping
from pathlib import Path
from statistics import median

from tests.bench import floors, peers
from tests.bench.browser import Wire
from tests.bench.figures import Figure, Figures, Goal, Judged, Measure, Unusable
from tests.bench.signing_in import SCENARIO, as_iam_user, has_arrived, try_as_iam_user
from tests.bench.vestibule import EXTRA, IDENTITIES, DataDirectory

FEW = 10
RESETS = 3  # per population and round
TIMES = 50  # of what is tiny

AMONG_FEW = Figure(f"reset, {FEW} identities", "ms")
AMONG_MANY = Figure(f"reset, {IDENTITIES:,} identities", "ms")
COMMIT = Figure("one bare SQLite commit", "ms")
HELLO = Figure("one request, hello Django, granian", "ms")
FLOOR = Figure("one commit and one hello request", "ms")
PEERS_RESET = {name: Figure(f"reset, {name}, nothing in it", "ms") for name in peers.NAMES}


class Reset(Measure):
    """``POST /control/v1/reset`` to its answer, on a connection that is open already.

    After each kind of reset the scenario's user must get in, and one who was there beside the
    scenario, and got in before, must not.
    """

    name = "reset"
    goals = [
        Goal(f"reset, {FEW} identities", AMONG_FEW, 5, floor=FLOOR),
        Goal(f"reset, {IDENTITIES:,} identities", AMONG_MANY, 5, floor=FLOOR),
        Goal("reset, many against few", AMONG_MANY, 1.5, Judged.RATIO, AMONG_FEW),
        Goal("reset against Firebase's", AMONG_FEW, 2, Judged.RATIO, PEERS_RESET[peers.NAMES[2]]),
        Goal("reset against moto's", AMONG_FEW, 2, Judged.RATIO, PEERS_RESET[peers.NAMES[0]]),
    ]

    def __init__(self, work: Path, found: Mapping[str, peers.Peer]) -> None:
        self.work = work
        self.peers = {name: peer for name, peer in found.items() if peer.reset}

    def prepare(self) -> None:
        self.live = DataDirectory(self.work / "reset", scenario=SCENARIO).fill()
        source = DataDirectory(self.work / "reset-source", scenario=SCENARIO)
        self.source = source.populate(IDENTITIES)

    def sample(self) -> Figures:
        found = {COMMIT: floors.commit(self.work / "commit.sqlite3", TIMES)}
        with floors.hello("granian") as server, Wire(server.port) as wire:
            wire.request("GET", "localhost", "/", {})
            found[HELLO] = floors.timed(lambda: wire.request("GET", "localhost", "/", {}), TIMES)
        found[FLOOR] = found[COMMIT] + found[HELLO]
        found |= self._ours()
        for name, peer in self.peers.items():
            with peer.server, Wire(peer.server.port) as wire:
                peer.forget(wire)  # the first is slower: code is loaded
                found[PEERS_RESET[name]] = floors.timed(lambda: peer.forget(wire), RESETS)  # noqa: B023
        return found

    def _ours(self) -> Figures:
        taken: dict[Figure, list[float]] = {AMONG_FEW: [], AMONG_MANY: []}
        with self.live.server() as server, Wire(server.port) as wire:
            _reset(wire, server.port)
            for _ in range(RESETS):
                for figure, count in ((AMONG_FEW, FEW), (AMONG_MANY, IDENTITIES)):
                    self.live.copy_identities(self.source, count)
                    taken[figure].append(floors.timed(lambda: _reset(wire, server.port), 1))
            for count in (FEW, IDENTITIES):
                self._check(wire, server.port, count)
        return {figure: median(times) for figure, times in taken.items()}

    def _check(self, wire: Wire, port: int, count: int) -> None:
        self.live.copy_identities(self.source, count)
        last = f"{EXTRA}{count - 1:06d}"
        as_iam_user(wire, port, last)
        _reset(wire, port)
        as_iam_user(wire, port)
        if has_arrived(try_as_iam_user(wire, port, last)):
            raise Unusable(f"{last} is there still after a reset")


def _reset(wire: Wire, port: int) -> None:
    answer = wire.request("POST", f"localhost:{port}", "/control/v1/reset", {})
    if answer.status != 200:
        raise Unusable(f"the reset was answered with {answer.status}")
