"""Findings as one line that anybody can run: a problem and a case in a library's own words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.contract import Case, Problem
from harness.plugins import BackendEntry
from harness.problems.inputs import CaseInputs
from harness.reproduce.line import line, through_adjudge
from harness.reproduce.translation import Untranslatable

__all__ = ["reproducer"]


def reproducer(
    entry: BackendEntry,
    problem: Problem,
    case: Case,
    inputs: CaseInputs,
    truths: Sequence[Sequence[np.ndarray]],
    reason: str,
) -> str:
    """One line for a shell that shows what the backend makes of ``case``.

    It needs nothing but the library where the backend has a dialect and the dialect suffices, and
    adjudge otherwise. ``truths`` are the true results, for its comment, or the two ends of what is
    accepted; without them ``reason`` stands there.
    """
    if entry.dialect is None:
        return through_adjudge(entry.name, case.id, reason)
    try:
        shown = line(entry.dialect, problem, case, inputs)
    except Untranslatable:
        return through_adjudge(entry.name, case.id, reason)
    return shown.command(truths, reason, digits=9 if case.dtype == "float32" else 17)
