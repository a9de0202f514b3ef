"""The self-test is planned over three decades, and goes the whole way through real workers."""

from __future__ import annotations

import dataclasses
import os

import pytest

from harness import plugins
from harness.errors import UsageError
from harness.reporting.selftest import findings_of
from harness.running.journal import read_journal
from harness.running.progress import QuietView
from harness.running.records import A_A, SampleRecord, VerdictRecord
from harness.running.run_folder import create_folder
from harness.running.selftest import trials, workload
from harness.running.selftest.trials import carry_out, plan_trials
from harness.timing.schedule import DEFAULT, Depth

TINY = Depth("tiny", looks=(2,), rounds=2, sample_s=2e-4, budget_s=None, most_sizes=None)


@pytest.fixture
def steps(monkeypatch):
    """Steps of a known duration, so that what is planned does not hang on this machine."""
    seconds = {"interpreter": 1.5e-8, "dispatch": 3e-7, "level-1": 5e-7, "level-2": 3e-6}
    monkeypatch.setattr(workload, "step_s", seconds.__getitem__)
    monkeypatch.setattr(workload, "overhead_s", lambda name: 5e-7)
    return seconds


def test_cells_go_from_20_microseconds_to_20_milliseconds(steps):
    planned = plan_trials(200, seed=1)
    lasting = [100 * c.steps * steps[c.workload] for c in planned.cells]
    assert len({c.case for c in planned.cells}) == len(planned.plan.timed) == 200
    assert min(lasting) == pytest.approx(20e-6, rel=0.2)
    assert max(lasting) == pytest.approx(20e-3, rel=0.05)
    assert {c.workload for c in planned.cells} == set(workload.WIDTHS)
    assert sum(s < 200e-6 for s in lasting) == pytest.approx(200 / 3, abs=8)


def test_looks_rounds_and_samples_are_those_of_a_default_bench(steps):
    depth = plan_trials(4, seed=1).plan.depth
    assert (depth.looks, depth.rounds, depth.sample_s) == (
        DEFAULT.looks,
        DEFAULT.rounds,
        DEFAULT.sample_s,
    )


def test_a_quick_one_ends_within_two_minutes_and_a_default_one_within_fifteen(steps):
    assert plan_trials(trials.QUICK_CELLS, 1, quick=True).most_s <= 120
    assert plan_trials(trials.CELLS, 1).most_s <= 15 * 60


def test_no_cells_are_refused(steps):
    with pytest.raises(UsageError, match="at least 1"):
        plan_trials(0, seed=1)


def test_it_goes_the_way_of_a_bench(steps, tmp_path, monkeypatch):
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "cache"))
    planned = plan_trials(1, seed=1)
    planned = dataclasses.replace(planned, plan=dataclasses.replace(planned.plan, depth=TINY))
    folder = create_folder(tmp_path)
    carry_out(planned, folder, QuietView())
    assert not {plugins.MODULES, workload.CELLS} & os.environ.keys()
    assert workload.BASELINE not in plugins.load().backends

    records = read_journal(folder)
    verdicts = [r for r in records if isinstance(r, VerdictRecord)]
    assert [r.kind for r in verdicts] == ["ok"] * 4
    samples = [r for r in records if isinstance(r, SampleRecord)]
    arms = {workload.BASELINE, A_A, *workload.ARMS}
    assert {(s.arm, s.set_index) for s in samples} == {(a, i) for a in arms for i in (0, 1)}

    found = findings_of(folder, planned.cells, planned.overheads_s)
    assert found.cells == 1
    assert [e.effect for e in found.effects] == [0.0, 0.02, 0.05]
    assert all(e.covered.trials == 1 for e in found.effects)
    assert 0 < found.correction < 0.05
