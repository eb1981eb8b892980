"""``python -m tests.bench``: runs the measures in rounds and says which goals hold.

Exit status: 0 if every goal that could be judged holds, 1 if one falls short, 2 if a measure was
refused.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench import measures, peers, report
from tests.bench.figures import Figures, Judgement, Measure, Unusable, Verdict, judge

FEWEST_ROUNDS = 5


def main() -> int:
    """Measure, report, and return the exit status."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are ended
    # Whoever starts a server again has its modules compiled already, as installed peers have.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    found = peers.find(options.peers)
    about = {**report.environment(found), "load before": report.load_average()}
    with tempfile.TemporaryDirectory(prefix="vestibule-bench-") as work:
        chosen = [
            measure
            for measure in measures.all_in(Path(work), found)
            if not options.only or measure.name in options.only
        ]
        rounds, refusals = _take(chosen, options.rounds)
    about["load after"] = report.load_average()
    judgements = _judge(chosen, rounds, refusals)
    report.show(about, judgements, rounds, refusals)
    if options.json:
        report.write(options.json, about, judgements, rounds, refusals, chosen)
    if refusals:
        return 2
    return int(any(each.verdict == Verdict.FALLS_SHORT for each in judgements))


def _take(chosen: Sequence[Measure], count: int) -> tuple[list[Figures], dict[str, str]]:
    """Return the figures of every round but the first, and why measures were refused.

    A measure that was refused once is not taken again, and leaves no figures.
    """
    refusals: dict[str, str] = {}
    taken: list[dict[str, Figures]] = []
    for measure in chosen:
        _try(measure, measure.prepare, refusals)
    for number in range(count + 1):
        print(f"round {number} of {count}, load {report.load_average()}", file=sys.stderr)
        taken.append({})
        for measure in chosen:
            if measure.name not in refusals:
                figures = _try(measure, measure.sample, refusals)
                taken[-1][measure.name] = figures or {}
    rounds: list[Figures] = [
        {
            figure: value
            for name, figures in each.items()
            if name not in refusals
            for figure, value in figures.items()
        }
        for each in taken[1:]
    ]
    return rounds, refusals


def _try(
    measure: Measure, act: Callable[[], Figures | None], refusals: dict[str, str]
) -> Figures | None:
    try:
        return act()
    except (Unusable, OSError) as why:
        refusals[measure.name] = str(why)
        return None


def _judge(
    chosen: Sequence[Measure], rounds: Sequence[Figures], refusals: dict[str, str]
) -> list[Judgement]:
    return [
        Judgement(goal, Verdict.REFUSED) if measure.name in refusals else judge(goal, rounds)
        for measure in chosen
        for goal in measure.goals
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there")
    parser.add_argument(
        "--peers",
        type=Path,
        metavar="DIR",
        default=os.environ.get("PEERS") or None,
        help="where peers are set up (default: $PEERS)",
    )
    parser.add_argument("--rounds", type=int, metavar="N", default=7, help="rounds that count")
    parser.add_argument(
        "--only", action="append", choices=measures.NAMES, metavar="NAME", help="one measure only"
    )
    options = parser.parse_args()
    if options.rounds < FEWEST_ROUNDS:
        parser.error(f"fewer than {FEWEST_ROUNDS} rounds say nothing")
    return options


if __name__ == "__main__":
    sys.exit(main())
