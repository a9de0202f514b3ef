"""The timing phase: set after set of fresh workers, until every cell is decided or time is up."""

from __future__ import annotations

import functools
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from harness.contract import Case
from harness.running.cell import Cell
from harness.running.fleet import Fleet
from harness.running.inputs import Inputs
from harness.running.journal import Journal
from harness.running.judging import Judged
from harness.running.memory_pass import MemoryPass
from harness.running.messages import Hello
from harness.running.plan import Plan
from harness.running.process import WorkerProcess
from harness.running.progress import View
from harness.running.readying import Readying
from harness.running.records import (
    A_A,
    CellEndRecord,
    Record,
    SampleRecord,
    StartUpRecord,
    TimingFailureRecord,
)
from harness.running.timing_state import TimingState
from harness.timing import environment, machine
from harness.timing.schedule import look_at
from harness.timing.statistics import decided, estimate, log_ratios
from harness.verification.judge import Judge

__all__ = ["Measuring"]

_CALLS_IN_BUDGET = 150
"""One call may take this part of the whole budget: more would leave too few for the others."""

_UNEVEN = 3.0
"""A slow cell may take so many times its even share of a set before its rounds are cut."""

_CALLS_IN_DEADLINE = 4
"""Making a case ready takes two calls, warming it two more, and each has one deadline."""

_CHUNK_BYTES = 256 << 20

_FEWEST_SETS = 2
"""Without a second set there is no interval: the budget does not end a cell before."""


@dataclass
class Totals:
    """Wall seconds of the phase: bringing workers up, and inside the samples."""

    start_up_s: float = 0.0
    samples_s: float = 0.0


