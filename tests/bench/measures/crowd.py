"""What a million identities beside one's own cost."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.bench.browser import Wire
from tests.bench.calling import Program, signed
from tests.bench.figures import Figure, Figures, Goal, Judged, Measure
from tests.bench.load import Act, measured, repeat
from tests.bench.population import key_of, name_of
from tests.bench.processes import Server
from tests.bench.signing_in import SCENARIO, as_directory_user, portal
from tests.bench.vestibule import DataDirectory

FEW, MANY = 10, 1_000_000
TURNS = 6  # few and many alternate so often
TIMES = {
    "GetCallerIdentity": 60,
    "poll too early": 60,
    "GetRoleCredentials": 30,
    "portal, first page": 20,
}
CPU = {
    (what, count): Figure(f"{what}, {count:,} identities, CPU", "ms")
    for what in TIMES
    for count in (FEW, MANY)
}


class Crowd(Measure):
    """Somebody among few identities, and somebody among many, do the same in turns.

    One half of them are IAM users with an access key, the others users of a directory with a role.
    Who acts is the last of either half.
    """

    name = "crowd"
    goals = [
        Goal(f"{what} among {MANY:,}", CPU[what, MANY], 1.1, Judged.RATIO, CPU[what, FEW])
        for what in TIMES
    ]

    def __init__(self, work: Path) -> None:
        self.work = work

    def prepare(self) -> None:
        self.data = {
            count: DataDirectory(self.work / f"crowd-{count}", scenario=SCENARIO).populate(
                count, "crowd"
            )
            for count in (FEW, MANY)
        }

    def sample(self) -> Figures:
        taken: dict[Figure, list[float]] = {figure: [] for figure in CPU.values()}
        with ExitStack() as stack:
            servers = {c: stack.enter_context(data.server()) for c, data in self.data.items()}
            acts = {c: _acts(stack, server, c) for c, server in servers.items()}
            for _ in range(TURNS):
                for what, times in TIMES.items():
                    for count, server in servers.items():
                        act = acts[count][what]
                        cost = measured(server, lambda: repeat(act, times), times)  # noqa: B023
                        taken[CPU[what, count]].append(cost.cpu)
        return {figure: median(costs) for figure, costs in taken.items()}


def _acts(stack: ExitStack, server: Server, count: int) -> Mapping[str, Act]:
    wire = stack.enter_context(Wire(server.port))
    last = count // 2 - 1
    browser = as_directory_user(wire, server.port, name_of(last))
    waiting, finished = [Program(wire, server.port).register() for _ in range(2)]
    waiting.begin()
    finished.begin()
    finished.let_in(browser)
    finished.finish()
    acts: dict[str, Act] = {
        "GetCallerIdentity": signed(wire, server.port, "GetCallerIdentity", key_of(last)),
        "poll too early": waiting.poll,
        "GetRoleCredentials": finished.fetch,
        "portal, first page": lambda: browser.visit(portal(server.port)),
    }
    for act in acts.values():
        repeat(act, 3)
    return acts
