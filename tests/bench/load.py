"""Many flows at once, each over a connection of its own."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Barrier, BrokenBarrierError

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


def load(server: Server, begin: Begin, times: int, *, connections: int = CONNECTIONS) -> Cost:
    """Return the cost of a flow when so many connections repeat it.

    ``begin`` does what need not be repeated, and returns the flow. A connection that is done takes
    the next flow, so that none waits for another at the end.
    """
    barrier = Barrier(connections + 1)
    flows = iter(range(times))

    def work() -> None:
        try:
            with Wire(server.port) as wire:
                act = begin(wire)
                repeat(act, WARM_UPS)
                barrier.wait()
                for _ in flows:
                    act()
        except BaseException:
            barrier.abort()
            raise

    with ThreadPoolExecutor(connections) as pool:
        workers = [pool.submit(work) for _ in range(connections)]
        with suppress(BrokenBarrierError):  # whoever broke it says why below
            barrier.wait()
        return measured(server, lambda: [worker.result() for worker in workers], times)


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
