"""``adjudge gate --performance`` from the first word to the last."""

from __future__ import annotations

import json
import shutil

import pytest

from harness.cli import main
from harness.contract import Backend
from harness.plugins import BackendEntry, load
from harness.running import supervisor
from harness.running.selftest import store
from harness.timing.selftest import Trial, evaluate
from harness.timing.statistics import Answer, Estimate


@pytest.fixture
def here(monkeypatch, tmp_path):
    """The environment of runs that were made on this machine, which a self-test supports."""
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    found = Estimate(1.0, 0.99, 1.03, Answer.EQUIVALENT, 16, 80, 0.5, 0.005)
    slower = Estimate(1.02, 1.01, 1.03, Answer.SLOWER, 16, 80, 0.001, 0.005)
    trials = [Trial(0.0, 1.0, 1e-3, found)] * 200 + [Trial(0.02, 1.02, 1e-3, slower)] * 200
    machine = store.this_machine()
    test = store.SelfTest(evaluate(trials, (6, 10, 16)), machine, 1.0, 600.0, 1, False, 0.1)
    store.keep(test)
    return {"processor": {"model": machine["processor"], "logical_cores": machine["cores"]}}


def called(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main(["gate", "--performance", *words])
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


def test_a_slowdown_is_exit_code_1_and_in_every_output(run, here, capsys, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    before, after = run("a", 2.0, **here), run("b", 3.0, **here)
    junit, page = tmp_path / "gate.xml", tmp_path / "gate.md"
    words = ("--junit", str(junit), "--markdown", str(page), "--annotations")
    code, out, err = called(capsys, "--against", before, "--run", after, *words)
    assert code == 1
    assert err.startswith(
        "adjudge: performance gate closed: 1 ratio against a, 1 slower than 1.05×"
    )
    assert "slowdown: mine: toy:gradient:n=8" in out
    assert "::error title=mine%3A slower::" in out
    assert "<failure" in junit.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8") == summary.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "b" / "performance.json").read_text())["open"] is False


def test_no_slowdown_is_exit_code_0(run, here, capsys):
    before, after = run("a", 2.0, **here), run("b", 2.0, **here)
    code, out, _ = called(capsys, "--against", before, "--run", after)
    assert code == 0
    assert "performance gate open: 1 ratio against a, 0 slower" in out


def test_the_bound_can_be_moved(run, here, capsys):
    runs = ("--against", run("a", 2.0, **here), "--run", run("b", 3.0, **here))
    assert called(capsys, *runs, "--bound", "1.6")[0] == 0
    assert called(capsys, *runs, "--bound", "1.4")[0] == 1
    assert called(capsys, *runs, "--bound", "0.9")[0] == 2


def test_without_a_self_test_it_advises_and_says_so(run, here, capsys, tmp_path):
    shutil.rmtree(tmp_path / "cache")
    before, after = run("a", 2.0, **here), run("b", 3.0, **here)
    code, out, _ = called(capsys, "--against", before, "--run", after)
    assert code == 0
    assert "slowdown: mine" in out
    assert "advisory: no self-test of this machine is known" in out
    assert "performance gate advisory" in out
    code, out, _ = called(capsys, "--against", before, "--run", after, "--json")
    assert (code, json.loads(out)["advisory"]) == (0, True)


@pytest.mark.parametrize(
    "words",
    [
        ("--performance",),
        ("--performance", "--against", "a", "--suggest"),
        ("--performance", "--against", "a", "--problem", "lecture.chain"),
        ("--against", "a"),
        ("--bound", "1.1"),
    ],
)
def test_options_that_do_not_go_together_are_refused(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["gate", *words])
    assert ended.value.code == 2
    assert "--performance" in capsys.readouterr().err


def test_a_backend_that_the_run_does_not_time_is_refused(run, here, capsys):
    before = run("a", 2.0, **here)
    code, _, err = called(capsys, "--against", before, "--run", before, "--backend", "mined")
    assert code == 2
    assert "did you mean 'mine'" in err


def test_without_a_run_the_same_cells_are_timed_anew(run, here, capsys, tmp_path, monkeypatch):
    before, planned = run("a", 2.0, **here), []

    def carry_out(plan, folder, *_args, **_kwargs):
        planned.append(plan)
        shutil.copytree(run("fresh", 3.0, **here), folder, dirs_exist_ok=True)

    registry = load()
    for name in ("numpy_manual", "mine"):
        registry.backends[name] = BackendEntry(name, Backend, "test", (), "", "")
    monkeypatch.setattr("harness.plugins.load", lambda: registry)
    monkeypatch.setattr(supervisor, "run", carry_out)
    code, out, _ = called(capsys, "--against", before, "--results", str(tmp_path / "r"), "-q")
    assert code == 1
    assert "slowdown: mine" in out
    (plan,) = planned
    assert [case.id for case in plan.timed] == ["toy:gradient:n=8:float64:generic-0"]
    assert plan.cases == plan.timed
    assert plan.backends == ("numpy_manual", "mine")


def test_a_backend_that_is_gone_is_told(run, here, capsys, tmp_path):
    code, _, err = called(capsys, "--against", run("a", 2.0, **here), "-q")
    assert code == 2
    assert "no backend 'mine'" in err
