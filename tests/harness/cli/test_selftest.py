"""``adjudge selftest``: what it says, keeps and exits with; its trials are tested elsewhere."""

from __future__ import annotations

import json

import pytest

from harness.cli import main
from harness.reporting import selftest as reporting
from harness.running.selftest import store, trials, workload
from harness.timing.selftest import Trial, evaluate
from harness.timing.statistics import Answer, Estimate


def findings(alarms, cells=200):
    def estimate(answer, ratio):
        return Estimate(ratio, ratio - 0.003, ratio + 0.003, answer, 16, 80, 0.5, 0.005)

    identical = [Answer.SLOWER] * alarms + [Answer.EQUIVALENT] * (cells - alarms)
    return evaluate(
        [Trial(0.0, 1.0, 1e-3, estimate(answer, 1.0)) for answer in identical]
        + [
            Trial(effect, 1 + effect, 1e-3, estimate(Answer.SLOWER, 1 + effect))
            for effect in (0.02, 0.05)
            for _ in range(cells)
        ],
        (6, 10, 16),
    )


@pytest.fixture
def call(monkeypatch, tmp_path, capsys):
    """``call(findings, *words)``: the command, with trials that were found to be so."""
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(workload, "step_s", lambda name: 1e-7)
    monkeypatch.setattr(workload, "overhead_s", lambda name: 1e-7)
    planned = []
    monkeypatch.setattr(trials, "carry_out", lambda trial, *_: planned.append(trial))

    def call(found, *words):
        monkeypatch.setattr(reporting, "findings_of", lambda *_: found)
        with pytest.raises(SystemExit) as ended:
            main(["selftest", *words])
        captured = capsys.readouterr()
        return ended.value.code, captured.out, captured.err, planned[-1]

    return call


def test_it_says_what_is_found_and_keeps_it(call):
    code, out, err, planned = call(findings(2), "--seed", "7")
    assert code == 0
    assert "200 cells; this will take about" in err
    assert "false alarms    1.0" in out
    assert "a performance gate can be trusted here" in out
    assert (len(planned.cells), planned.plan.seed) == (200, 7)
    kept = store.best()
    assert kept is not None
    assert kept.findings.false_alarms.hits == 2


def test_an_untrustworthy_machine_is_no_failure_of_the_call(call):
    code, out, _, _ = call(findings(30), "--quiet")
    assert code == 0
    assert "cannot be trusted here: false alarms 15.0%" in out


def test_json_holds_every_rate_with_its_limits(call):
    code, out, _, planned = call(findings(2, cells=40), "--quick", "--json", "--quiet")
    told = json.loads(out)
    assert code == 0
    assert (len(planned.cells), told["quick"]) == (trials.QUICK_CELLS, True)
    (identical, *_) = told["findings"]["effects"]
    assert identical["different"]["hits"] == 2
    assert 0 < identical["different"]["low"] < 0.05 < identical["different"]["high"] < 0.2
    assert told["machine"] == store.this_machine()


def test_a_number_of_cells_that_cannot_be_is_refused(call, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["selftest", "--cells", "0"])
    assert ended.value.code == 2
