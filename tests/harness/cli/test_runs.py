"""``check``, ``bench`` and ``gate`` from the first word to the last, on small selections."""

from __future__ import annotations

import json
from importlib import util
from pathlib import Path

import pytest

from harness import load_run
from harness.cli import main

SMALL = ("--backend", "numpy_manual", "--backend", "our_engine", "--problem", "lecture.log_sqrt")


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as exit_:
        main(words)
    return int(exit_.value.code or 0)


def runs(folder: Path) -> list[Path]:
    return sorted((folder / "results").glob("*Z-*"), key=lambda path: path.stat().st_mtime)


def test_bench_times_what_check_has_judged_and_asks_nothing_again(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert call("check", "-q", *SMALL, "--operator", "gradient", "--dtype", "float64") == 0
    (judged,) = runs(tmp_path)
    assert load_run(judged).measurements.empty
    assert call("bench", str(judged), "--quick", "-q") == 0
    timed = next(run for run in runs(tmp_path) if run != judged)
    before, after = load_run(judged), load_run(timed)
    columns = ["backend", "case", "verdict", "error", "reason"]
    assert after.verdicts[columns].equals(before.verdicts[columns])
    assert set(after.measurements.backend) == {"numpy_manual", "our_engine"}
    assert (after.measurements.sets > 0).all()
    notices = json.loads((timed / "run.json").read_text())["notices"]
    assert any(judged.name in line for line in notices)
    assert {path.name for path in timed.iterdir()} >= {"report.html", "verdicts.csv"}


def test_an_open_gate_is_exit_0(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    assert call("gate", "-q", *SMALL, "--operator", "gradient", "--dtype", "float64") == 0
    assert "gate open" in capsys.readouterr().out


def test_a_ledger_entry_for_another_point_is_not_looked_for(monkeypatch, tmp_path, capsys):
    # our_engine's ledger lists u-zero alone, which this selection leaves out.
    monkeypatch.chdir(tmp_path)
    assert call("gate", "-q", "--backend", "our_engine", "--point", "e-4") == 0
    assert "unmatched" not in capsys.readouterr().out


@pytest.mark.skipif(
    util.find_spec("adjudge_faulty") is None, reason="tests/plugins/faulty is not installed"
)
def test_a_divergence_that_no_ledger_lists_closes_the_gate(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADJUDGE_FAULTY", "1")
    selection = ("--backend", "faulty_sign", "--problem", "lecture.log_sqrt", "--point", "e-4")
    assert call("gate", "-q", *selection, "--operator", "jvp", "--dtype", "float64") == 1
    out, err = capsys.readouterr()
    assert "unlisted: faulty_sign: lecture.log_sqrt:jvp:scalar:float64:e-4" in out
    assert err.count("\n") == 1
