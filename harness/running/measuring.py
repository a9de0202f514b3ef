"""The timing phase: set after set of fresh workers, until every cell is decided or time is up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from harness.contract import Case
from harness.running.plan import Plan
from harness.running.progress import View
from harness.running.records import CellEndRecord
from harness.running.timing_log import TimingLog
from harness.running.timing_set import TimingSets
from harness.timing.schedule import look_at
from harness.timing.statistics import decided, estimate, log_ratios

__all__ = ["Measuring"]

_FEWEST_SETS = 2
"""Without a second set there is no interval: the budget does not end a cell before."""


@dataclass
class Measuring:
    """The phase. ``ends`` is when the budget is spent (``time.monotonic``), None: never."""

    plan: Plan
    log: TimingLog
    sets: TimingSets
    view: View
    ends: float | None
    case_measured: Callable[[str, Case, int], None]

    def run(self) -> None:
        """Run sets while a cell is open and there is time for them."""
        state = self.log.state
        self._begin_view()
        self._end_hopeless_cells()
        for case in state.open_cells():
            # A run that is resumed may have been interrupted between a set and its look.
            self._end_if_due(case)
        while cells := state.open_cells():
            began = time.monotonic()
            self.sets.run(cells, self._cell_done)
            self._end_hopeless_cells()
            self._end_for_budget(time.monotonic() - began)
        self.view.end(f"{state.next_set} sets")

    def _cell_done(self, case: Case) -> None:
        """One more set of the cell is on disk."""
        self._end_if_due(case)
        self.view.step(case.id)

    def _end_if_due(self, case: Case) -> None:
        """End the cell if a look is due and every arm has its answer, or if it was the last."""
        looks, sets = self.plan.depth.looks, self.log.state.sets(case)
        last = len(looks) - 1
        index = last if sets >= looks[last] else look_at(sets, looks)
        if index is not None and self._is_decided(case, sets, index):
            self._end(case, "depth" if index == last else "decided")

    def _is_decided(self, case: Case, sets: int, look_index: int) -> bool:
        looks, baseline = self.plan.depth.looks, self.plan.baseline
        samples = self.log.state.samples[case.id]
        counts = Counter(sample.arm for sample in samples)
        estimates = [
            estimate(log_ratios(samples, arm, baseline), counts[arm], sets, looks)
            for arm in self.log.state.backends(case)
            if arm != baseline
        ]
        return decided(estimates, look_index, looks)

    def _end_hopeless_cells(self) -> None:
        """End the cells in which nobody is left."""
        for case in self.log.state.open_cells():
            if not self.log.state.backends(case):
                self._end(case, "nothing-to-time")

    def _end_for_budget(self, set_s: float) -> None:
        """End every cell with an interval if the next set would end after the budget."""
        if self.ends is None or time.monotonic() + set_s <= self.ends:
            return
        for case in self.log.state.open_cells():
            if self.log.state.sets(case) >= _FEWEST_SETS:
                self._end(case, "budget")

    def _end(self, case: Case, why: str) -> None:
        state = self.log.state
        sets = state.sets(case)
        self.log.record(CellEndRecord(case.id, sets, why))
        counts = Counter(sample.arm for sample in state.samples[case.id])
        for backend in state.backends(case):
            self.case_measured(backend, case, counts[backend])
        self.view.step(f"{case.id}: {why}", units=self.plan.depth.looks[-1] - sets)

    def _begin_view(self) -> None:
        """Count in cells times sets; cells that end before the last look step over the rest."""
        last = self.plan.depth.looks[-1]
        left = sum(max(1, last - self.log.state.sets(case)) for case in self.log.state.open_cells())
        self.view.begin("timing", left, self.ends)
