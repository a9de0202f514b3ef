"""The summary of a run for a program: what ``--json`` prints after run, check, bench and report."""

from __future__ import annotations

import math
from typing import Any

from harness.reporting.findings.rightness import Divergence, rightness
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows

__all__ = ["run_facts"]

_FILES = ("report.html", "verdicts.csv", "measurements.csv", "journal.jsonl", "run.json")
_TIMES = (
    *("backend", "case", "median_s", "low_s", "high_s", "ratio", "ratio_low", "ratio_high"),
    *("answer", "p_value", "holds", "sets", "samples", "reason"),
)


def run_facts(frames: RunFrames) -> dict[str, Any]:
    """What the printed summary says, in the words and units of the CSVs; null for no figure.

    ``divergences`` are what wants mending, the worst verdict first: the cases of one backend and
    problem with one verdict. ``measurements`` has a row for each backend and timed case.
    """
    found = rightness(frames)
    return {
        "run": frames.info.run,
        "folder": str(frames.path),
        "complete": frames.complete,
        "baseline": frames.info.plan.baseline if frames.info.plan.measure else None,
        "notices": list(frames.info.notices),
        "backends": {
            name: {
                "versions": dict(frames.info.versions.get(name, {})),
                "verdicts": {str(kind): n for kind, n in found.by_backend[name].counts.items()},
            }
            for name in found.backends
        },
        "divergences": [_divergence(divergence) for divergence in found.divergences],
        "measurements": [
            {column: _plain(row[column]) for column in _TIMES} for row in rows(frames.measurements)
        ],
        "files": [str(frames.path / name) for name in _FILES if (frames.path / name).exists()],
    }


def _divergence(found: Divergence) -> dict[str, Any]:
    return {
        "backend": found.backend,
        "problem": found.problem,
        "verdict": found.word.name,
        "cases": [row["case"] for row in found.rows],
        "reason": found.rows[0]["reason"],
        "oracle": found.rows[0]["oracle"],
    }


def _plain(value: Any) -> Any:
    """A value that JSON has: null for NaN and infinity, which it has not."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
