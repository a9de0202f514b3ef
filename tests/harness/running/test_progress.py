"""Progress: lines that a log can keep, a bar on a terminal, nothing when quiet."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from harness.running import progress
from harness.running.progress import LineView, QuietView, RichView, as_clock, view_for


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """A clock that is set by hand."""
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    return now


def work(view, total, clock=None, per_unit=1.0):
    view.begin("judging", total)
    for unit in range(total):
        if clock is not None:
            clock[0] += per_unit
        view.step(f"case {unit}")
    view.end()


def test_lines_are_few_whole_and_plain():
    stream = io.StringIO()
    work(LineView(stream), 1000)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "judging: 1000 to do"
    assert lines[-1] == "judging: done"
    assert 5 <= len(lines) <= 13
    assert "\x1b" not in stream.getvalue()
    assert "\r" not in stream.getvalue()


def test_lines_say_how_many_what_and_how_long(clock):
    stream = io.StringIO()
    work(LineView(stream), 20, clock, per_unit=3.0)
    # After 2 of 20 units in 6 s, 18 units of 3 s are left.
    assert "judging: 2 of 20, 0:54 to go: case 1" in stream.getvalue().splitlines()


def test_a_phase_of_one_unit_and_of_none():
    stream = io.StringIO()
    work(LineView(stream), 1)
    work(LineView(stream), 0)
    assert stream.getvalue().splitlines() == [
        "judging: 1 to do",
        "judging: done",
        "judging: 0 to do",
        "judging: done",
    ]


def test_time_to_go_ends_with_the_budget(clock):
    view = QuietView()
    view.begin("timing", 100, ends=50.0)
    assert view.to_go_s() is None  # nothing is done, so nothing is known
    clock[0] = 20.0
    view.step("a set", units=10)
    assert view.to_go_s() == 30.0  # not the 180 s that this pace would take
    clock[0] = 60.0
    assert view.to_go_s() == 0.0


def test_units_are_never_more_than_there_are():
    view = QuietView()
    view.begin("timing", 3)
    view.step("a cell that ended early", units=9)
    assert view.done == 3


def test_a_terminal_gets_a_bar_that_is_taken_away():
    stream = Terminal()
    view = RichView(Console(file=stream, force_terminal=True, width=120))
    view.begin("judging", 2)
    view.step("[case] in brackets")
    view.notice("left out: [jax]")
    view.end("2 verdicts")
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert "1/2" in plain
    assert "[case] in brackets" in plain  # brackets are no markup
    assert "left out: [jax]" in plain
    assert plain.rstrip().endswith("judging: 2 verdicts")


def test_an_interrupted_bar_gives_the_cursor_back():
    stream = Terminal()
    view = RichView(Console(file=stream, force_terminal=True))
    view.begin("judging", 2)
    assert stream.getvalue().count("\x1b[?25l") == 1  # hidden
    view.close()
    assert stream.getvalue().count("\x1b[?25h") == 1  # and shown again


def test_no_color_is_respected(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = Terminal()
    view = view_for(stream=stream)
    assert isinstance(view, RichView)
    view.notice("a notice in yellow")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", stream.getvalue())


@pytest.mark.parametrize(
    ("stream", "term", "kind"),
    [
        (Terminal(), "xterm", RichView),
        (Terminal(), "dumb", LineView),
        (io.StringIO(), "", LineView),
    ],
)
def test_the_view_suits_the_stream(monkeypatch, stream, term, kind):
    monkeypatch.setenv("TERM", term)
    assert isinstance(view_for(stream=stream), kind)
    assert isinstance(view_for(stream=stream, quiet=True), QuietView)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00"), (5.4, "0:05"), (59.6, "1:00"), (750, "12:30"), (3723, "1:02:03"), (-3, "0:00")],
)
def test_clock(seconds, text):
    assert as_clock(seconds) == text
