"""Progress: what is running, how many are left, time to go; for terminals, pipes and nobody."""

from __future__ import annotations

import os
import sys
import time
from abc import ABC, abstractmethod
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn

__all__ = ["LineView", "QuietView", "RichView", "View", "as_clock", "view_for"]

_LINES_PER_PHASE = 10


class View(ABC):
    """One phase after the other: ``begin`` it, ``step`` through its units, ``end``."""

    def __init__(self) -> None:
        """Show nothing yet."""
        self.phase = ""
        self.total = 0
        self.done = 0
        self._started = 0.0
        self._ends: float | None = None

    def begin(self, phase: str, total: int, ends: float | None = None) -> None:
        """A phase of ``total`` units begins; at ``ends`` (``time.monotonic``) it is cut off."""
        self.phase, self.total, self.done, self._ends = phase, total, 0, ends
        self._started = time.monotonic()
        self._begin()

    def now(self, what: str) -> None:
        """``what`` is being worked on."""
        self._show(what)

    def step(self, what: str, units: int = 1) -> None:
        """``what`` is done, and so are ``units`` more."""
        self.done = min(self.done + units, self.total)
        self._show(what)

    def end(self, summary: str = "") -> None:
        """The phase is over, as ``summary`` says; units that were not needed count as done."""
        self._end(summary)

    def close(self) -> None:  # noqa: B027 - only a terminal has something to put back
        """Leave the screen as it was, also after an interruption."""

    @abstractmethod
    def notice(self, line: str) -> None:
        """Tell a person something that stays on the screen."""

    def to_go_s(self) -> float | None:
        """Seconds to go at the pace so far; None before the first unit is done."""
        if not self.done:
            return None
        now = time.monotonic()
        at_this_pace = (now - self._started) / self.done * (self.total - self.done)
        return at_this_pace if self._ends is None else min(at_this_pace, max(0.0, self._ends - now))

    @abstractmethod
    def _begin(self) -> None: ...

    @abstractmethod
    def _show(self, what: str) -> None: ...

    @abstractmethod
    def _end(self, summary: str) -> None: ...


class QuietView(View):
    """Shows nothing; notices are in run.json all the same."""

    def notice(self, line: str) -> None:
        """Stay quiet."""

    def _begin(self) -> None: ...

    def _show(self, what: str) -> None: ...

    def _end(self, summary: str) -> None: ...


class LineView(View):
    """Whole lines, for pipes and logs: at most ten for a phase, none is ever rewritten."""

    def __init__(self, stream: TextIO) -> None:
        """Write to ``stream``."""
        super().__init__()
        self._stream = stream
        self._next_line = 0

    def notice(self, line: str) -> None:
        """Write the notice as a line of its own."""
        self._write(line)

    def _begin(self) -> None:
        self._next_line = max(1, -(-self.total // _LINES_PER_PHASE))
        self._write(f"{self.phase}: {self.total} to do")

    def _show(self, what: str) -> None:
        if self.done < self._next_line or self.done >= self.total:
            return
        self._next_line = self.done + max(1, -(-self.total // _LINES_PER_PHASE))
        self._write(f"{self.phase}: {self.done} of {self.total}{self._to_go()}: {what}")

    def _end(self, summary: str) -> None:
        self._write(f"{self.phase}: {summary or 'done'}")

    def _to_go(self) -> str:
        to_go = self.to_go_s()
        return "" if to_go is None else f", {as_clock(to_go)} to go"

    def _write(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


class RichView(View):
    """A bar that is redrawn twice a second: oftener would disturb what is being timed."""

    def __init__(self, console: Console) -> None:
        """Draw on ``console``."""
        super().__init__()
        self._console = console
        self._bars: Progress | None = None
        self._task = TaskID(0)

    def close(self) -> None:
        """Remove the bar."""
        self._stop()

    def notice(self, line: str) -> None:
        """Print the notice above the bar."""
        self._console.print(line, style="yellow", markup=False, highlight=False)

    def _begin(self) -> None:
        self._stop()
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[to_go]}"),
            TextColumn("{task.fields[what]}", markup=False, style="dim"),
            console=self._console,
            refresh_per_second=2,
            transient=True,
        )
        self._task = self._bars.add_task(self.phase, total=self.total, to_go="", what="")
        self._bars.start()

    def _show(self, what: str) -> None:
        if self._bars is not None:
            to_go = self.to_go_s()
            told = "" if to_go is None else f"{as_clock(to_go)} to go"
            self._bars.update(self._task, completed=self.done, to_go=told, what=what)

    def _end(self, summary: str) -> None:
        self._stop()
        self._console.print(f"{self.phase}: {summary or 'done'}", markup=False, highlight=False)

    def _stop(self) -> None:
        if self._bars is not None:
            self._bars.stop()
            self._bars = None


def view_for(*, quiet: bool = False, stream: TextIO | None = None) -> View:
    """The view that suits ``stream`` (stderr unless told): a bar on a terminal, lines elsewhere.

    NO_COLOR is respected (rich does); TERM=dumb gets lines.
    """
    if quiet:
        return QuietView()
    stream = stream or sys.stderr
    if stream.isatty() and os.environ.get("TERM", "") != "dumb":
        return RichView(Console(file=stream))
    return LineView(stream)


def as_clock(seconds: float) -> str:
    """``0:05``, ``12:30``, ``1:02:03``."""
    minutes, second = divmod(max(0, round(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
