"""A run as it is held against another: its cells, its verdicts, and what is known of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from harness.contract import VerdictKind
from harness.reporting.cells import TimedCell, timed_cells
from harness.reporting.comparing import run_sentinel
from harness.reporting.run_info import RunInfo, read_run_info
from harness.running.journal import read_journal
from harness.running.records import RunEndRecord, VerdictRecord
from harness.timing.changes import spent_share
from harness.timing.collector import quiet_collector
from harness.timing.statistics import PerSet
from harness.timing.summaries import Sentinel

__all__ = ["TimedRun", "read_timed_run"]

Key = tuple[str, str]
"""Backend and case id."""


@dataclass(frozen=True)
class TimedRun:
    """One run; ``verdicts`` are kind and reason by backend and case id.

    ``backends`` are those that are compared, the baseline not among them.
    """

    path: Path
    info: RunInfo
    cells: Mapping[str, TimedCell]
    verdicts: Mapping[Key, tuple[VerdictKind, str]]
    complete: bool
    backends: tuple[str, ...]

    @property
    def name(self) -> str:
        """The run's id."""
        return self.info.run

    @property
    def sentinel(self) -> Sentinel:
        """What the baseline's duplicate told."""
        return run_sentinel(self.info, self.cells)

    def restricted(self, patterns: Sequence[str]) -> TimedRun:
        """The run with those backends alone that a pattern matches; without patterns, all."""
        if not patterns:
            return self
        chosen = tuple(b for b in self.backends if any(fnmatchcase(b, p) for p in patterns))
        verdicts = {key: verdict for key, verdict in self.verdicts.items() if key[0] in chosen}
        return dataclasses.replace(self, backends=chosen, verdicts=verdicts)

    def ratios(self, key: Key) -> PerSet:
        """For each set, the log of the backend's time over the baseline's; empty: not timed."""
        backend, case = key
        cell = self.cells.get(case)
        return {} if cell is None else cell.ratios(backend, self.info.plan.baseline)

    def share(self, case: str) -> float:
        """The part of α that the looks leave to the cell."""
        return spent_share(self.cells[case].sets_run, self.cells[case].looks)

    def timed(self) -> dict[Key, None]:
        """What has a ratio, in the order of cells and backends."""
        baseline = self.info.plan.baseline
        return {
            (backend, case): None
            for case, cell in self.cells.items()
            for backend in self.backends
            if cell.seconds.get(backend) and cell.seconds.get(baseline)
        }


def read_timed_run(folder: Path) -> TimedRun:
    """Read the run in ``folder``; RunFailedError, in one line, when it is none."""
    with quiet_collector():
        info, records = read_run_info(folder), read_journal(folder)
        cells = timed_cells(info.plan.timed, info.plan.depth.looks, records)
    verdicts = {
        (r.backend, r.case): (VerdictKind(r.kind), r.reason)
        for r in records
        if isinstance(r, VerdictRecord)
    }
    complete = any(isinstance(r, RunEndRecord) for r in records)
    backends = tuple(name for name in info.plan.backends if name != info.plan.baseline)
    return TimedRun(folder, info, cells, verdicts, complete, backends)
