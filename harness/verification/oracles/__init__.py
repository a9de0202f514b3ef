"""Oracles: those who know derivatives, strongest first, and what each can decide."""

from __future__ import annotations

from harness.verification.oracles.closed_form import ClosedForm, judge_closed_form
from harness.verification.oracles.complex_step import ComplexStep
from harness.verification.oracles.finite_differences import FiniteDifferences
from harness.verification.oracles.multiprecision import Multiprecision
from harness.verification.oracles.oracle import (
    Branches,
    Oracle,
    Question,
    TrueBlock,
    Truth,
    Undecided,
)
from harness.verification.oracles.spot_checks import SpotChecks

__all__ = [
    "Branches",
    "ClosedForm",
    "ComplexStep",
    "FiniteDifferences",
    "Multiprecision",
    "Oracle",
    "Question",
    "SpotChecks",
    "TrueBlock",
    "Truth",
    "Undecided",
    "builtin_oracles",
    "judge_closed_form",
]


def builtin_oracles(budget_s: float = 2.0) -> tuple[Oracle, ...]:
    """The oracles that come with the package; ``budget_s`` is multiprecision's, for one truth."""
    return (
        Multiprecision(budget_s, min(budget_s, 0.1)),
        ClosedForm(),
        SpotChecks(budget_s),
        ComplexStep(),
        FiniteDifferences(),
    )
