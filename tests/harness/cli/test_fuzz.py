"""``adjudge fuzz`` in processes: what it prints, keeps and returns."""

from __future__ import annotations

import importlib.util
import json

import pytest

from harness.cli import main


def fuzz(capsys, tmp_path, *words: str):
    with pytest.raises(SystemExit) as exit_:
        main(("fuzz", "--results", str(tmp_path / "results"), *words))
    captured = capsys.readouterr()
    return exit_.value.code or 0, captured.out, captured.err


@pytest.fixture
def faulty(monkeypatch, tmp_path):
    if importlib.util.find_spec("adjudge_faulty") is None:
        pytest.skip("adjudge_faulty is not installed: pip install ./tests/plugins/faulty")
    monkeypatch.setenv("ADJUDGE_FAULTY", "1")
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "cache"))


SINE = ("--function", "array_api.sin", "--draws", "16", "--seed", "1")
"""Some of so many draws are in float64 and of functions that NumPy has."""


def test_findings_are_printed_kept_and_make_it_fail(capsys, tmp_path, faulty):
    words = ("--backend", "faulty_sign", *SINE, "--json")
    code, out, err = fuzz(capsys, tmp_path, *words)
    assert code == 1
    assert "new finding" in err
    told = json.loads(out)
    assert told["seed"] == 1
    assert ("jvp", "wrong", ["array_api.sin"]) in [
        (found["operator"], found["verdict"], found["functions"]) for found in told["findings"]
    ]
    (folder,) = (tmp_path / "results").iterdir()
    assert folder.name.startswith("fuzz-")
    events = [json.loads(line) for line in (folder / "findings.jsonl").read_text().splitlines()]
    kinds = [event.pop("event") for event in events]
    assert kinds == ["failed", "found"] * len(told["findings"])
    assert events[1::2] == told["findings"]
    kept = json.loads((folder / "fuzz.json").read_text())
    assert kept["finished"]
    assert kept["draws"] == 16
    assert kept["versions"]["faulty"] == "0.1.0"


def test_nothing_found_is_success(capsys, tmp_path, faulty):
    words = ("--backend", "faulty_none", "--function", "array_api.sin", "--draw", "0", "--quiet")
    code, out, err = fuzz(capsys, tmp_path, *words)
    assert (code, err) == (0, "")
    assert out.startswith("1 draw")
    assert "0 new findings" in out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--backend", "no_such"), "no backend 'no_such'"),
        (("--backend", "our_engine", "--function", "sinn"), "no function 'sinn'"),
        (("--backend", "our_engine", "--draw", "1", "--draws", "2"), "--draw is one draw"),
    ],
)
def test_a_wrong_call_is_one_line(capsys, tmp_path, words, told):
    code, out, err = fuzz(capsys, tmp_path, *words)
    assert (code, out) == (2, "")
    assert told in err
    assert not (tmp_path / "results").exists()
