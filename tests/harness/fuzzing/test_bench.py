"""What a backend does to its process costs the case that it was on, and is a finding."""

from __future__ import annotations

import importlib.util
import pickle

import pytest

from harness.contract import Evaluation, Failure, Operator, VerdictKind
from harness.fuzzing.bench import Bench, Worker
from harness.plugins import load


@pytest.fixture
def faulty(monkeypatch, tmp_path):
    """The registry with the faulty backends of tests/plugins in it."""
    if importlib.util.find_spec("adjudge_faulty") is None:
        pytest.skip("adjudge_faulty is not installed: pip install ./tests/plugins/faulty")
    monkeypatch.setenv("ADJUDGE_FAULTY", "1")
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path))
    return load()


def test_a_crash_costs_one_case_and_the_rest_is_asked_of_a_new_worker(faulty, specimen):
    drawn = specimen(("array_api.exp", ("array_api.sin", "x")), x=[0.5, 1.5])
    worker = Worker("faulty_aborts", 60.0)
    with Bench(faulty, "faulty_aborts", worker) as bench:
        judged = bench.judged(drawn, [Operator.VALUE, Operator.JVP, Operator.JACOBIAN])
        versions = bench.versions
    assert [type(one.outcome) for one in judged] == [Evaluation, Failure, Evaluation]
    assert judged[0].verdict.kind is VerdictKind.OK
    assert judged[1].verdict.kind is VerdictKind.CRASHED
    assert judged[2].verdict.kind is VerdictKind.OK
    assert versions["faulty"] == "0.1.0"


def test_a_backend_that_does_not_start_fails_every_case(faulty, specimen):
    drawn = specimen(("array_api.sin", "x"), x=[0.5])
    with Bench(faulty, "faulty_none", Worker("no-such-backend", 60.0)) as bench:
        judged = bench.judged(drawn, [Operator.VALUE, Operator.JVP])
    assert [one.verdict.kind for one in judged] == [VerdictKind.RAISED] * 2
    assert "did not start" in judged[0].verdict.reason


def test_problems_travel(specimen):
    """A specimen's problem goes to the worker with its cases."""
    drawn = specimen(("array_api.multiply", "x", ("array_api.sin", "x")), x=[0.5, 1.5])
    there = pickle.loads(pickle.dumps(drawn.problem))
    (x,) = there.points[0].build(there.sizes[0].dims, None)
    assert there.fun.text == "xp.multiply(x, xp.sin(x))"
    assert x.tolist() == [0.5, 1.5]
    assert there.operations({}) == 2
