"""Many flows at once, each over a connection of its own, in one thread."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from selectors import EVENT_READ, PollSelector
from socket import socket

from greenlet import getcurrent, greenlet

from tests.bench.browser import Wire
from tests.bench.processes import Server, watched

CONNECTIONS = 8
WARM_UPS = 3  # per connection

Act = Callable[[], object]
Begin = Callable[[Wire], Act]


@dataclass(frozen=True)
class Cost:
    """What one of many flows took: the milliseconds that went by, and the server's CPU."""

    wall: float
    cpu: float


class _Hub:
    """Does several things at once: while one waits for a server, the next goes on.

    Threads would hand Python's lock around, which takes more of the machine than the flows.
    """

    def __init__(self) -> None:
        self.waiting = PollSelector()
        self.here = getcurrent()

    def wait(self, connection: socket) -> None:
        """Let others go on until a connection has something to read."""
        self.waiting.register(connection, EVENT_READ, getcurrent())
        self.here.switch()
        self.waiting.unregister(connection)

    def do(self, acts: Sequence[Act]) -> None:
        """Return when all is done."""
        for act in acts:
            greenlet(act).switch()
        while self.waiting.get_map():
            for ready, _events in self.waiting.select():
                ready.data.switch()


def load(server: Server, begin: Begin, times: int, *, connections: int = CONNECTIONS) -> Cost:
    """Return the cost of a flow when so many connections repeat it.

    ``begin`` does what need not be repeated, and returns the flow. A connection that is done takes
    the next flow, so that none waits for another at the end.
    """
    hub, flows, acts = _Hub(), iter(range(times)), list[Act]()
    wires = [Wire(server.port, hub.wait) for _ in range(connections)]

    def prepare(wire: Wire) -> None:
        acts.append(act := begin(wire))
        repeat(act, WARM_UPS)

    def work(act: Act) -> None:
        for _ in flows:
            act()

    try:
        hub.do([partial(prepare, wire) for wire in wires])
        return measured(server, lambda: hub.do([partial(work, act) for act in acts]), times)
    finally:
        for wire in wires:
            wire.close()


def measured(server: Server, act: Act, times: int) -> Cost:
    """Return the cost of one of so many flows that are done by ``act``."""
    with watched():
        wall, cpu = time.perf_counter(), server.cpu()
        act()
        wall, cpu = time.perf_counter() - wall, server.cpu() - cpu
    return Cost(wall * 1000 / times, cpu / times)


def repeat(act: Act, times: int) -> None:
    """Do something so many times."""
    for _ in range(times):
        act()
