"""A timed run from end to end: whose turns are recorded, and who loses a time and why."""

from __future__ import annotations

import math
import shutil
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from harness.contract import TIMEABLE, VerdictKind
from harness.reporting.frames import load_run
from harness.running import supervisor
from harness.running.cell import Cell
from harness.running.folding import cases_from
from harness.running.journal import JOURNAL, read_journal
from harness.running.progress import QuietView
from harness.running.records import (
    A_A,
    CellEndRecord,
    FirstCallRecord,
    MemoryRecord,
    RunEndRecord,
    SampleRecord,
    StartUpRecord,
    ThreadsRecord,
    TimingFailureRecord,
    VerdictRecord,
)
from harness.running.run_folder import read_run_file
from harness.timing.schedule import Depth

BACKENDS = ("faulty_none", "faulty_sign", "faulty_drifts", "faulty_aborts_late")
SMALL = "tiny.cubes:jvp:n=2:float64:generic-0"
LARGE = "tiny.cubes:jvp:n=4:float64:generic-0"
GRADIENT = "tiny.cubes:gradient:n=4:float64:generic-0"


@pytest.fixture(scope="module")
def timed(plan_tiny, carry_out):
    plan = plan_tiny(*BACKENDS, problems=("tiny.cubes",), operators=("jvp", "gradient"))
    folder = carry_out(plan)
    return plan, folder, read_journal(folder)


@pytest.fixture(scope="module")
def samples(timed):
    return [record for record in timed[2] if isinstance(record, SampleRecord)]


@pytest.fixture(scope="module")
def failures(timed):
    return {(r.backend, r.case): r for r in timed[2] if isinstance(r, TimingFailureRecord)}


def test_no_time_without_a_verdict_that_allows_it(timed, samples):
    right = {
        (r.backend, r.case)
        for r in timed[2]
        if isinstance(r, VerdictRecord) and VerdictKind(r.kind) in TIMEABLE
    }
    assert {(s.backend, s.case) for s in samples} <= right
    assert ("faulty_sign", SMALL) not in right
    # … but where the same backend is right it is timed.
    assert ("faulty_sign", GRADIENT) in {(s.backend, s.case) for s in samples}


def test_every_arm_takes_one_turn_in_each_round(timed, samples):
    depth = timed[0].depth
    arms = {"faulty_none", A_A, *(b for b in BACKENDS if b != "faulty_none")}
    turns = Counter((s.arm, s.set_index, s.round_index) for s in samples if s.case == GRADIENT)
    rounds = [1 + max(r for _, s, r in turns if s == index) for index in range(depth.looks[-1])]
    # More than planned where that makes better use of what a set costs at its start.
    assert all(depth.rounds <= count <= 4 * depth.rounds for count in rounds)
    assert turns == dict.fromkeys(
        [(a, s, r) for a in arms for s, count in enumerate(rounds) for r in range(count)], 1
    )
    by_round = defaultdict(list)
    for sample in samples:
        if sample.case == GRADIENT:
            by_round[sample.set_index, sample.round_index].append(sample.position)
    assert all(sorted(positions) == list(range(len(arms))) for positions in by_round.values())


def test_the_duplicate_is_the_baseline_under_another_name(samples):
    assert {s.backend for s in samples if s.arm == A_A} == {"faulty_none"}
    assert all(s.backend == s.arm for s in samples if s.arm != A_A)


def test_loops_are_calibrated_and_shared_with_the_duplicate(samples):
    loops = defaultdict(set)
    for sample in samples:
        loops[sample.backend, sample.case, sample.set_index].add(sample.loops)
    assert all(len(counts) == 1 for counts in loops.values())
    # Calls of microseconds in samples of 0.2 ms: a count was needed, and found. (Where others are
    # at work, the two calls that calibration begins with may both have been interrupted.)
    assert any(min(counts) > 1 for counts in loops.values())
    assert all(s.wall_s > 0 and math.isfinite(s.cpu_s) for s in samples)


