"""The gate closes on a certain slowdown beyond its bound, where it may, and on nothing else."""

from __future__ import annotations

import dataclasses
import json
from xml.etree import ElementTree

import pytest

from harness.reporting.between_runs import performance_gate, performance_outputs
from harness.reporting.between_runs.comparison import compare
from harness.reporting.between_runs.performance_gate import examine
from harness.reporting.between_runs.timed_run import read_timed_run
from harness.running.selftest import store
from harness.timing.selftest import Trial, evaluate
from harness.timing.statistics import Answer, Estimate


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    """This machine is the one of the synthetic runs."""
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "cache"))
    machine = {"processor": "a processor", "cores": 2, "host": "here", "adjudge": "1"}
    monkeypatch.setattr(store, "this_machine", lambda: machine)
    monkeypatch.setattr(performance_gate.store, "this_machine", lambda: machine)


@pytest.fixture
def trusted():
    """``trusted(alarms)``: keep a self-test of this machine with so many false alarms of 200."""

    def keep(alarms=0):
        def found(answer, ratio):
            return Estimate(ratio, ratio - 0.01, ratio + 0.01, answer, 16, 80, 0.5, 0.005)

        identical = [Answer.SLOWER] * alarms + [Answer.EQUIVALENT] * (200 - alarms)
        trials = [Trial(0.0, 1.0, 1e-3, found(a, 1.0)) for a in identical]
        trials += [Trial(0.02, 1.02, 1e-3, found(Answer.SLOWER, 1.02))] * 200
        findings = evaluate(trials, (6, 10, 16))
        store.keep(store.SelfTest(findings, store.this_machine(), 1.0, 600.0, 1, False, 0.1))

    return keep


def gate(folders, bound=1.05):
    return examine(compare(*map(read_timed_run, folders)), bound)


def test_a_certain_slowdown_beyond_the_bound_closes_it(two_runs, trusted):
    trusted()
    found = gate(two_runs({("fast", 8): 1.2}))
    assert found.closed
    assert [(c.backend, c.case) for c in found.slowdowns] == [
        ("fast", "toy.square:gradient:n=8:float64:generic-0")
    ]
    assert found.undecided == ()


@pytest.mark.parametrize("factor", [0.5, 1.0, 1.03, 1.049])
def test_what_stays_below_the_bound_does_not(two_runs, trusted, factor):
    trusted()
    found = gate(two_runs({("fast", 8): factor}))
    assert not found.closed
    assert found.slowdowns == ()


def test_a_slowdown_that_is_resolved_but_not_beyond_the_bound_is_undecided(two_runs, trusted):
    """1.051 is slower than 1 for certain, and than 1.05 not."""
    trusted()
    found = gate(two_runs({("fast", 8): 1.051}))
    assert not found.closed
    assert [c.backend for c in found.undecided] == ["fast"]
    assert found.undecided[0].answer is Answer.SLOWER


def test_the_bound_counts(two_runs, trusted):
    trusted()
    folders = two_runs({("fast", 8): 1.2})
    assert not gate(folders, bound=1.3).closed
    assert gate(folders, bound=1.15).closed


def test_without_a_self_test_it_is_advisory(two_runs):
    found = gate(two_runs({("fast", 8): 1.2}))
    assert found.slowdowns
    assert found.advisory
    assert not found.closed
    assert "adjudge selftest" in found.reservations[0]


def test_a_self_test_that_failed_does_not_support_it(two_runs, trusted):
    trusted(alarms=30)
    found = gate(two_runs({("fast", 8): 1.2}))
    assert not found.closed
    assert any("false alarms 15.0%" in reason for reason in found.reservations)


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"environment__processor__model": "another"}, "another machine"),
        ({"environment__processor__model": "another"}, "not made on the machine"),
        ({"versions__numpy_manual": {"lib": "2.0"}}, "other versions"),
    ],
)
def test_what_else_makes_it_advisory(two_runs, trusted, edit, told):
    trusted()
    found = gate(two_runs({("fast", 8): 1.2}, **edit))
    assert not found.closed
    assert any(told in reason for reason in found.reservations)


def test_a_run_whose_duplicate_misled_makes_it_advisory(two_runs, trusted):
    trusted()
    found = gate(two_runs({("fast", 8): 1.2, ("a/a", 8): 1.5, ("a/a", 64): 1.5}))
    assert any("different from itself in 2 of 2" in reason for reason in found.reservations)


def test_backends_may_be_chosen(two_runs, trusted):
    trusted()
    before, after = (read_timed_run(f).restricted(["slow"]) for f in two_runs({("fast", 8): 1.2}))
    found = examine(compare(before, after), 1.05)
    assert {c.backend for c in found.comparison.cells} == {"slow"}
    assert not found.closed


def test_every_output_tells_the_slowdown(two_runs, trusted, tmp_path):
    trusted()
    found = gate(two_runs({("fast", 8): 1.2}))
    case = "toy.square:gradient:n=8:float64:generic-0"
    assert performance_outputs.headline(found).startswith("performance gate closed: 4 ratios")
    (line,) = performance_outputs.lines(found)
    assert line.startswith(f"slowdown: fast: {case}: 1.20×")

    path = tmp_path / "gate.xml"
    performance_outputs.write_junit(found, path)
    suite = ElementTree.parse(path).getroot()[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("4", "1", "0")
    (failed,) = suite.findall("testcase[failure]")
    assert failed.get("name") == case

    assert "| ▼ slower |" in performance_outputs.markdown(found)
    (annotation,) = performance_outputs.slowdown_annotations(found)
    assert annotation.startswith("::error title=fast%3A slower::")
    told = json.loads(performance_outputs.as_json(found))
    assert (told["open"], told["advisory"], told["bound"]) == (False, False, 1.05)
    assert told["slowdowns"] == [{"backend": "fast", "case": case}]


def test_an_advisory_gate_fails_nowhere(two_runs, tmp_path):
    found = gate(two_runs({("fast", 8): 1.2}))
    path = tmp_path / "gate.xml"
    performance_outputs.write_junit(found, path)
    suite = ElementTree.parse(path).getroot()[0]
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    (annotation,) = performance_outputs.slowdown_annotations(found)
    assert annotation.startswith("::warning ")
    assert "advisory" in performance_outputs.headline(found)
    assert any(line.startswith("advisory: ") for line in performance_outputs.lines(found))


def test_more_slowdowns_than_are_shown_are_counted(two_runs, trusted):
    trusted()
    found = gate(two_runs({("fast", 8): 1.2}))
    many = dataclasses.replace(found, slowdowns=found.slowdowns * 15)
    told = list(performance_outputs.slowdown_annotations(many))
    assert len(told) == 10
    assert "6 slowdowns more" in told[-1]
