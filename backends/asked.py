"""What some built-in backends are asked of the catalogue, told without importing their libraries.

The catalogue holds tens of thousands of cases. A backend to which most of them say nothing new is
asked the others alone, so that its verdicts are not buried in rows that nobody learns from.
"""

from __future__ import annotations

from harness.contract import Operator, Problem
from harness.problems.catalogue.entry import CATALOGUE

__all__ = ["COMPILED", "asked_of_compiled", "not_of_the_catalogue"]

COMPILED: frozenset[Operator] = frozenset(
    {
        Operator.VALUE,
        Operator.JVP,
        Operator.VJP,
        Operator.GRADIENT,
        Operator.HVP_FORWARD_OVER_REVERSE,
        Operator.HESSIAN_FORWARD_OVER_REVERSE,
    }
)
"""What a compiling backend is asked: compiling one operator takes longer than judging it at all
points, and what is compiled are the transforms of the eager mode, which is asked them all."""


def asked_of_compiled(problem: Problem, operator: Operator) -> bool:
    """Of the catalogue ``COMPILED``, of other problems every operator."""
    return problem.suite != CATALOGUE or operator in COMPILED


def not_of_the_catalogue(problem: Problem, operator: Operator) -> bool:
    """Every operator of every other problem; for backends that are no library's."""
    return problem.suite != CATALOGUE
