"""The timing phase: set after set of fresh workers, until every cell is decided or time is up."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from harness.contract import Case
from harness.running.audit import ROUNDS, AuditCell
from harness.running.pacing import Pacing
from harness.running.plan import Plan
from harness.running.progress import View
from harness.running.records import CellEndRecord
from harness.running.timing_log import TimingLog
from harness.running.timing_set import TimingSets
from harness.timing.schedule import look_at
from harness.timing.statistics import decided

__all__ = ["Measuring"]


@dataclass
class Measuring:
    """The phase."""

    plan: Plan
    log: TimingLog
    sets: TimingSets
    pacing: Pacing
    view: View
    case_measured: Callable[[str, Case, int], None]

    def run(self) -> None:
        """Run sets while a cell is open and there is time for them."""
        state, pacing = self.log.state, self.pacing
        began = time.monotonic()
        self._begin_view()
        self._end_hopeless_cells()
        for case in state.open_cells():
            # A run that is resumed may have been interrupted between a set and its look.
            self._end_if_due(case)
        while state.open_cells():
            following = pacing.next_set()
            for case in following.ended:
                self._end(case, "budget")
            if following.cells:
                self.sets.run(following.cells, following.rounds, pacing.until, self._cell_done)
                self._end_hopeless_cells()
        cells, until = pacing.audit(began)
        if cells:
            self.sets.run(cells, ROUNDS, until, lambda case: None, AuditCell)
        elif self.plan.depth.audit and not state.is_audited and self.plan.timed:
            self.view.notice(
                "nothing was audited for carry-over: its share of the time is too short"
            )
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
        if index is not None and decided(self.pacing.estimates(case), index, looks):
            self._end(case, "depth" if index == last else "decided")

    def _end_hopeless_cells(self) -> None:
        """End the cells in which nobody is left."""
        for case in self.log.state.open_cells():
            if not self.log.state.backends(case):
                self._end(case, "nothing-to-time")

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
        ends = self.pacing.ends
        self.view.begin("timing", left, ends)
