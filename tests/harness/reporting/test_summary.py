"""The terminal summary: the same answers, stable in a pipe, and nothing that a terminal obeys."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from harness.reporting.summary import print_summary

ESCAPE = "\x1b"


def printed(frames, **console):
    out = io.StringIO()
    print_summary(frames, Console(file=out, **console))
    return out.getvalue()


def test_the_three_answers(eventful):
    told = printed(eventful.load())
    assert "Not all: fast (1 wrong) and slow (1 crashed)." in told
    assert "No verdict is against the other 1." in told
    assert re.search(r"✗ wrong  fast  toy.square  1 case: the sign is wrong at \[3\]", told)
    # value at n = 64: 2048 µs for the baseline, twice that for fast, four times for slow.
    line = next(x for x in told.splitlines() if "value · n=64" in x)
    assert re.split(r"\s{2,}", line.strip())[2:] == [
        "fast",
        "4.16 ms",
        "2.00× [2.00, 2.00] ▼ slower",
        "2.00× [2.00, 2.00] ahead of slow",
    ]
    assert "Fastest for certain, of 9 timed cells: fast in 9." not in told  # hvp has no contender
    assert "Fastest for certain, of 10 timed cells: fast in 9." in told
    assert "n=8, float64: furthest from numpy_manual's is fast's, 9.1e-13 relative" in told


def test_piped_it_has_no_colour_no_padding_and_no_folded_line(eventful):
    frames = eventful.load()
    told = printed(frames)
    assert ESCAPE not in told
    assert told == printed(frames, width=40)
    assert "called different from itself in 0 of them" in told


def test_in_a_terminal_it_is_coloured(eventful):
    assert ESCAPE in printed(eventful.load(), force_terminal=True, color_system="truecolor")


def test_no_color_is_respected(eventful, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    told = printed(eventful.load(), force_terminal=True, color_system="truecolor")
    assert not re.search(r"\x1b\[[\d;]*3[0-7]", told)


@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_narrow_terminal_loses_no_ratio(eventful, width):
    told = printed(eventful.load(), force_terminal=True, color_system=None, width=width)
    assert max(map(len, told.splitlines())) <= width
    assert "".join(told.split()).count("slower") >= 1


def test_an_interrupted_run_says_so_and_how_to_go_on(eventful):
    eventful.ended = False
    told = printed(eventful.load())
    assert "This run did not end." in told
    assert f"adjudge run --resume {eventful.folder}" in told


def test_the_files_that_are_there_are_named(eventful):
    folder = eventful.write()
    (folder / "report.html").write_text("")
    told = printed(eventful.load())
    assert str(folder / "report.html") in told
    assert "verdicts.csv" not in told


def test_hostile_text_neither_acts_nor_floods(synthetic, case):
    """No escape sequence, no rich markup, no second line, no ten thousand characters."""
    hostile = "[bold red]x[/] \x1b[2J\x1b]0;title\x07 \u202eevil\nsecond " + "y" * 10_000
    run = synthetic(backends=("numpy_manual", "[red]b[/red]\x1b[1m"), notices=["\x1b[5mnotice"])
    run.judge(run.backends[1], case(), "raised", hostile)
    told = printed(run.load())
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", told)
    assert "[bold red]x[/] ␛[2J␛]0;title␇ ⟨U+202E⟩evil second yyy" in told
    assert "[red]b[/red]␛[1m" in told
    assert max(map(len, told.splitlines())) < 400


def test_a_run_without_any_record_prints(synthetic):
    assert "Nothing was judged." in printed(synthetic(ended=False).load())
