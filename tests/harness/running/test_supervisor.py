"""The supervisor: no AD library in its process, hooks that are told and may fail, both engines."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from harness.contract import VerdictKind, hookimpl
from harness.plugins import load
from harness.running import supervisor
from harness.running.journal import read_journal
from harness.running.planning import make_plan
from harness.running.progress import QuietView
from harness.running.records import SampleRecord, VerdictRecord
from harness.running.run_folder import create_folder, read_run_file
from harness.running.selection import Selection

LIBRARIES = {"pytorch": "torch", "jax": "jax", "autograd": "autograd"}

SCRIPT = """
import sys
from pathlib import Path
from harness.running import supervisor
from harness.running.run_folder import create_folder
from harness.running.planning import make_plan
from harness.running.progress import QuietView
from harness.running.selection import Selection
from harness.plugins import load
from harness.timing.schedule import Depth

depth = Depth("tiny", (2,), 1, 1e-4, None, None)
selection = Selection(
    tuple(sys.argv[3:]), ("lecture.log_sqrt",), ("gradient",), ("float64",), (), ("generic-0",)
)
plan = make_plan(load(), selection, depth=depth, measure=sys.argv[2] == "timed")
supervisor.run(plan, create_folder(Path(sys.argv[1]), "run"), QuietView())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize(
    ("phases", "backends"), [("judged", ("pytorch", "jax", "autograd")), ("timed", ("autograd",))]
)
def test_the_supervisor_imports_no_ad_library(tmp_path, phases, backends):
    for backend in backends:
        if importlib.util.find_spec(LIBRARIES[backend]) is None:
            pytest.skip(f"{LIBRARIES[backend]} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), phases, *backends],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    records = read_journal(tmp_path / "run")
    # The libraries have been at work …
    judged = {(r.backend, r.kind) for r in records if isinstance(r, VerdictRecord)}
    assert judged >= {(backend, "ok") for backend in backends}
    if phases == "timed":
        assert set(backends) <= {r.arm for r in records if isinstance(r, SampleRecord)}
    # … and not in this process.
    assert set(done.stdout.split()).isdisjoint(LIBRARIES.values())


class Witness:
    """Remembers what it is told."""

    def __init__(self):
        self.told = []

    @hookimpl
    def run_started(self, run):
        self.told.append(("started", (run / "run.json").exists()))

    @hookimpl
    def case_judged(self, backend, case, verdict):
        self.told.append(("judged", backend, case.operator, verdict.kind))

    @hookimpl
    def case_measured(self, backend, case, samples):
        self.told.append(("measured", backend, case.operator, samples))

    @hookimpl
    def run_finished(self, run):
        self.told.append(("finished", read_journal(run)[-1].type))


class Notices(QuietView):
    def __init__(self):
        super().__init__()
        self.lines = []

    def notice(self, line):
        self.lines.append(line)


def run(plan, folder, *plugins):
    view = Notices()
    registry = load(*((f"plugin-{i}", plugin) for i, plugin in enumerate(plugins)))
    supervisor.run(plan, create_folder(folder), view, registry=registry)
    return view


def test_hooks_are_told_in_order(plan_tiny, tmp_path):
    witness = Witness()
    plan = plan_tiny("faulty_none", operators=("value", "jvp"))
    run(plan, tmp_path, witness)
    (folder,) = tmp_path.iterdir()
    samples = [r for r in read_journal(folder) if isinstance(r, SampleRecord)]
    taken = sum(r.arm == "faulty_none" for r in samples)
    assert taken >= plan.depth.looks[-1] * plan.depth.rounds
    assert witness.told == [
        ("started", True),
        ("judged", "faulty_none", "value", VerdictKind.OK),
        ("judged", "faulty_none", "jvp", VerdictKind.OK),
        ("measured", "faulty_none", "jvp", taken),
        ("finished", "run-end"),
    ]


def test_a_hook_that_fails_costs_a_notice(plan_tiny, tmp_path):
    @hookimpl
    def case_judged(backend, case, verdict):
        raise RuntimeError("planted")

    plan = plan_tiny("faulty_none", operators=("value",), measure=False)
    view = run(plan, tmp_path, SimpleNamespace(case_judged=case_judged))
    assert "a plug-in failed in case_judged: RuntimeError: planted" in view.lines


def test_an_oracle_that_fails_decides_nothing(plan_tiny, faulty_registry, tmp_path):
    class NoJudge:
        def judge(self, *args):
            raise ZeroDivisionError("planted")

    folder = create_folder(tmp_path)
    plan = plan_tiny("faulty_none", operators=("value",))
    supervisor.run(plan, folder, QuietView(), registry=faulty_registry, judge=NoJudge())
    (verdict,) = [r for r in read_journal(folder) if isinstance(r, VerdictRecord)]
    assert verdict.kind == "inconclusive"
    assert verdict.reason == "the judge failed: ZeroDivisionError: planted"


def test_a_backend_that_does_not_start_costs_its_cases(plan_tiny, carry_out, monkeypatch):
    plan = plan_tiny("faulty_none", operators=("value", "jvp"), measure=False)
    broken = json.loads(json.dumps(plan.to_json()))
    broken["backends"] = ["faulty_missing", "faulty_none"]
    records = read_journal(carry_out(type(plan).from_json(broken)))
    by_backend = {(r.backend, r.kind) for r in records if isinstance(r, VerdictRecord)}
    assert by_backend == {("faulty_missing", "raised"), ("faulty_none", "ok")}
    assert all(
        "did not start" in r.reason and "no_such_library_anywhere" in r.reason
        for r in records
        if isinstance(r, VerdictRecord) and r.backend == "faulty_missing"
    )


def test_a_third_party_backend_is_judged_and_timed_like_any(tmp_path):
    if importlib.util.find_spec("adjudge_complex_step") is None:
        pytest.skip("adjudge_complex_step is not installed: pip install ./tests/plugins/…")
    from harness.timing.schedule import Depth

    registry = load()
    selection = Selection(
        ("complex_step",), ("lecture.log_sqrt",), ("jvp",), ("float64",), (), ("generic-0",)
    )
    depth = Depth("tiny", (2,), 2, 2e-4, None, None)
    plan = make_plan(registry, selection, depth=depth)
    folder = create_folder(tmp_path)
    supervisor.run(plan, folder, QuietView(), registry=registry)
    records = read_journal(folder)
    verdicts = {r.backend: r.kind for r in records if isinstance(r, VerdictRecord)}
    assert verdicts == {"numpy_manual": "ok", "complex_step": "ok"}
    arms = {r.arm for r in records if isinstance(r, SampleRecord)}
    assert arms == {"numpy_manual", "a/a", "complex_step"}
    assert registry.backends["complex_step"].plugin == "complex-step"
    assert any("baseline" in line for line in read_run_file(folder)["notices"])
