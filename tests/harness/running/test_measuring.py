"""When cells end: by decision at a look, at the last look, by budget, or for want of an arm."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.contract import Case
from harness.running.journal import Journal, read_journal
from harness.running.measuring import Measuring
from harness.running.pacing import Pacing
from harness.running.plan import Plan
from harness.running.progress import QuietView
from harness.running.records import (
    A_A,
    RETRACE,
    CellEndRecord,
    FirstCallRecord,
    SampleRecord,
    StartUpRecord,
    TimingFailureRecord,
    VerdictRecord,
)
from harness.running.set_costs import CellCost, SetCosts
from harness.running.timing_log import TimingLog
from harness.running.timing_state import TimingState
from harness.timing.schedule import Depth

GRADIENT = "lone:gradient:n={},batch={}:float64:generic-0"
CASE = Case.parse(GRADIENT.format(8, 1))
DEPTH = Depth("test", looks=(2, 4, 6), rounds=1, sample_s=1e-3, budget_s=None, most_sizes=None)


def plan_of(*cases, depth=DEPTH):
    timed = tuple(Case.parse(case) if isinstance(case, str) else case for case in cases)
    return Plan(("base", "other"), timed, timed, baseline="base", depth=depth)


def verdict(backend, case, kind="ok"):
    nan = math.nan
    return VerdictRecord(
        backend, "", str(case), kind, "test", "", nan, nan, nan, nan, nan, False, "", 0.0
    )


def sample(arm, case, set_index, wall_s):
    backend = "base" if arm == A_A else arm
    return SampleRecord(backend, arm, case.id, set_index, 0, 0, 1, wall_s, wall_s, 0, 0.0)


START_UP_S, CELL_S = 2.0, 8.0


class Sets:
    """Stands in for workers: each set of a cell gives the ratio that ``ratio(set)`` says.

    With a clock, a set takes ``START_UP_S`` and ``CELL_S`` for each cell, whatever the rounds.
    """

    def __init__(self, log, ratio, costs, clock=None, fails=()):
        self.log, self.ratio, self.costs, self.clock, self.fails = log, ratio, costs, clock, fails
        self.ran = []

    def run(self, cells, rounds, until, cell_done):
        index = self.log.state.next_set
        self.ran.append([case.id for case in cells])
        self.log.record(StartUpRecord("base", index, 0.1, 0.1))
        if self.clock is not None:
            self.clock[0] += START_UP_S
            self.costs.started(START_UP_S)
        for case in cells:
            arms = self.log.state.arms(case)
            if "other" in arms and "other" in self.fails:
                self.log.fail(index, "other", case, "crashed", "planted")
            elif arms:
                ratios = {arm: self.ratio(index) if arm == "other" else 1.0 for arm in arms}
                self.log.record(*(sample(arm, case, index, t) for arm, t in ratios.items()))
            if self.clock is not None:
                self.clock[0] += CELL_S
                self.costs.ran(case, CellCost(0.0, 0.0, CELL_S))
            cell_done(case)


@pytest.fixture
def measure(registry, tmp_path):
    """Run the phase on stand-ins; return the ends of cells, the sets, and what was told."""
    journals = []

    def measure(plan, ratio, *, verdicts=None, ends=None, clock=None, fails=(), before=()):
        journal = Journal(tmp_path)
        journals.append(journal)
        records = verdicts or [verdict(b, case.id) for b in plan.backends for case in plan.timed]
        state = TimingState(plan, registry.problems, [*records, *before])
        log = TimingLog(journal, state)
        costs = SetCosts(at_once=2, sample_s=plan.depth.sample_s)
        sets = Sets(log, ratio, costs, clock, fails)
        pacing, told = Pacing(plan, state, costs, ends), []
        Measuring(plan, log, sets, pacing, QuietView(), lambda *facts: told.append(facts)).run()
        written = [r for r in read_journal(tmp_path) if isinstance(r, CellEndRecord)]
        return {end.case: (end.sets, end.why) for end in written}, sets, told

    yield measure
    for journal in journals:
        journal.close()


def noisy(seed, scale, center=1.0):
    values = center * np.exp(scale * np.random.default_rng(seed).standard_normal(100))
    return lambda set_index: float(values[set_index])


def test_a_clear_difference_ends_the_cell_at_the_first_look(measure):
    # Twice as slow, to a tenth of a per cent.
    ends, _, told = measure(plan_of(CASE), noisy(0, 1e-3, center=2.0))
    assert ends == {CASE.id: (2, "decided")}
    assert told == [("base", CASE, 2), ("other", CASE, 2)]


def test_what_stays_unresolved_goes_on_to_the_last_look(measure):
    # Scatter of a third, centred on no difference: neither different nor equivalent to 2 %.
    ends, _, _ = measure(plan_of(CASE), noisy(1, 0.3))
    assert ends == {CASE.id: (6, "depth")}


def test_a_cell_is_not_ended_between_looks(measure):
    # Undecided at 2; decided by 3 already, had anyone looked; ended at 4.
    values = [1.0, 3.0, 2.0, 2.0, 2.0, 2.0]
    ends, _, _ = measure(
        plan_of(CASE, depth=Depth("wide", (2, 5, 6), 1, 1e-3, None, None)), values.__getitem__
    )
    assert ends[CASE.id][0] in (5, 6)


def test_cells_that_are_decided_leave_the_sets(measure):
    small = Case.parse(GRADIENT.format(2, 1))
    plan = plan_of(small, CASE)
    ends, sets, _ = measure(
        plan,
        noisy(0, 1e-3, center=2.0),
        verdicts=[verdict(b, c.id) for b in plan.backends for c in plan.timed],
    )
    assert ends == {small.id: (2, "decided"), CASE.id: (2, "decided")}
    assert sets.ran == [[small.id, CASE.id]] * 2


@pytest.fixture
def clock(monkeypatch):
    """A clock that only sets move, in seconds."""
    now = [0.0]
    monkeypatch.setattr("harness.running.pacing.time.monotonic", lambda: now[0])
    monkeypatch.setattr("harness.running.measuring.time.monotonic", lambda: now[0])
    return now


def test_the_budget_ends_a_cell_whose_next_set_would_end_after_it(measure, clock):
    # Sets of 10 s: after three, the fourth would end at 40 s.
    ends, _, _ = measure(plan_of(CASE), noisy(1, 0.3), ends=35.0, clock=clock)
    assert ends == {CASE.id: (3, "budget")}
    assert clock[0] <= 35.0


def test_a_budget_that_is_spent_leaves_nothing_to_time(measure, clock):
    ends, sets, _ = measure(plan_of(CASE), noisy(1, 0.3), ends=-1.0, clock=clock)
    assert ends == {CASE.id: (0, "budget")}
    assert sets.ran == []


SMALL = Case.parse(GRADIENT.format(2, 1))
LONG = Depth("long", (6, 10, 16), rounds=1, sample_s=1e-3, budget_s=None, most_sizes=None)


def test_the_last_of_the_budget_goes_to_a_part_of_the_cells(measure, clock):
    # Sets of both cells take 18 s: two end at 36 s, and then there is time for one cell, not two.
    plan = plan_of(SMALL, CASE, depth=LONG)
    ends, sets, _ = measure(plan, noisy(1, 0.3), ends=48.0, clock=clock)
    assert ends == {SMALL.id: (3, "budget"), CASE.id: (2, "budget")}
    assert sets.ran == [[SMALL.id, CASE.id]] * 2 + [[SMALL.id]]
    assert clock[0] <= 48.0


def paced(registry, plan, before, ends):
    """What comes next when sets cost what those of ``Sets`` do, and ``before`` has been sampled."""
    verdicts = [verdict(b, case.id) for b in plan.backends for case in plan.timed]
    costs = SetCosts(at_once=2, sample_s=1e-3, start_up_s=START_UP_S)
    for case in plan.timed:
        costs.ran(case, CellCost(0.0, 0.0, CELL_S))
    return Pacing(plan, TimingState(plan, registry.problems, [*verdicts, *before]), costs, ends)


def sampled(case, *ratios):
    return [
        sample(arm, case, s, {"other": ratio}.get(arm, 1.0))
        for s, ratio in enumerate(ratios)
        for arm in ("base", A_A, "other")
    ]


def test_the_last_of_the_budget_goes_to_what_is_unresolved(registry, clock):
    """The smaller cell comes first in the plan, but after two sets its answer is clear."""
    before = [*sampled(SMALL, 2.0, 2.001), *sampled(CASE, 1.3, 0.8)]
    following = paced(registry, plan_of(SMALL, CASE, depth=LONG), before, ends=12.0).next_set()
    assert (following.cells, following.ended) == ((CASE,), (SMALL,))


def test_a_cell_is_looked_at_beside_its_looks_once_only(registry, clock):
    before = [*sampled(SMALL, 2.0, 1.4), *sampled(CASE, 1.3, 0.8)]
    pacing = paced(registry, plan_of(SMALL, CASE, depth=LONG), before, ends=12.0)
    assert pacing.next_set().cells == (SMALL,)
    # One more set, and it would look decided; but it has been looked at.
    for arm in ("base", A_A, "other"):
        pacing.state.take(sample(arm, SMALL, 2, 1.0))
    pacing.state.samples[SMALL.id] = sampled(SMALL, 2.0, 2.001, 2.0)
    assert pacing.next_set().cells == (SMALL,)


def test_what_lacks_one_set_for_an_interval_comes_first(registry, clock):
    before = [*sampled(SMALL, 2.0, 1.4), *sampled(CASE, 1.3)]
    following = paced(registry, plan_of(SMALL, CASE, depth=LONG), before, ends=12.0).next_set()
    assert (following.cells, following.ended) == ((CASE,), (SMALL,))


def test_a_cell_without_a_right_derivative_is_not_timed(measure):
    ends, sets, told = measure(
        plan_of(CASE),
        noisy(0, 1e-3),
        verdicts=[verdict("base", CASE.id, "wrong"), verdict("other", CASE.id, "inconclusive")],
    )
    assert ends == {CASE.id: (0, "nothing-to-time")}
    assert sets.ran == []
    assert told == []


def test_only_the_baseline_needs_no_more_than_the_first_look(measure):
    ends, _, _ = measure(
        plan_of(CASE),
        noisy(1, 0.3),
        verdicts=[verdict("base", CASE.id), verdict("other", CASE.id, "raised")],
    )
    assert ends == {CASE.id: (2, "decided")}


def test_a_cell_whose_arms_all_failed_ends(measure):
    ends, _, _ = measure(
        plan_of(CASE),
        noisy(0, 1e-3),
        verdicts=[verdict("base", CASE.id, "raised"), verdict("other", CASE.id)],
        fails=("other",),
    )
    assert ends == {CASE.id: (0, "nothing-to-time")}


def test_a_look_that_an_interruption_prevented_is_made_up_for(measure):
    before = [sample(arm, CASE, s, 1.0) for s in range(6) for arm in ("base", A_A, "other")]
    ends, sets, _ = measure(plan_of(CASE), noisy(1, 0.3), before=before)
    assert ends == {CASE.id: (6, "depth")}
    assert sets.ran == []


def states(registry, *records, cases=(CASE,)):
    return TimingState(plan_of(*cases), registry.problems, records)


def test_the_duplicate_comes_with_the_baseline_and_not_without(registry):
    both = states(registry, verdict("base", CASE.id), verdict("other", CASE.id, "convention"))
    assert list(both.arms(CASE)) == ["base", A_A, "other"]
    assert both.arms(CASE)[A_A] == "base"
    alone = states(registry, verdict("base", CASE.id, "wrong"), verdict("other", CASE.id))
    assert alone.arms(CASE) == {"other": "other"}


def test_a_retrace_costs_no_time_and_a_failed_duplicate_not_the_baseline(registry):
    state = states(
        registry,
        verdict("base", CASE.id),
        verdict("other", CASE.id),
        TimingFailureRecord("other", CASE.id, 0, RETRACE, "traced again"),
        TimingFailureRecord(A_A, CASE.id, 0, "crashed", "planted"),
    )
    assert state.backends(CASE) == ["base", "other"]
    state.take(TimingFailureRecord("other", CASE.id, 1, "timeout", "planted"))
    assert state.backends(CASE) == ["base"]


def test_larger_is_larger_in_some_dimension_and_smaller_in_none(registry):
    cases = [Case.parse(GRADIENT.format(n, b)) for n in (2, 8, 32) for b in (1, 5)]
    state = states(registry, cases=cases)
    failed = Case.parse(GRADIENT.format(8, 1))
    sizes = [case.size for case in state.larger("other", failed, "timeout")]
    assert sizes == ["n=8,batch=5", "n=32,batch=1", "n=32,batch=5"]
    assert state.larger("other", failed, "changed-result") == []


def test_the_first_calibration_holds(registry):
    def first_call(set_index, loops):
        return FirstCallRecord("base", CASE.id, set_index, 0, 0, 0, 0, 0, loops)

    state = states(registry, first_call(0, 100), first_call(1, 90))
    assert state.loops == {("base", CASE.id): 100}


def test_a_count_that_gave_far_too_short_samples_is_forgotten(registry):
    def first_call(set_index, loops):
        return FirstCallRecord("base", CASE.id, set_index, 0, 0, 0, 0, 0, loops)

    least = plan_of(CASE).depth.sample_s
    kept = states(registry, first_call(0, 1), sample("base", CASE, 0, 0.6 * least))
    assert kept.loops == {("base", CASE.id): 1}
    short = [first_call(0, 1), sample("base", CASE, 0, 0.4 * least)]
    assert states(registry, *short).loops == {}
    assert states(registry, *short, first_call(1, 90)).loops == {("base", CASE.id): 90}
