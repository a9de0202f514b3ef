"""What some built-in backends are asked of the catalogue, told without importing their libraries.

The catalogue holds tens of thousands of cases. A backend to which most of them say nothing new is
asked the others alone, so that its verdicts are not buried in rows that nobody learns from.
"""

from __future__ import annotations

import functools

from harness.contract import HESSIAN_NESTINGS, Case, Operator, Problem
from harness.problems.catalogue import ENTRIES
from harness.problems.catalogue.entry import CATALOGUE

__all__ = [
    "AT_EDGES",
    "COMPILED",
    "SPARED_HESSIANS",
    "asked_of_compiled",
    "asked_of_eager",
    "not_of_the_catalogue",
]

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

AT_EDGES: frozenset[Operator] = frozenset(
    {Operator.JVP, Operator.VJP, Operator.HVP_REVERSE_OVER_REVERSE}
)
"""What the eager mode of a compiling library is asked at edges, where compiling may have simplified
what is special there, and of further variants: both modes, and a nesting that the compiled mode is
not asked."""

SPARED_HESSIANS: frozenset[Operator] = frozenset(HESSIAN_NESTINGS) - {
    Operator.HESSIAN_REVERSE_OVER_REVERSE
}
"""What the eager mode is spared everywhere: the product of the same nesting says what each row is,
and one whole Hessian, which the compiled mode is not asked, that rows are mapped rightly."""


def asked_of_compiled(problem: Problem, operator: Operator) -> bool:
    """Of the catalogue ``COMPILED``, of other problems every operator."""
    return problem.suite != CATALOGUE or operator in COMPILED


def asked_of_eager(problem: Problem, case: Case) -> bool:
    """Of the catalogue, in float64, a first point of each problem, and edges of each function.

    The rules are those that the compiled mode runs at every point, of every variant, in both
    dtypes. Running them one operation at a time costs twenty times as much, and can differ from it
    by which of them are reached and by what a compiler makes of special numbers: so a function in
    its first variant is asked by every operator (of the Hessians by one, beside all products) at
    its first point, and what is in ``AT_EDGES`` at its edges; a further variant that at its first.
    """
    if problem.suite != CATALOGUE:
        return True
    if case.dtype != "float64":
        return False
    first = case.point == problem.points[0].name
    if problem.name not in _first_variants():
        return first and case.operator in AT_EDGES
    if first:
        return case.operator not in SPARED_HESSIANS
    return case.operator in AT_EDGES and not case.point.startswith("generic-")


@functools.cache
def _first_variants() -> frozenset[str]:
    """The problems that are the first of an entry of the catalogue."""
    return frozenset(next(entry.problems()).name for entry in ENTRIES)


def not_of_the_catalogue(problem: Problem, operator: Operator) -> bool:
    """Every operator of every other problem; for backends that are no library's."""
    return problem.suite != CATALOGUE
