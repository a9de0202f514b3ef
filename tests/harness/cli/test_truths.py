"""``adjudge truths``: what is found, kept, shipped, and noticed when it is wrong."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest

from harness.cli import main
from harness.running import finding
from harness.running.inputs import Inputs
from harness.verification.oracles import Truth, builtin_oracles
from harness.verification.packing import pack, packed_in
from harness.verification.questions import questions_at
from harness.verification.shelf import file_name
from harness.verification.truths import SHIPPED, Truths

PROBLEM = "lecture.log_sqrt"


@pytest.fixture
def places(monkeypatch, tmp_path):
    """A cache, and a folder of shipped truths, of the test's own."""
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(finding, "SHIPPED", tmp_path / "shipped")
    return tmp_path


@pytest.fixture
def call(capsys, places):
    def calling(*words):
        code = 0
        try:
            main(["truths", "-q", "--problem", PROBLEM, "--jobs", "1", *words])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return calling


def summary(out):
    found = re.search(r"(\d+) truths: (\d+) kept, (\d+) found now in .*; (\d+) undecided", out)
    assert found, out
    return tuple(map(int, found.groups()))


def tampered(path, change):
    """Change one truth of a file."""
    answers = {k: packed.answer(k) for packed in packed_in(path.read_bytes()) for k in packed}
    key = next(k for k in sorted(answers) if isinstance(answers[k], Truth))
    block = change(answers[key].blocks[0])
    answers[key] = dataclasses.replace(answers[key], blocks=(block, *answers[key].blocks[1:]))
    path.write_bytes(pack(answers))


def test_what_is_missing_is_found_once(call):
    code, out, _ = call()
    asked, kept, new, undecided = summary(out)
    assert code == 0
    assert (kept, new, undecided) == (0, asked, 0)
    assert asked > 20
    assert summary(call()[1]) == (asked, asked, 0, 0)


def test_shipped_truths_are_enough_and_their_bytes_are_settled(call, places):
    code, out, _ = call("--ship", str(places / "shipped"))
    assert code == 0
    assert "1 files changed" in out
    path = places / "shipped" / file_name(PROBLEM)
    first = path.read_bytes()
    asked = summary(out)[0]
    # In another cache, on another day.
    (places / "cache").rename(places / "yesterday's")
    assert summary(call()[1]) == (asked, asked, 0, 0)
    assert not (places / "cache").exists()
    code, out, _ = call("--ship", str(places / "shipped"))
    assert "0 files changed" in out
    path.unlink()
    call("--ship", str(places / "shipped"))
    assert path.read_bytes() == first


def test_files_of_problems_that_are_gone_are_removed_with_a_whole_shipment(places):
    registry = finding.load()
    stale = places / "shipped" / file_name("a.problem/that=was")
    stale.parent.mkdir()
    stale.write_bytes(pack({}))
    problem = registry.problem(PROBLEM)
    assert finding.ship([problem], stale.parent) == (0, 0)
    assert stale.exists()
    assert finding.ship([problem], stale.parent, whole=True) == (1, 0)
    assert not stale.exists()


def test_what_the_package_ships_is_whole_and_used():
    registry = finding.load()
    names = {file_name(name) for name in registry.problems}
    files = list(SHIPPED.glob("*.truths"))
    assert {path.name for path in files} <= names, "ship anew: adjudge truths --ship"
    assert sum(path.stat().st_size for path in files) < 10e6
    for path in files:
        data = path.read_bytes()
        assert sum(1 for _ in packed_in(data)) == 1, path.name
    truths = Truths(builtin_oracles(), None, SHIPPED)
    problem = registry.problem(PROBLEM)
    asked = questions_at(problem, problem.sizes[0], "float64", Inputs(registry))
    for case, question in asked:
        assert truths.kept(question) is not None, f"{case.id}: ship anew: adjudge truths --ship"


def test_verifying_finds_nothing_to_say_of_right_truths(call, places):
    call("--ship", str(places / "shipped"))
    code, out, _ = call("--verify")
    assert code == 0
    assert "found anew" in out
    assert "different" not in out


FAULTS = {
    "a digit": lambda b: dataclasses.replace(b, high=b.high * (1 + 2.0**-50)),
    "the rest": lambda b: dataclasses.replace(b, low=b.low + np.spacing(b.high) / 4),
    "the conditioning": lambda b: dataclasses.replace(b, conditioning=b.conditioning * 2 + 1),
    "a set": lambda b: dataclasses.replace(b, lower=b.high - 1, upper=b.high + 1),
    "no number": lambda b: dataclasses.replace(b, high=b.high * np.nan),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_wrong_truth_is_found(call, places, fault):
    call("--ship", str(places / "shipped"))
    tampered(places / "shipped" / file_name(PROBLEM), FAULTS[fault])
    code, out, err = call("--verify")
    assert code == 1
    assert out.count("different:") == 1
    assert f"different: {PROBLEM}:" in out
    assert "(shipped)" in out
    assert "1 kept truths are not found again" in err


def test_a_wrong_truth_in_the_cache_is_found_too(call, places):
    call()
    (path,) = (places / "cache").rglob("*.truths")
    tampered(path, FAULTS["a digit"])
    code, out, _ = call("--verify")
    assert code == 1
    assert "(cache)" in out


def test_several_processes_find_the_same(call, places, capsys):
    call()
    (alone,) = (places / "cache").rglob("*.truths")
    answers = {k: p.answer(k) for p in packed_in(alone.read_bytes()) for k in p}
    alone.unlink()
    code, out, _ = call("--jobs", "2")
    assert code == 0
    assert summary(out)[2] > 0
    (together,) = (places / "cache").rglob("*.truths")
    again = {k: p.answer(k) for p in packed_in(together.read_bytes()) for k in p}
    assert pack(again) == pack(answers)


def test_what_cannot_be_decided_is_said_with_its_reason(call, monkeypatch):
    from harness.verification.oracles import Undecided

    class Silent:
        name, rank, version = "silent", 10, 1

        def truth(self, question):
            return Undecided("it is of no mind")

    monkeypatch.setattr(finding, "_oracles", lambda registry: [Silent()])
    code, out, _ = call()
    asked, _, _, undecided = summary(out)
    assert (code, undecided) == (0, asked)
    assert f"and {asked - 1} more: silent: it is of no mind" in out
    assert "(100.0 %)" in out


def test_verifying_writes_nothing(call, places):
    code, _, err = call("--verify", "--ship", str(places / "shipped"))
    assert code == 2
    assert "--verify writes nothing" in err
    call("--verify")
    assert not (places / "cache").exists()
