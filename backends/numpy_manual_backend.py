"""Derivatives written by hand for each built-in problem: the baseline, and the speed limit.

What an expert would write who has only NumPy and one problem: a pass or two over the data, BLAS for
the products, results overwritten in place where they are this code's own. It has no
derivative of anything that is not listed here, and no nesting: an H v is one formula.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backends import numpy_manual_chain, numpy_manual_log_sqrt, numpy_manual_perceptron
from backends.numpy_arrays import NumPyArrays
from harness.contract import Operator, Problem

__all__ = ["NumPyManualBackend"]

_BY_HAND: dict[tuple[str, Operator], Callable[..., Any]] = {
    **{
        ("lecture.log_sqrt", operator): call
        for operator, call in numpy_manual_log_sqrt.DERIVATIVES.items()
    },
    **{
        (f"lecture.chain.{profile}", operator): call
        for profile in ("funnel", "fan", "equal", "bottleneck")
        for operator, call in numpy_manual_chain.DERIVATIVES.items()
    },
    **{
        ("lecture.perceptron", operator): call
        for operator, call in numpy_manual_perceptron.DERIVATIVES.items()
    },
}


class NumPyManualBackend(NumPyArrays):
    """Hand-written NumPy for the built-in problems; of any other problem only the value."""

    operators = frozenset({Operator.VALUE, Operator.DESCENT}) | {op for _, op in _BY_HAND}
    dtypes = frozenset({"float64", "float32"})

    def specialise(self, problem: Problem, operator: Operator) -> Callable[..., Any] | None:
        """The derivative of ``problem`` that is written here, if there is one."""
        if (
            operator is Operator.DESCENT
            and problem.name == "lecture.perceptron_training"
            and problem.descent is not None
        ):
            return numpy_manual_perceptron.descent(problem.descent)
        return _BY_HAND.get((problem.name, operator))

    def supports(self, problem: Problem, operator: Operator) -> bool:
        """The value of anything; derivatives where one is written here."""
        return operator is Operator.VALUE or self.specialise(problem, operator) is not None
