"""``--verbose``: a plug-in that tells each verdict and each timed case as it comes."""

from __future__ import annotations

from harness.contract import Case, Verdict, hookimpl
from harness.reporting.text import clip, one_line
from harness.running.progress import View

__all__ = ["Teller"]

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
