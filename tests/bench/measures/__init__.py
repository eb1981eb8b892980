"""The measures, one module each."""

from collections.abc import Mapping
from pathlib import Path

from tests.bench.figures import Measure
from tests.bench.measures.crowd import Crowd
from tests.bench.measures.device_flow import DeviceFlow
from tests.bench.measures.page import PageView
from tests.bench.measures.reset import Reset
from tests.bench.measures.sign_in import SignIn
from tests.bench.measures.start import Start
from tests.bench.measures.sts import SignedCalls
from tests.bench.peers import Peer

NAMES = tuple(
    measure.name for measure in (Start, Reset, SignIn, PageView, SignedCalls, DeviceFlow, Crowd)
)


def all_in(work: Path, peers: Mapping[str, Peer]) -> list[Measure]:
    """Return every measure, to work in a temporary directory."""
    return [
        Start(work, peers),
        Reset(work, peers),
        SignIn(work),
        PageView(work),
        SignedCalls(work, peers),
        DeviceFlow(work, peers),
        Crowd(work),
    ]
