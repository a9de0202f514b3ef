"""``--verbose``: a plug-in that tells each verdict and each timed case, a view each step."""

from __future__ import annotations

from harness.contract import Case, Verdict, hookimpl
from harness.reporting.text import clip, one_line
from harness.running.progress import View

__all__ = ["StepsTold", "Teller"]

_MOST_OF_A_REASON = 160


class Teller:
    """Listens to a run, and tells it in the notices of a view."""

    def __init__(self, view: View) -> None:
        """Tell ``view``."""
        self._view = view

    @hookimpl
    def case_judged(self, backend: str, case: Case, verdict: Verdict) -> None:
        """The verdict, who decided, and why where it is not ok."""
        by = f" ({verdict.oracle})" if verdict.oracle else ""
        why = f": {clip(verdict.reason, _MOST_OF_A_REASON)}" if verdict.reason else ""
        self._view.notice(one_line(f"{backend} {case.id}: {verdict.kind}{by}{why}"))

    @hookimpl
    def case_measured(self, backend: str, case: Case, samples: int) -> None:
        """How many samples there are of it."""
        self._view.notice(one_line(f"{backend} {case.id}: {samples} samples"))


class StepsTold(View):
    """Another view, on which each step that is done stays."""

    def __init__(self, view: View) -> None:
        """Show everything in ``view``."""
        super().__init__()
        self._view = view

    def begin(self, phase: str, total: int, ends: float | None = None) -> None:
        """As the view does."""
        super().begin(phase, total, ends)
        self._view.begin(phase, total, ends)

    def step(self, what: str, units: int = 1) -> None:
        """Tell it; then as the view does."""
        self._view.notice(one_line(f"{self.phase}: {what}"))
        super().step(what, units)
        self._view.step(what, units)

    def notice(self, line: str) -> None:
        """As the view does."""
        self._view.notice(line)

    def close(self) -> None:
        """As the view does."""
        self._view.close()

    def _begin(self) -> None:
        """Nothing more than the view's."""

    def _show(self, what: str) -> None:
        self._view.now(what)

    def _end(self, summary: str) -> None:
        self._view.end(summary)
