"""The timed cells of a run: what the journal holds of each case, sorted by case and arm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from harness.contract import Case
from harness.running.records import (
    CellEndRecord,
    FirstCallRecord,
    MemoryRecord,
    Record,
    SampleRecord,
    TimingFailureRecord,
)
from harness.timing.carry_over import carry_over
from harness.timing.statistics import (
    Estimate,
    Interval,
    PerSet,
    estimate,
    log_ratios,
    seconds_per_call,
)

__all__ = ["TimedCell", "timed_cells"]

_NOT_AS_JUDGED = "changed-result"
"""The kind of timing failure that takes every time of a backend in a cell away."""


@dataclass
class TimedCell:
    """All that the journal holds of one timed case; ``looks`` are those of the run's depth.

    ``alone`` and ``audited`` are the two halves of the carry-over audit: alone, and in turns.
    """

    case: Case
    looks: tuple[int, ...]
    samples: list[SampleRecord] = field(default_factory=list)
    alone: list[SampleRecord] = field(default_factory=list)
    audited: list[SampleRecord] = field(default_factory=list)
    first_calls: dict[str, list[FirstCallRecord]] = field(default_factory=dict)
    failures: dict[str, list[TimingFailureRecord]] = field(default_factory=dict)
    peak_bytes: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, PerSet] = field(default_factory=dict)
    sets_ended: int | None = None

    def settle(self) -> None:
        """Reduce the samples of each arm to seconds per call, once all are there.

        What was timed and is not what was judged has no time at all: not even in the sets before.
        """
        refuted = {
            backend
            for backend, failures in self.failures.items()
            if any(failure.kind == _NOT_AS_JUDGED for failure in failures)
        }
        self.samples = [sample for sample in self.samples if sample.arm not in refuted]
        arms = dict.fromkeys(sample.arm for sample in self.samples)
        self.seconds = {arm: seconds_per_call(self.samples, arm) for arm in arms}

    @property
    def sets_run(self) -> int:
        """The sets after which the cell ended, or that were seen if it did not."""
        return self.sets_ended or len({sample.set_index for sample in self.samples})

    def count(self, arm: str) -> int:
        """How many raw samples the arm has."""
        return sum(sample.arm == arm for sample in self.samples)

    def ratios(self, arm: str, other: str) -> PerSet:
        """For each set, the log of the arm's time over the other's."""
        return log_ratios(self.samples, arm, other)

    def carry_over(self, arm: str) -> Interval:
        """The arm's time in turns over its time alone; NaN where it was not audited."""
        return carry_over(self.alone, self.audited, arm)

    def estimate(self, arm: str, other: str) -> Estimate:
        """The arm's time over the other's, with interval and answer."""
        return estimate(self.ratios(arm, other), self.count(arm), self.sets_run, self.looks)


def timed_cells(
    timed: Iterable[Case], looks: tuple[int, ...], records: Iterable[Record]
) -> Mapping[str, TimedCell]:
    """The cells by case id: those that the plan times in its order, then what else was timed."""
    cells = {case.id: TimedCell(case, looks) for case in timed}

    def cell(case: str) -> TimedCell:
        return cells.setdefault(case, TimedCell(Case.parse(case), looks))

    for record in records:
        match record:
            case SampleRecord(set_kind="turns"):
                cell(record.case).samples.append(record)
            case SampleRecord(set_kind="audit-alone"):
                cell(record.case).alone.append(record)
            case SampleRecord(set_kind="audit-turns"):
                cell(record.case).audited.append(record)
            case FirstCallRecord():
                cell(record.case).first_calls.setdefault(record.backend, []).append(record)
            case TimingFailureRecord():
                cell(record.case).failures.setdefault(record.backend, []).append(record)
            case MemoryRecord():
                cell(record.case).peak_bytes[record.backend] = record.peak_bytes
            case CellEndRecord():
                cell(record.case).sets_ended = record.sets
    for settled in cells.values():
        settled.settle()
    return cells