def test_the_rounds_of_cells_alternate(plan_tiny, carry_out, monkeypatch):
    turns = []
    turn = Cell._turn

    def noted(cell, arm, round_index, position):
        turns.append((cell.set_index, round_index, cell.case.id, arm))
        turn(cell, arm, round_index, position)

    monkeypatch.setattr(Cell, "_turn", noted)
    plan = plan_tiny("faulty_none", problems=("tiny.cubes",), operators=("jvp", "gradient"))
    carry_out(plan)
    cells, arms = len(plan.timed), 2
    assert cells > 1
    passes = [turns[n : n + cells * arms] for n in range(0, len(turns), cells * arms)]
    for one in passes:
        assert len({(set_index, round_index) for set_index, round_index, *_ in one}) == 1
        assert [case for *_, case, _ in one] == [c.id for c in plan.timed for _ in range(arms)]
    assert len(passes) >= plan.depth.looks[-1] * plan.depth.rounds


def test_a_worker_that_died_between_two_cells_costs_neither_its_times(
    plan_tiny, carry_out, monkeypatch
):
    take_round, killed = Cell.take_round, []

    def after_a_death(cell):
        if not killed:
            killed.append(cell.fleet.workers["faulty_none"].pid)
            cell.fleet.workers["faulty_none"].kill()
        take_round(cell)

    monkeypatch.setattr(Cell, "take_round", after_a_death)
    plan = plan_tiny("faulty_none", problems=("tiny.cubes",), operators=("jvp",))
    records = read_journal(carry_out(plan))
    assert killed
    assert not [r for r in records if isinstance(r, TimingFailureRecord)]
    timed = {(r.case, r.set_index) for r in records if isinstance(r, SampleRecord)}
    assert timed == {(c.id, s) for c in plan.timed for s in range(plan.depth.looks[-1])}


def test_a_failure_in_the_last_look_at_a_smaller_size_takes_the_larger_with_it(
    plan_tiny, carry_out, monkeypatch
):
    check = Cell._check

    def failing(cell, arm):
        if arm == "faulty_sign" and cell.case.size == "n=2":
            cell._drop(arm, "crashed", "planted")
        else:
            check(cell, arm)

    monkeypatch.setattr(Cell, "_check", failing)
    backends = ("faulty_none", "faulty_sign")
    plan = plan_tiny(*backends, problems=("tiny.cubes",), operators=("gradient",))
    records = read_journal(carry_out(plan))
    failed = {(r.backend, r.case, r.kind) for r in records if isinstance(r, TimingFailureRecord)}
    small = GRADIENT.replace("n=4", "n=2")
    assert failed == {
        ("faulty_sign", small, "crashed"),
        ("faulty_sign", GRADIENT, "smaller-failed"),
    }
    assert {r.backend for r in records if isinstance(r, SampleRecord)} == {"faulty_none"}


def test_what_is_wrong_when_timed_loses_its_time(samples, failures):
    for case in (SMALL, LARGE):
        failure = failures["faulty_drifts", case]
        assert failure.kind == "changed-result"
        assert "right when judged, wrong when timed" in failure.reason
        assert not [s for s in samples if (s.backend, s.case) == ("faulty_drifts", case)]


def test_a_crash_while_timing_costs_the_case_and_its_larger_sizes_only(samples, failures):
    crash = failures["faulty_aborts_late", SMALL]
    assert crash.kind == "crashed"
    assert "SIGABRT" in crash.reason
    assert failures["faulty_aborts_late", LARGE].kind == "smaller-failed"
    timed_elsewhere = {s.case for s in samples if s.backend == "faulty_aborts_late"}
    assert timed_elsewhere == {GRADIENT, GRADIENT.replace("n=4", "n=2")}
    assert set(failures) == {
        (backend, case)
        for backend in ("faulty_drifts", "faulty_aborts_late")
        for case in (SMALL, LARGE)
    }


def test_each_set_has_a_worker_of_its_own_for_each_backend(timed):
    start_ups = Counter((r.backend, r.set_index) for r in timed[2] if isinstance(r, StartUpRecord))
    assert start_ups == dict.fromkeys([(b, s) for b in BACKENDS for s in (0, 1)], 1)


