"""A judged case: the verdict on what a backend computed, and what timing wants to know of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from harness.contract import Case, Evaluation, Failure, Verdict, VerdictKind
from harness.problems.inputs import CaseInputs
from harness.running.records import Record, ResultRecord
from harness.verification.judge import Judge

__all__ = ["Judged", "digest", "judged_before", "undecided", "verdict_of"]


@dataclass(frozen=True, slots=True)
class Judged:
    """What timing wants to know of a judged case: the results' digest, seconds of a first call."""

    digest: str
    seconds: float


def judged_before(records: Iterable[Record]) -> dict[tuple[str, Case], Judged]:
    """What the journal's ``records`` say of cases that were judged."""
    return {
        (r.backend, Case.parse(r.case)): Judged(r.digest, r.seconds)
        for r in records
        if isinstance(r, ResultRecord)
    }


def digest(results: Sequence[np.ndarray]) -> str:
    """A fingerprint of the results' shapes, dtypes and bits."""
    hashed = hashlib.sha256()
    for x in results:
        hashed.update(f"{x.shape}{x.dtype.str}".encode())
        hashed.update(x.tobytes())
    return hashed.hexdigest()


def verdict_of(
    judge: Judge, backend: str, case: Case, inputs: CaseInputs, outcome: Evaluation | Failure
) -> Verdict:
    """The judge's verdict; ``inconclusive`` when the judge itself fails."""
    try:
        return judge.judge(backend, case, inputs, outcome)
    except Exception as error:  # noqa: BLE001 - an oracle may be a plug-in's
        return undecided("the judge failed", error)


def undecided(what: str, error: Exception) -> Verdict:
    """The verdict that nothing could be decided, because of ``error``."""
    reason = f"{what}: {type(error).__name__}: {' '.join(str(error).split())}"
    return Verdict(VerdictKind.INCONCLUSIVE, "none", reason)
