"""Cold start to the first sign-in page, and what the server holds in memory then."""

import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkdtemp

from tests.bench import floors, peers
from tests.bench.figures import Figure, Figures, Goal, Judged, Measure
from tests.bench.processes import Server
from tests.bench.signing_in import SCENARIO
from tests.bench.vestibule import IDENTITIES, DataDirectory

SETTLED_AFTER = 0.3  # seconds; threads that start late count as memory, too

WARM = Figure("start, with data there", "ms")
FIRST = Figure("start, first ever", "ms")
CROWDED = Figure(f"start, {IDENTITIES:,} identities there", "ms")
HELLO = Figure("start, hello Django in process", "ms")
HELLO_GRANIAN = Figure("start, hello Django, granian", "ms")
WARM_CPU = Figure("start, with data there, CPU", "ms")
HELLO_CPU = Figure("start, hello Django in process, CPU", "ms")
HELD = Figure("memory, idle", "MiB")
HELD_FIRST = Figure("memory, idle after first start", "MiB")
CROWDED_HELD = Figure(f"memory, idle, {IDENTITIES:,} identities there", "MiB")
HELLO_HELD = Figure("memory, hello Django in process", "MiB")
HELLO_GRANIAN_HELD = Figure("memory, hello Django, granian", "MiB")
PEERS_START = {name: Figure(f"start, {name}", "ms") for name in peers.NAMES}
PEERS_HELD = {name: Figure(f"memory, {name}", "MiB") for name in peers.NAMES}


class Start(Measure):
    """Process start to the first 200 of the sign-in page; that page view is the only one."""

    name = "start"
    goals = [
        Goal("cold start", WARM, 1.2, Judged.RATIO, HELLO),
        Goal("cold start, CPU", WARM_CPU, 1.2, Judged.RATIO, HELLO_CPU),
        Goal("first ever start", FIRST, 1.3, Judged.RATIO, WARM),
        Goal(f"start with {IDENTITIES:,} identities", CROWDED, 1.1, Judged.RATIO, WARM),
        *(
            Goal(f"cold start against {name}", WARM, limit, Judged.RATIO, PEERS_START[name])
            for name, limit in zip(peers.NAMES, (0.75, 1.0, 0.05), strict=True)
        ),
        Goal("idle memory", HELD, 64, floor=HELLO_GRANIAN_HELD),
        Goal("idle memory against Firebase", HELD, 0.25, Judged.RATIO, PEERS_HELD[peers.NAMES[2]]),
    ]

    def __init__(self, work: Path, found: Mapping[str, peers.Peer]) -> None:
        self.work = work
        self.peers = found

    def prepare(self) -> None:
        self.warm = DataDirectory(self.work / "start").fill()
        crowded = DataDirectory(self.work / "start-crowded", scenario=SCENARIO)
        self.crowded = crowded.populate(IDENTITIES)

    def sample(self) -> Figures:
        first = DataDirectory(Path(mkdtemp(dir=self.work)) / "data")
        found = {
            **_start(floors.hello("wsgiref"), HELLO, HELLO_HELD, HELLO_CPU),
            **_start(self.warm.server(), WARM, HELD, WARM_CPU),
            **_start(first.server(), FIRST, HELD_FIRST),
            **_start(self.crowded.server(), CROWDED, CROWDED_HELD),
            **_start(floors.hello("granian"), HELLO_GRANIAN, HELLO_GRANIAN_HELD),
        }
        for name, peer in self.peers.items():
            found |= _start(peer.server, PEERS_START[name], PEERS_HELD[name])
        return found


def _start(
    server: Server, started_in: Figure, memory: Figure, cpu: Figure | None = None
) -> Figures:
    with server:
        found = {started_in: server.started_in}
        if cpu:
            found[cpu] = server.started_with
        time.sleep(SETTLED_AFTER)
        found[memory] = server.memory()
    return found
