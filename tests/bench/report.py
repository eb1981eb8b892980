"""The results, for people and for programs."""

import json
import os
import platform
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.bench import peers
from tests.bench.figures import Figures, Judgement, Measure, Summary, summary
from tests.bench.vestibule import ROOT

PACKAGES = ("Django", "granian", "argon2-cffi", "whitenoise", "django-ninja")


def environment(found: Mapping[str, peers.Peer]) -> dict[str, str]:
    """Return what was measured with what."""
    versions = {name: version(name) for name in PACKAGES}
    absent = dict.fromkeys(peers.NAMES, "absent")
    return {
        "commit": _git("rev-parse", "--short", "HEAD") + (" (changed)" if _git_changed() else ""),
        "machine": f"{os.cpu_count()} × {_processor()}, Linux {platform.release()}",
        # Which build counts: one that was not optimized by its profile is a third slower.
        "Python": f"{platform.python_version()} in {sys.base_prefix}",
        "SQLite": sqlite3.sqlite_version,
        **versions,
        **absent,
        **{peer.name: peer.version for peer in found.values()},
    }


def load_average() -> str:
    """Return the machine's load over 1, 5 and 15 minutes."""
    return " ".join(f"{load:.2f}" for load in os.getloadavg())


def show(
    about: Mapping[str, str],
    judgements: Sequence[Judgement],
    rounds: Sequence[Figures],
    refusals: Mapping[str, str],
) -> None:
    """Print everything: the goals first, then all figures."""
    print("\n".join(f"{name}: {value}" for name, value in about.items()), "\n")
    head = ("GOAL", "LIMIT", "MEASURED", "FLOOR", "RATIO", "")
    _table([head, *(_row(judgement) for judgement in judgements)])
    for name, why in refusals.items():
        print(f"\nREFUSED, nothing of “{name}” is reported: {why}")
    if figures := dict.fromkeys(figure for found in rounds for figure in found):
        print(f"\nAll figures, median [range] of {len(rounds)} rounds (one before was dropped):")
        _table([(f.name, _number(summary(rounds, f), f.unit), f.unit) for f in figures])


def write(
    path: Path,
    about: Mapping[str, str],
    judgements: Sequence[Judgement],
    rounds: Sequence[Figures],
    refusals: Mapping[str, str],
    measures: Sequence[Measure],
) -> None:
    """Write everything as JSON, the requests with their queries too."""
    document = {
        "about": dict(about),
        "goals": [_plain(judgement) for judgement in judgements],
        "refused": dict(refusals),
        "rounds": [
            {f"{figure.name} ({figure.unit})": number for figure, number in found.items()}
            for found in rounds
        ],
        "details": {measure.name: measure.details for measure in measures if measure.details},
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def _row(judgement: Judgement) -> tuple[str, ...]:
    goal = judgement.goal
    return (
        goal.name,
        goal.limit,
        _number(judgement.measured, goal.figure.unit, with_unit=True),
        _number(judgement.floor, goal.floor.unit, with_unit=True) if goal.floor else "",
        _number(judgement.ratio, "×"),
        str(judgement.verdict),
    )


def _plain(judgement: Judgement) -> dict[str, Any]:
    goal = judgement.goal
    return {
        "goal": goal.name,
        "limit": goal.limit,
        "figure": goal.figure.name,
        "floor_figure": goal.floor.name if goal.floor else None,
        "verdict": judgement.verdict,
        "measured": asdict(judgement.measured) if judgement.measured else None,
        "floor": asdict(judgement.floor) if judgement.floor else None,
        "ratio": asdict(judgement.ratio) if judgement.ratio else None,
    }


def _number(found: Summary | None, unit: str, *, with_unit: bool = False) -> str:
    if found is None:
        return "–"
    digits = 0 if unit in ("queries", "requests", "foreign origins") else 2
    if found.median >= 100:
        digits = 0
    text = f"{found.median:.{digits}f}"
    if found.lowest != found.highest:
        text += f" [{found.lowest:.{digits}f}–{found.highest:.{digits}f}]"
    return f"{text} {unit}" if with_unit else text


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if not done.returncode else "unknown"


def _git_changed() -> bool:
    return bool(_git("status", "--porcelain", "--untracked-files=no"))


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
