"""What an oracle is asked and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from harness.contract import Operator, PointKind, Problem, function_of

__all__ = [
    "Branches",
    "Oracle",
    "Question",
    "TrueBlock",
    "Truth",
    "Undecided",
    "closed_form_of",
]

Arrays = tuple[np.ndarray, ...]


def closed_form_of(problem: Problem, operator: Operator) -> Callable[..., Any] | None:
    """The problem's formula for a plain operator, by whichever mode it is listed."""
    for listed, form in problem.closed_forms.items():
        if listed.base is operator:
            return form
    return None


@dataclass(frozen=True, slots=True)
class Question:
    """What is the result of ``operator`` on ``problem`` at exactly these numbers?

    ``operator`` is the plain one (``Operator.base``): how a backend gets there is no part of
    the question. ``args`` and ``seeds`` were rounded to the case's dtype before and are exact
    from here on; ``unit_roundoff`` is that dtype's u, and says which comparisons rounding
    could turn. ``dims`` are the size's, for estimates of cost.
    """

    problem: Problem
    operator: Operator
    args: Arrays
    seeds: Arrays
    dims: Mapping[str, int]
    kind: PointKind = PointKind.SMOOTH
    unit_roundoff: float = 2.0**-53

    @property
    def fun(self) -> Callable[..., Any]:
        """``fun(xp, *args)``, what the operator differentiates: of many outputs maybe their sum.

        Every oracle takes it from here (``harness.contract.function_of``).
        """
        return function_of(self.problem, self.operator)

    @property
    def primals(self) -> Arrays:
        """The differentiable arguments."""
        return tuple(self.args[i] for i in self.problem.argnums)

    @property
    def closed_form(self) -> Callable[..., Any] | None:
        """The problem's formula for the operator, by whichever mode it is listed."""
        return closed_form_of(self.problem, self.operator)

    @property
    def operations(self) -> int:
        """Scalar operations in one value of the function."""
        return max(1, self.problem.operations(self.dims))


@dataclass(frozen=True, slots=True)
class Branches:
    """The derivatives on the two sides of the comparisons that are tied at the point.

    ``first`` and ``second`` are the whole results with all ties on one side. ``exact`` tells a
    tie of equal numbers from one that only rounding can turn; ``count`` how many there are.
    """

    first: np.ndarray
    second: np.ndarray
    exact: bool
    count: int


@dataclass(frozen=True, slots=True)
class TrueBlock:
    """The truth of one result array: ``high + low``, two float64 arrays of its shape.

    ``conditioning`` is Σ_j |∂g_i/∂x_j|·|x_j| over all floating operands, ``bound`` the oracle's
    own error bound, both per component. Where mathematics leaves a choice, ``lower`` and
    ``upper`` hold the accepted set, component by component. An infinite derivative is ±inf,
    and NaN says that there is none.
    """

    high: np.ndarray
    low: np.ndarray
    conditioning: np.ndarray
    bound: np.ndarray
    lower: np.ndarray | None = None
    upper: np.ndarray | None = None
    branches: Branches | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """An oracle's answer.

    Usually ``blocks`` are the results themselves, in the layout of ``derivation``. Where that
    would cost too much, ``directions`` are given: for each, one block that the contraction of
    the results with it must equal (``directions.contract``). ``curve_bound`` replaces the
    tolerance by a relative one, for programmes with a stated bound.
    """

    oracle: str
    blocks: tuple[TrueBlock, ...]
    note: str = ""
    directions: tuple[tuple[Arrays, ...], ...] = ()
    curve_bound: float | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """An oracle cannot decide this, because ``reason`` (a clause that may follow its name).

    ``lasting``: it will say so again whenever it is asked, and the answer may be kept.
    """

    reason: str
    lasting: bool = False


@runtime_checkable
class Oracle(Protocol):
    """Someone who knows derivatives, or says why not.

    ``rank`` is the place among the oracles, strongest first: multiprecision has 30, closed
    forms 40, complex step 50, finite differences 60. ``version`` belongs to the truths that
    are kept on disk: raise it when answers change. An answer must depend on nothing but the
    question.
    """

    name: str
    rank: int
    version: int

    def truth(self, question: Question) -> Truth | Undecided:
        """The truth, or the reason why it is not known."""
        ...
