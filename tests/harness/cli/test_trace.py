"""``adjudge trace`` shows slides 25 and 29 of the lecture, line by line."""

from __future__ import annotations

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
