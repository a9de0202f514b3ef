"""What a verdict leaves in the journal, told so that it can be passed on to other people."""

from __future__ import annotations

import re
import time
from pathlib import Path

import numpy as np

from harness.contract import Case, Evaluation, Failure, Verdict
from harness.running.records import CurveRecord, VerdictRecord

__all__ = ["curve_record", "verdict_record", "without_places"]

_PLACES = re.compile(
    r"[^\s\"'(]*/(?=(?:site-packages|dist-packages|python3\.\d+)/)"
    + "|"
    + re.escape(f"{Path(__file__).parents[2]}/")
)


def verdict_record(
    backend: str,
    version: str,
    case: Case,
    verdict: Verdict,
    outcome: Evaluation | Failure | None,
    stderr: str,
) -> VerdictRecord:
    """The record of ``verdict`` on ``outcome``, None where the case was never asked.

    ``version`` are the backend's libraries; ``stderr`` is what is to be kept of the worker's.
    """
    return VerdictRecord(
        backend=backend,
        version=version,
        case=case.id,
        kind=str(verdict.kind),
        oracle=verdict.oracle,
        reason=_noted(verdict.reason, outcome),
        error=verdict.error,
        relative_error=verdict.relative_error,
        tolerance=verdict.tolerance,
        error_over_tolerance=verdict.error_over_tolerance,
        ulp=verdict.ulp,
        native=isinstance(outcome, Evaluation) and outcome.native,
        stderr_tail=without_places(stderr),
        time=time.time(),
    )


def curve_record(backend: str, case: Case, losses: np.ndarray) -> CurveRecord:
    """The record of a descent's ``losses``, one for each step."""
    return CurveRecord(backend, case.id, [float(x) for x in np.ravel(losses)])


def without_places(told: str) -> str:
    """``told`` without where things are installed: a run is passed on to people elsewhere."""
    return _PLACES.sub("", told)


def _noted(reason: str, outcome: Evaluation | Failure | None) -> str:
    """The reason, with the noise that the backend made: it costs a word, nothing more."""
    if not isinstance(outcome, Evaluation) or not outcome.stdout_bytes:
        return reason
    noise = f"{outcome.stdout_bytes} bytes of noise on stdout"
    return f"{reason}; {noise}" if reason else noise