@dataclass
class Measuring:
    """The phase. ``ends`` is when the budget is spent (``time.monotonic``), None: never."""

    plan: Plan
    state: TimingState
    inputs: Inputs
    judge: Judge
    judged: dict[tuple[str, Case], Judged]
    journal: Journal
    view: View
    cores: environment.CorePlan
    at_once: int
    ends: float | None
    start: Callable[[str, np.random.Generator], WorkerProcess]
    came_up: Callable[[str, Hello], None]
    case_measured: Callable[[str, Case, int], None]
    totals: Totals = field(default_factory=Totals)
    _readying_s: dict[str, float] = field(default_factory=dict)
    _anywhere: frozenset[int] = field(default_factory=machine.allowed_cores)

    def run(self) -> None:
        """Run sets while a cell is open, and the memory pass after the first of them.

        By then it is known who is too slow, and the budget of the sets that follow is what it left.
        """
        self._begin_view()
        self._end_hopeless_cells()
        memory_due = True
        while cells := self.state.open_cells():
            began = time.monotonic()
            self._one_set(cells)
            set_s = time.monotonic() - began
            self._end_hopeless_cells()
            if memory_due:
                memory_due = False
                self._memory_pass()
                self._begin_view()
            self._end_for_budget(set_s)
        self.view.end(f"{self.state.next_set} sets")
        if memory_due:
            self._memory_pass()

    def _one_set(self, cells: list[Case]) -> None:
        rng = np.random.default_rng((self.plan.seed, self.state.next_set))
        set_index = self.state.next_set
        arms = {arm: name for case in cells for arm, name in self.state.arms(case).items()}
        began = time.monotonic()
        self.view.now(f"set {set_index + 1}: starting {len(arms)} workers")
        with Fleet(arms, lambda name: self.start(name, rng)) as fleet:
            failures = fleet.bring_up(self.at_once)
            self._record(*self._start_ups(fleet, set_index))
            for arm, failure in failures.items():
                reason = f"the backend did not start: {failure.message}"
                for case in cells:
                    if arm in self.state.arms(case):
                        self._fail(set_index, arm, case, str(failure.kind), reason)
            self.totals.start_up_s += time.monotonic() - began
            for chunk in self._chunks(cells):
                self._one_chunk(chunk, set_index, fleet, rng, len(cells))

    def _chunks(self, cells: list[Case]) -> Iterator[list[Case]]:
        """Cells whose arguments together are small enough to be held by every worker at once."""
        chunk: list[Case] = []
        held = 0
        for case in cells:
            inputs = self.inputs(case)
            needed = sum(x.nbytes for x in (*inputs.args, *inputs.seeds))
            if chunk and held + needed > _CHUNK_BYTES:
                yield chunk
                chunk, held = [], 0
            chunk.append(case)
            held += needed
        yield chunk

    def _one_chunk(
        self,
        cells: list[Case],
        set_index: int,
        fleet: Fleet,
        rng: np.random.Generator,
        open_cells: int,
    ) -> None:
        self.view.now(f"set {set_index + 1}: first calls of {len(cells)} cases")
        call_s, cell_s = self._limits(open_cells)
        readying = Readying(
            fleet=fleet,
            state=self.state,
            inputs=self.inputs,
            judged=self.judged,
            call_s=call_s,
            deadline_s=self.plan.deadline_s,
            fail=functools.partial(self._fail, set_index),
            seconds=self._readying_s,
        )
        fleet.pin(self._anywhere)
        readying.run(cells, self.at_once)
        fleet.pin(self.cores.workers)
        # Only now: what the supervisor starts begins life on the supervisor's cores.
        before = environment.pin(self.cores.supervisor)
        try:
            for case in cells:
                self.view.now(f"set {set_index + 1}: {case.id}")
                cell = Cell(
                    case=case,
                    inputs=self.inputs(case),
                    set_index=set_index,
                    arms=fleet.backends,
                    readied=readying.readied[case],
                    fleet=fleet,
                    depth=self.plan.depth,
                    deadline_s=self.plan.deadline_s,
                    cell_s=cell_s,
                    rng=rng,
                    judge=self.judge,
                    judged=self.judged,
                    loops=self.state.loops,
                )
                self._record(*cell.run())
                self._end_if_decided(case)
                self.view.step(f"set {set_index + 1}: {case.id}")
        finally:
            environment.restore(before)

    def _limits(self, cells: int) -> tuple[float, float]:
        """Seconds that one call may take, and seconds for all rounds of one of ``cells`` cells."""
        depth, longest = self.plan.depth, self.plan.deadline_s / _CALLS_IN_DEADLINE
        if depth.budget_s is None:
            return longest, math.inf
        return (
            min(depth.budget_s / _CALLS_IN_BUDGET, longest),
            _UNEVEN * depth.budget_s / depth.looks[0] / cells,
        )

    def _fail(self, set_index: int, arm: str, case: Case, kind: str, reason: str) -> None:
        self._record(TimingFailureRecord(arm, case.id, set_index, kind, reason))

    def _record(self, *records: Record) -> None:
        """Put records on disk, with what they imply for larger sizes, and learn from them."""
        implied: list[Record] = []
        for record in records:
            if isinstance(record, TimingFailureRecord) and record.backend != A_A:
                implied += self._larger(record)
            if isinstance(record, SampleRecord):
                self.totals.samples_s += record.wall_s
        self.journal.append(*records, *implied)
        for record in (*records, *implied):
            self.state.take(record)

    def _larger(self, failure: TimingFailureRecord) -> list[TimingFailureRecord]:
        return [
            TimingFailureRecord(
                failure.backend,
                larger.id,
                failure.set_index,
                "smaller-failed",
                f"not tried, since {failure.case} failed ({failure.kind})",
            )
            for larger in self.state.larger(failure.backend, Case.parse(failure.case), failure.kind)
        ]

    def _start_ups(self, fleet: Fleet, set_index: int) -> list[StartUpRecord]:
        records = []
        for arm, hello in fleet.hellos.items():
            self.came_up(fleet.backends[arm], hello)
            process_s = hello.started - fleet.workers[arm].started
            if arm != A_A:
                records.append(StartUpRecord(arm, set_index, process_s, hello.import_s))
        return records

    def _end_hopeless_cells(self) -> None:
        """End the cells in which nobody is left."""
        for case in self.state.open_cells():
            if not self.state.backends(case):
                self._end(case, "nothing-to-time")

    def _end_if_decided(self, case: Case) -> None:
        """End the cell if a look is due and every arm has its answer, or no look is left."""
        looks, sets = self.plan.depth.looks, self.state.sets(case)
        index = look_at(sets, looks)
        if index is None:
            return
        baseline, samples = self.plan.baseline, self.state.samples[case.id]
        estimates = [
            estimate(
                log_ratios(samples, arm, baseline),
                sum(sample.arm == arm for sample in samples),
                sets,
                looks,
            )
            for arm in self.state.backends(case)
            if arm != baseline
        ]
        if decided(estimates, index, looks):
            self._end(case, "depth" if index == len(looks) - 1 else "decided")

    def _end_for_budget(self, set_s: float) -> None:
        """End every cell with an interval if the next set would end after the budget."""
        if self.ends is None or time.monotonic() + set_s <= self.ends:
            return
        for case in self.state.open_cells():
            if self.state.sets(case) >= _FEWEST_SETS:
                self._end(case, "budget")

    def _end(self, case: Case, why: str) -> None:
        sets = self.state.sets(case)
        self._record(CellEndRecord(case.id, sets, why))
        counts: defaultdict[str, int] = defaultdict(int)
        for sample in self.state.samples[case.id]:
            counts[sample.arm] += 1
        for backend in self.state.backends(case):
            self.case_measured(backend, case, counts[backend])
        self.view.step(f"{case.id}: {why}", units=self.plan.depth.looks[-1] - sets)

    def _begin_view(self) -> None:
        """Count in cells times sets; cells that end before the last look step over the rest."""
        last = self.plan.depth.looks[-1]
        left = sum(max(1, last - self.state.sets(case)) for case in self.state.open_cells())
        self.view.begin("timing", left, self.ends)

    def _memory_pass(self) -> None:
        todo = {
            backend: cases
            for backend in self.plan.backends
            if (
                cases := [
                    case
                    for case in self.plan.timed
                    if backend in self.state.backends(case)
                    and (backend, case.id) not in self.state.measured
                ]
            )
        }
        rng = np.random.default_rng((self.plan.seed, self.state.next_set, 1))
        memory = MemoryPass(self.inputs, self.journal, self.view, self.plan.deadline_s)
        memory.run(todo, self.at_once, lambda name: self.start(name, rng))