def test_first_calls_are_recorded_apart(timed, samples):
    first = [r for r in timed[2] if isinstance(r, FirstCallRecord)]
    assert len(first) == len({(r.backend, r.case, r.set_index) for r in first})
    assert {(r.backend, r.case) for r in first} >= {(s.backend, s.case) for s in samples}
    assert all(r.first_call_s > 0 and r.second_call_s > 0 and r.conversion_s > 0 for r in first)
    assert all(r.compile_s == 0 for r in first)  # none of these backends prepares


def test_memory_is_measured_once_for_what_is_timed(timed, samples):
    memory = [(r.backend, r.case) for r in timed[2] if isinstance(r, MemoryRecord)]
    assert len(memory) == len(set(memory))
    assert set(memory) == {(s.backend, s.case) for s in samples}


def test_every_cell_ends_and_so_does_the_run(timed):
    ends = [r for r in timed[2] if isinstance(r, CellEndRecord)]
    assert sorted(e.case for e in ends) == sorted(case.id for case in timed[0].timed)
    assert {e.sets for e in ends} == {timed[0].depth.looks[-1]}
    end = timed[2][-1]
    assert isinstance(end, RunEndRecord)
    total = sum(r.wall_s for r in timed[2] if isinstance(r, SampleRecord))
    assert end.seconds_in_samples == pytest.approx(total)
    assert 0 < end.seconds_start_up < end.seconds_timing


def test_a_cell_and_set_is_written_as_one(timed):
    order = [(r.case, r.set_index) for r in timed[2] if isinstance(r, SampleRecord)]
    blocks = 1 + sum(a != b for a, b in pairwise(order))
    assert blocks == len(set(order))


def test_run_json_says_what_was_run_and_where(timed):
    content = read_run_file(timed[1])
    assert content["run"] == timed[1].name
    assert content["plan"]["baseline"] == "faulty_none"
    assert cases_from(content["plan"]["timed"]) == timed[0].timed
    assert content["plan"]["problems"]["tiny.cubes"]["sizes"]["n=4"] == {
        "dims": {"n": 4},
        "scale": 4,
    }
    assert content["seeds"] == {"turns": 1}
    assert set(content["versions"]) == set(BACKENDS)
    assert content["devices"]["faulty_none"] == "cpu"
    assert content["environment"]["workers"]["threads"] == 1


def test_a_hang_while_timing_costs_a_deadline(plan_tiny, carry_out):
    plan = plan_tiny("faulty_none", "faulty_hangs_late", operators=("jvp",), deadline_s=2.0)
    records = read_journal(carry_out(plan))
    (failure,) = [r for r in records if isinstance(r, TimingFailureRecord)]
    assert (failure.backend, failure.kind) == ("faulty_hangs_late", "timeout")
    assert "2 s" in failure.reason
    assert {r.arm for r in records if isinstance(r, SampleRecord)} == {"faulty_none", A_A}


def test_a_result_that_was_not_waited_for_cannot_be_timed(plan_tiny, carry_out):
    """A call of a microsecond returns a promise that takes 10 ms to keep, if one waits for it."""
    plan = plan_tiny("faulty_none", "faulty_asynchronous", operators=("jvp",))
    records = read_journal(carry_out(plan))
    taken = [
        r for r in records if isinstance(r, SampleRecord) and r.backend == "faulty_asynchronous"
    ]
    assert taken
    assert all(sample.wall_s >= 0.01 * sample.loops for sample in taken)
    # Two calls at least of the three (first, second, steady) are seen apart, each with its wait.
    first = [
        r for r in records if isinstance(r, FirstCallRecord) and r.backend == "faulty_asynchronous"
    ]
    assert all(min(r.first_call_s, r.second_call_s) >= 0.01 for r in first)


def test_calls_beyond_their_share_of_the_budget_are_not_timed(plan_tiny, carry_out, monkeypatch):
    # Nanoseconds for each call: nobody can keep to that.
    monkeypatch.setattr("harness.running.pacing._CALLS_IN_BUDGET", 10**11)
    depth = Depth("hasty", (2,), 1, 1e-4, budget_s=100.0, most_sizes=None)
    records = read_journal(carry_out(plan_tiny("faulty_none", operators=("jvp",), depth=depth)))
    failures = {r.backend: r.kind for r in records if isinstance(r, TimingFailureRecord)}
    assert failures["faulty_none"] == "too-slow"
    (end,) = [r for r in records if isinstance(r, CellEndRecord)]
    assert (end.sets, end.why) == (0, "nothing-to-time")


