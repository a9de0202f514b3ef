"""A self-test's result is found again on its machine, and there alone."""

from __future__ import annotations

import json

import pytest

from harness.running.selftest import store
from harness.running.selftest.store import SelfTest, best, keep, this_machine
from harness.timing.selftest import Trial, evaluate
from harness.timing.statistics import Answer, Estimate


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path))


def result(cells=3, time=1.0, of=None, spread=0.01):
    found = Estimate(1.0, 0.99, 1.01, Answer.EQUIVALENT, 16, 80, 0.5, spread)
    trials = [Trial(e, 1 + e, 1e-3, found) for e in (0.0, 0.02) for _ in range(cells)]
    findings = evaluate(trials, (6, 10, 16))
    return SelfTest(findings, of or this_machine(), time, 100.0, 7, False, 0.3)


def test_what_was_kept_is_found_again():
    assert best() is None
    kept = result()
    path = keep(kept)
    assert path.is_file()
    assert best() == kept


def test_nan_survives_strict_json():
    path = keep(result(spread=float("nan")))
    json.loads(path.read_text(), parse_constant=pytest.fail)
    found = best()
    assert found is not None
    assert found.findings.smallest != found.findings.smallest


@pytest.mark.parametrize("field", ["processor", "cores", "host", "adjudge"])
def test_another_machine_has_none(field):
    keep(result())
    assert best({**this_machine(), field: "another"}) is None


def test_the_one_with_most_cells_counts_and_the_newest_of_such():
    for cells, time in ((200, 1.0), (200, 2.0), (40, 3.0)):
        keep(result(cells, time))
    found = best()
    assert found is not None
    assert (found.findings.cells, found.time) == (200, 2.0)


def test_a_damaged_file_is_as_good_as_none():
    path = keep(result())
    path.write_text("[{")
    assert best() is None
    path.write_text(json.dumps([{"schema": store._SCHEMA}, {"schema": 99}]))
    assert best() is None
