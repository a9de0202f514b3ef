"""``adjudge compare`` from the first word to the last, on runs made by hand."""

from __future__ import annotations

import json

import pytest

from harness.cli import main


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
