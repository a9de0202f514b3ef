"""``adjudge trace`` shows slides 25 and 29 of the lecture, line by line."""

from __future__ import annotations

import json
import math

import pytest

from harness.cli import main


def trace(capsys, *words: str) -> str:
    with pytest.raises(SystemExit) as exit_:
        main(("trace", *words))
    captured = capsys.readouterr()
    assert not exit_.value.code, captured.err
    return captured.out


def test_forward_at_e_4_shows_both_sweeps(capsys):
    out = trace(capsys, "lecture.log_sqrt", "--mode", "forward", "--at", f"{math.e!r},4")
    for line in ("log x_1", "x_2 x_3", "sqrt x_4", "x_4 + x_5"):
        assert line in out
    # One sweep for each input ends in its partial derivative: 5/e and 5/4.
    assert f"{5 / math.e:.6g}"[:6] in out
    assert "1.25" in out


def test_reverse_at_e_4_shows_one_sweep(capsys):
    out = trace(capsys, "lecture.log_sqrt", "--mode", "reverse", "--at", f"{math.e!r},4")
    order = [out.index(bar) for bar in ("x̄_6", "x̄_5", "x̄_4", "x̄_3")]
    assert order == sorted(order)
    assert f"{5 / math.e:.6g}"[:6] in out
    assert "1.25" in out


def test_the_perceptron_shows_its_kronecker_structure(capsys):
    out = trace(capsys, "lecture.perceptron", "--mode", "reverse", "--size", "batch=1,hidden=16")
    assert "⊗" in out
    assert "(16, 160)" in out


@pytest.mark.parametrize(
    ("format_", "begins"), [("svg", "<svg"), ("html", "<"), ("latex", "\\begin")]
)
def test_other_formats(capsys, format_, begins):
    out = trace(capsys, "lecture.log_sqrt", "--at", "2,5", "--format", format_)
    assert begins in out


def test_json_has_every_number_to_the_last_bit(capsys):
    """At (2, 5): log 2, 5 log 2, and ∂f/∂x_2 = log 2 · (1 + 1/(2 √(5 log 2)))."""
    told = json.loads(trace(capsys, "lecture.log_sqrt", "--at", "2,5", "--json"))
    assert told["arguments"] == {"x_1": 2.0, "x_2": 5.0}
    (table,) = told["tables"]
    values = {row[0]: row[1] for row in table["rows"]}
    assert values["x_3 = log x_1"] == math.log(2)
    assert values["x_4 = x_2 x_3"] == 5 * math.log(2)
    assert table["columns"][-2:] == ["∂x_k/∂x_1", "∂x_k/∂x_2"]
    partial = math.log(2) * (1 + 0.5 / math.sqrt(5 * math.log(2)))
    assert table["rows"][-1][-1] == pytest.approx(partial, rel=4e-16)
    assert told["results"][0].startswith("f = x_6 = 5.32738")


def test_json_has_arrays_as_arrays_and_formulas_as_text(capsys):
    words = ("lecture.perceptron", "--mode", "reverse", "--size", "batch=1,hidden=16", "--json")
    told = json.loads(trace(capsys, *words))
    assert len(told["tables"]) == 2
    cells = [cell for table in told["tables"] for row in table["rows"] for cell in row]
    assert any("⊗" in cell for cell in cells if isinstance(cell, str))
    assert any(isinstance(cell, float) for cell in cells)


def test_json_is_one_way_to_print(capsys):
    with pytest.raises(SystemExit) as exit_:
        main(("trace", "lecture.log_sqrt", "--json", "--format", "svg"))
    assert exit_.value.code == 2
    assert "--format and --json" in capsys.readouterr().err
