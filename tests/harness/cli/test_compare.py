"""``adjudge compare`` from the first word to the last, on runs made by hand."""

from __future__ import annotations

import json

import pytest

from harness.cli import main
from harness.contract import Case, Operator
from harness.running.journal import create_folder, write_run_file
from harness.running.plan import Plan
from harness.running.records import CellEndRecord, RunEndRecord, SampleRecord, encode

CELL = Case("toy", Operator.GRADIENT, "n=8", "float64", "generic-0")
SCATTER = (1.0, 1.001, 0.999, 1.002, 0.998, 1.0)


@pytest.fixture
def run(tmp_path):
    """``run(name, ratio)``: a run of one cell, in which ``mine`` takes ``ratio`` times as long."""

    def make(name, ratio, baseline="numpy_manual"):
        folder = create_folder(tmp_path, name)
        plan = Plan((baseline, "mine"), (CELL,), (CELL,), baseline=baseline)
        write_run_file(
            folder,
            {
                "schema_version": plan.schema_version,
                "run": name,
                "started": "2026-01-02T03:04:05+00:00",
                "command": ["adjudge", "run"],
                "plan": {**plan.to_json(), "problems": {}},
                "versions": {},
                "devices": {},
                "environment": {},
                "seeds": {},
                "notices": [],
            },
        )
        records = [
            SampleRecord(arm, arm, CELL.id, index, 0, 0, 1, factor * scatter, 0.0, 0, 0.0)
            for index, scatter in enumerate(SCATTER)
            for arm, factor in ((baseline, 1e-3 / scatter), ("mine", ratio * 1e-3))
        ]
        lines = [*records, CellEndRecord(CELL.id, 6, "decided"), RunEndRecord(0, 1, 1, 1, 1)]
        (folder / "journal.jsonl").write_text("".join(f"{encode(line)}\n" for line in lines))
        return str(folder)

    return make


def called(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main([*words])
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


def test_a_slowdown_is_said_and_is_no_failure(run, capsys, tmp_path):
    page = tmp_path / "comment.md"
    runs = run("a", 2.0), run("b", 3.0)
    code, out, err = called(capsys, "compare", *runs, "--markdown", str(page))
    assert (code, err) == (0, "")
    assert "1 ratio compared: 0 faster, 1 slower" in out
    assert "1.50×" in out
    assert "▼ slower" in page.read_text(encoding="utf-8")


def test_json_is_all_that_is_printed(run, capsys):
    code, out, _ = called(capsys, "compare", run("a", 2.0), run("b", 2.0), "--json")
    assert code == 0
    (cell,) = json.loads(out)["cells"]
    assert cell["answer"] == "equivalent"
    assert cell["before"]["ratio"] == pytest.approx(2.0, rel=0.01)


def test_what_cannot_be_compared_is_one_line_and_exit_code_2(run, capsys):
    code, out, err = called(capsys, "compare", run("a", 2.0), run("b", 2.0, baseline="autograd"))
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "ratios to numpy_manual and b to autograd" in err


def test_a_folder_that_is_no_run_is_told(run, capsys, tmp_path):
    code, _, err = called(capsys, "compare", run("a", 2.0), str(tmp_path / "nothing"))
    assert code == 3
    assert "no run at" in err