def test_cells_too_large_to_be_held_together_take_turns_apart(plan_tiny, carry_out, monkeypatch):
    monkeypatch.setattr("harness.running.timing_set._CHUNK_BYTES", 1)
    plan = plan_tiny("faulty_none", problems=("tiny.cubes",), operators=("gradient",))
    records = read_journal(carry_out(plan))
    cases = [case.id for case in plan.timed]
    assert len(cases) == 2
    turns = Counter((r.case, r.set_index) for r in records if isinstance(r, SampleRecord))
    assert turns.keys() == {(case, index) for case in cases for index in (0, 1)}
    assert min(turns.values()) >= 2 * plan.depth.rounds
    assert sorted(r.case for r in records if isinstance(r, MemoryRecord)) == sorted(cases)


@pytest.fixture(scope="module")
def audited(plan_tiny, carry_out):
    depth = Depth("audited", (2,), 2, 2e-4, budget_s=None, most_sizes=None, audit=True)
    plan = plan_tiny("faulty_none", "faulty_prints", operators=("jvp",), depth=depth)
    with pytest.MonkeyPatch.context() as patch:
        # A twentieth of so short a run is too little for one more set.
        patch.setattr("harness.running.pacing.SHARE", 1000.0)
        folder = carry_out(plan)
    return plan, folder, read_journal(folder)


def test_a_last_set_audits_what_taking_turns_does(audited):
    """Every backend alone, twice, and in turns between, in a set of its own and of one process."""
    records = [r for r in audited[2] if isinstance(r, SampleRecord)]
    kinds = defaultdict(set)
    for r in records:
        kinds[r.set_kind].add(r.set_index)
    assert kinds == {"turns": {0, 1}, "audit-alone": {2}, "audit-turns": {2}}
    counts = Counter((r.arm, r.set_kind) for r in records if r.set_kind != "turns")
    rounds = counts["faulty_none", "audit-turns"]
    assert counts == {
        (A_A, "audit-turns"): rounds,
        **{(b, "audit-turns"): rounds for b in audited[0].backends},
        **{(b, "audit-alone"): 2 * rounds for b in audited[0].backends},
    }
    # Alone is alone: nobody has a turn between.
    alone = [(r.arm, r.round_index) for r in records if r.set_kind == "audit-alone"]
    assert sorted(alone) == sorted((b, r) for b in audited[0].backends for r in range(2 * rounds))


def test_the_audit_is_in_the_frames_and_not_in_the_times(audited):
    run = load_run(audited[1])
    turns = [r for r in audited[2] if isinstance(r, SampleRecord) and r.set_kind == "turns"]
    for row in run.measurements.itertuples():
        assert row.sets == 2
        assert row.samples == sum(r.arm == row.backend for r in turns)
        assert 0 < row.carry_over_low <= row.carry_over <= row.carry_over_high
        assert row.is_carried_over in (True, False)


def test_a_run_that_is_resumed_is_not_audited_twice(audited, faulty_registry, tmp_path):
    folder = tmp_path / "resumed"
    shutil.copytree(audited[1], folder)
    lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
    (folder / JOURNAL).write_bytes(b"".join(lines[:-1]))  # without its end
    supervisor.resume(folder, QuietView(), registry=faulty_registry)
    records = read_journal(folder)
    assert isinstance(records[-1], RunEndRecord)
    assert len(records) == len(lines)


def test_the_threads_of_each_process_are_measured_once_and_told(audited):
    threads = [r for r in audited[2] if isinstance(r, ThreadsRecord)]
    assert sorted(r.backend for r in threads) == ["faulty_none", "faulty_prints"]
    for record in threads:
        assert record.asked == 1
        assert record.pools["process"] >= 1
        # NumPy's BLAS, as threadpoolctl finds it in the worker.
        assert all(n == 1 for pool, n in record.pools.items() if pool != "process")
    assert read_run_file(audited[1])["threads"] == {r.backend: r.pools for r in threads}
    frame = load_run(audited[1]).threads
    assert set(frame["backend"]) == {"faulty_none", "faulty_prints"}
    assert set(frame["asked"]) == {1}
