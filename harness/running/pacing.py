"""Pacing: which cells the next set takes and in how many rounds, so that the budget is kept.

Rounds are cheap beside what a set costs before its first turn, and only sets are independent. So
a set has as many rounds as make its start worth while, but no more than leave time for the sets
up to the next look. When not all open cells fit into what is left, the time goes to those that
are not resolved; the others end.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from harness.contract import Case
from harness.running.audit import SHARE, audited_cells
from harness.running.plan import Plan
from harness.running.set_costs import Cells, SetCosts
from harness.running.timing_state import TimingState
from harness.timing.schedule import look_at, one_more_look_is_paid
from harness.timing.statistics import CONFIDENCE, Answer, Estimate, estimate, log_ratios

__all__ = ["NextSet", "Pacing"]

_SHARE = 0.82
"""Of a set, start-up and first calls apart, that is to go into samples."""

_MOST = 4
"""No more rounds than so many times those of the depth."""

_CALLS_IN_BUDGET = 150
"""One call may take this part of the whole budget: more would leave too few for the others."""

_CALLS_IN_DEADLINE = 4
"""Making a case ready takes two calls, warming it two more, and each has one deadline."""

_UNEVEN = 3.0
"""A slow cell may take so many times its even share of a set before its rounds are cut."""

_FEWEST = 3
"""No fewer, unless the depth has: their median shrugs off one stall."""


@dataclass(frozen=True, slots=True)
class NextSet:
    """The cells of the next set and its rounds; ``ended`` are those for which no time is left."""

    cells: tuple[Case, ...]
    rounds: int
    ended: tuple[Case, ...]


@dataclass
class Pacing:
    """Decides set by set. ``ends`` is when the budget is spent (``time.monotonic``), or None."""

    plan: Plan
    state: TimingState
    costs: SetCosts
    ends: float | None
    _looked_at: set[Case] = field(default_factory=set)

    def next_set(self) -> NextSet:
        """What to run next; all open cells, while there is time for that."""
        open_cells = self.state.open_cells()
        self.costs.cell_s = self._cell_s(len(open_cells))
        cells = self._with_arms(open_cells)
        rounds = self._rounds(cells)
        if self.costs.forecast_s(cells, rounds) <= self.left_s:
            return NextSet(tuple(open_cells), rounds, ())
        return self._partial(open_cells)

    @property
    def call_s(self) -> float:
        """Seconds that one call may take, to be timed at all."""
        longest, budget_s = self.plan.deadline_s / _CALLS_IN_DEADLINE, self.plan.depth.budget_s
        return longest if budget_s is None else min(budget_s / _CALLS_IN_BUDGET, longest)

    def _cell_s(self, cells: int) -> float:
        """Seconds for all rounds of one of ``cells`` cells in a set."""
        depth = self.plan.depth
        if depth.budget_s is None:
            return math.inf
        return _UNEVEN * depth.budget_s / depth.looks[0] / max(1, cells)

    @property
    def left_s(self) -> float:
        """Seconds until sets must end: the budget's, less the audit's share."""
        if self.ends is None:
            return math.inf
        return self.ends - self._reserved_s - time.monotonic()

    @property
    def until(self) -> float:
        """When the next set is to be broken off (``time.monotonic``).

        The first set of a run, which compiles, may take half of the time: a second one is needed
        for any interval.
        """
        left_s = self.left_s
        return time.monotonic() + (left_s if self.state.next_set else left_s / 2)

    @property
    def _reserved_s(self) -> float:
        depth = self.plan.depth
        return SHARE * (depth.budget_s or 0.0) if depth.audit else 0.0

    def audit(self, since: float) -> tuple[list[Case], float]:
        """The cells to audit, and when to break off (``time.monotonic``).

        It takes its share of the budget or, without one, of the time ``since`` timing began.
        """
        depth, now = self.plan.depth, time.monotonic()
        seconds = SHARE * ((now - since) if depth.budget_s is None else depth.budget_s)
        until = now + seconds if self.ends is None else min(now + seconds, self.ends)
        cells = list(self.plan.timed) if depth.audit and not self.state.is_audited else []
        return audited_cells(cells, self.state, self.costs, until - now), until

    def estimates(self, case: Case) -> list[Estimate]:
        """What is known of every arm but the baseline."""
        samples, sets = self.state.samples[case.id], self.state.sets(case)
        counts = Counter(sample.arm for sample in samples)
        baseline, looks = self.plan.baseline, self.plan.depth.looks
        return [
            estimate(log_ratios(samples, arm, baseline), counts[arm], sets, looks)
            for arm in self.state.backends(case)
            if arm != baseline
        ]

    def _rounds(self, cells: Cells) -> int:
        planned = self.plan.depth.rounds
        rounds = max(planned, self.costs.rounds_for(cells, _SHARE, _MOST * planned))
        if self.ends is None:
            return rounds
        a_set = self.left_s / self._sets_to_a_look(list(cells))
        return max(min(_FEWEST, planned), self.costs.rounds_in(cells, a_set, rounds))

    def _sets_to_a_look(self, cases: Sequence[Case]) -> int:
        """The sets after which every one of ``cases`` has had its next look."""
        looks = self.plan.depth.looks
        done = [self.state.sets(case) for case in cases]
        return max(next((n for n in looks if n > sets), sets + 1) - sets for sets in done)

    def _partial(self, open_cells: Sequence[Case]) -> NextSet:
        """Not all fit: those that need a set most, as long as there is time, in few rounds."""
        rounds = min(_FEWEST, self.plan.depth.rounds)
        chosen: list[Case] = []
        for case in sorted(self._unresolved(open_cells), key=self._need):
            cells = self._with_arms([*chosen, case])
            if self.costs.forecast_s(cells, rounds) <= self.left_s:
                chosen.append(case)
        kept = frozenset(chosen)
        return NextSet(
            tuple(case for case in open_cells if case in kept),
            min(self.costs.rounds_in(self._with_arms(chosen), self.left_s, self._most), self._most),
            tuple(case for case in open_cells if case not in kept),
        )

    @property
    def _most(self) -> int:
        return _MOST * self.plan.depth.rounds

    def _unresolved(self, open_cells: Sequence[Case]) -> list[Case]:
        """Without the cells whose arms all have an answer by now, where one may look.

        Each cell is looked at once at most, so that the levels of all looks add up to α.
        """
        return [case for case in open_cells if not self._is_resolved(case)]

    def _is_resolved(self, case: Case) -> bool:
        sets, looks = self.state.sets(case), self.plan.depth.looks
        if sets < 2 or case in self._looked_at or look_at(sets, looks) is not None:
            return False
        if not one_more_look_is_paid(sets, looks, 1 - CONFIDENCE):
            return False
        self._looked_at.add(case)
        return all(e.answer is not Answer.UNRESOLVED for e in self.estimates(case))

    def _need(self, case: Case) -> int:
        """First what lacks one set to have an interval, then what was never timed, then the rest.

        Between equals the plan's order holds: small sizes before large.
        """
        return {1: 0, 0: 1}.get(self.state.sets(case), 2)

    def _with_arms(self, cases: Sequence[Case]) -> Cells:
        return {case: self.state.arms(case) for case in cases}
