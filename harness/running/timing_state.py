"""What the journal already says about times: who may be timed where, and what has been done."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from harness.contract import TIMEABLE, Case, Problem, Size, VerdictKind
from harness.running.plan import Plan
from harness.running.records import (
    A_A,
    RETRACE,
    TURNS,
    CellEndRecord,
    FirstCallRecord,
    MemoryRecord,
    Record,
    SampleRecord,
    StartUpRecord,
    ThreadsRecord,
    TimingFailureRecord,
    VerdictRecord,
)

__all__ = ["TimingState"]

_OF_ONE_CASE = frozenset({"changed-result", "smaller-failed"})
"""Failures that say nothing of larger sizes (or have said it already)."""


class TimingState:
    """Fed with records in the order of the journal; asked what is left to time."""

    def __init__(
        self, plan: Plan, problems: Mapping[str, Problem], records: Iterable[Record]
    ) -> None:
        """Begin with what ``records`` tell."""
        self._plan = plan
        self._problems = problems
        self._verdicts: dict[tuple[str, str], VerdictKind] = {}
        self._failed: set[tuple[str, str]] = set()
        self._ended: set[str] = set()
        self.samples: defaultdict[str, list[SampleRecord]] = defaultdict(list)
        self.loops: dict[tuple[str, str], int] = {}
        self.call_s: dict[tuple[str, str], float] = {}
        self.measured: set[tuple[str, str]] = set()
        self.threads_known: set[str] = set()
        self.is_audited = False
        self.next_set = 0
        for record in records:
            self.take(record)

    def take(self, record: Record) -> None:
        """Learn one more record."""
        match record:
            case VerdictRecord(backend=backend, case=case, kind=kind):
                self._verdicts[backend, case] = VerdictKind(kind)
            case StartUpRecord(set_index=index):
                self.next_set = max(self.next_set, index + 1)
            case FirstCallRecord(backend=backend, case=case, loops=loops, second_call_s=seconds):
                self.loops.setdefault((backend, case), loops)
                if not math.isnan(seconds):
                    self.call_s.setdefault((backend, case), seconds)
            case SampleRecord(case=case, set_index=index, set_kind=kind):
                if record.wall_s < self._plan.depth.sample_s / 2:
                    # Counted when others had the processor: the next set counts anew.
                    self.loops.pop((record.backend, case), None)
                if kind == TURNS:
                    self.samples[case].append(record)
                else:
                    self.is_audited = True
                self.next_set = max(self.next_set, index + 1)
            case ThreadsRecord(backend=backend):
                self.threads_known.add(backend)
            case MemoryRecord(backend=backend, case=case):
                self.measured.add((backend, case))
            case TimingFailureRecord(backend=backend, case=case, kind=kind):
                if kind != RETRACE:
                    self._failed.add((backend, case))
            case CellEndRecord(case=case):
                self._ended.add(case)

    def backends(self, case: Case) -> list[str]:
        """The backends that are right there and have not failed to be timed, in plan order."""
        return [
            backend
            for backend in self._plan.backends
            if self._verdicts.get((backend, case.id)) in TIMEABLE
            and (backend, case.id) not in self._failed
        ]

    def arms(self, case: Case) -> dict[str, str]:
        """Who takes turns: arm → backend, the baseline first and its duplicate behind it."""
        backends = self.backends(case)
        arms = {name: name for name in backends}
        if self._plan.baseline in backends:
            first = {self._plan.baseline: self._plan.baseline, A_A: self._plan.baseline}
            return first | arms
        return arms

    def open_cells(self) -> list[Case]:
        """The cells that need more sets, in plan order."""
        return [case for case in self._plan.timed if case.id not in self._ended]

    def sets(self, case: Case) -> int:
        """In how many sets the cell has been sampled."""
        return len({sample.set_index for sample in self.samples[case.id]})

    def larger(self, backend: str, case: Case, kind: str) -> list[Case]:
        """The cells that a failure of ``kind`` makes pointless to try: the same, only larger."""
        if kind in _OF_ONE_CASE:
            return []
        problem = self._problems[case.problem]
        size = problem.size(case.size)
        return [
            other
            for other in self._plan.timed
            if (other.problem, other.operator, other.dtype)
            == (case.problem, case.operator, case.dtype)
            and (backend, other.id) not in self._failed
            and _is_larger(problem, problem.size(other.size), size)
        ]


def _is_larger(problem: Problem, size: Size, than: Size) -> bool:
    """Larger in some dimension and smaller in none, and more work."""
    return problem.operations(size.dims) > problem.operations(than.dims) and all(
        size.dims[name] >= n for name, n in than.dims.items()
    )
