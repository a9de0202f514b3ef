"""Where to put the brackets in a product of Jacobians: dynamic programming, O(t^3).

A chain of t factors takes x_0 of n_0 numbers to x_t of n_t. Of factor k, which has n_k rows and
n_{k-1} columns, three costs are known, all in scalar multiplications:

    form     to have its matrix (none where the matrix is what the map holds)
    push     to apply it to one column, without forming it
    pull     to apply its transpose to one row

The product of the factors i+1 ... j is had by one of

    matrix times matrix   C(i, s) + C(s, j) + n_i n_s n_j     for some s between
    from the left         C(i, j-1) + n_i push_j              columns, as forward mode does
    from the right        C(i+1, j) + n_j pull_{i+1}          rows, as reverse mode does

With dense factors (form 0, push = pull = n_k n_{k-1}) this is the matrix chain problem; see
Griewank and Naumann, "Accumulating Jacobians as chained sparse matrix products", Math. Prog. 95
(2003), and Naumann, "Matrix-Free Jacobian Chaining" (2024), for the factors that stay maps.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Factor:
    """Costs of one factor: `form` its matrix, `push` one column, `pull` one row through it."""

    form: int
    push: int
    pull: int


@dataclass(frozen=True)
class Bracketing:
    """How the factors first+1 ... last are multiplied, and at what cost.

    `way` is "form" (one factor), "multiply" (left and right are both matrices), "push" (left is
    the last factor, as a map) or "pull" (right is the first factor, as a map).
    """

    first: int
    last: int
    way: str
    multiplications: int
    left: Bracketing | None = None
    right: Bracketing | None = None

    def __str__(self) -> str:
        """The product as brackets: (J_3 (J_2 J_1)), where a factor applied as a map has a dot."""
        if self.left is None and self.right is None:
            return f"J_{self.last}"
        if self.way == "push":
            return f"(J_{self.last}·{self.right})"
        if self.way == "pull":
            return f"({self.left}·J_{self.first + 1})"
        return f"({self.left} {self.right})"


@functools.lru_cache(maxsize=256)
def optimal_bracketing(sizes: tuple[int, ...], factors: tuple[Factor, ...]) -> Bracketing:
    """The bracketing with the fewest multiplications; `sizes` are n_0 ... n_t."""
    t = len(factors)
    best: dict[tuple[int, int], Bracketing] = {}
    for k, factor in enumerate(factors):
        best[k, k + 1] = Bracketing(k, k + 1, "form", factor.form)
    for length in range(2, t + 1):
        for i in range(t - length + 1):
            j = i + length
            best[i, j] = _best(i, j, sizes, factors, best)
    return best[0, t]


def _best(
    i: int,
    j: int,
    sizes: tuple[int, ...],
    factors: tuple[Factor, ...],
    best: dict[tuple[int, int], Bracketing],
) -> Bracketing:
    ends = sizes[i] * sizes[j]
    cost, s = min(
        (best[i, s].multiplications + best[s, j].multiplications + ends * sizes[s], s)
        for s in range(i + 1, j)
    )
    pushed = best[i, j - 1].multiplications + sizes[i] * factors[j - 1].push
    pulled = best[i + 1, j].multiplications + sizes[j] * factors[i].pull
    if cost <= pushed and cost <= pulled:
        return Bracketing(i, j, "multiply", cost, left=best[s, j], right=best[i, s])
    if pushed <= pulled:
        return Bracketing(i, j, "push", pushed, right=best[i, j - 1])
    return Bracketing(i, j, "pull", pulled, left=best[i + 1, j])


def forward_bracketing(sizes: Sequence[int], factors: Sequence[Factor]) -> Bracketing:
    """J_t·(... (J_2·J_1)): all columns pushed from the inputs up."""
    total = Bracketing(0, 1, "form", factors[0].form)
    for j in range(2, len(factors) + 1):
        cost = total.multiplications + sizes[0] * factors[j - 1].push
        total = Bracketing(0, j, "push", cost, right=total)
    return total


def reverse_bracketing(sizes: Sequence[int], factors: Sequence[Factor]) -> Bracketing:
    """((J_t·J_{t-1}) ...)·J_1: all rows pulled from the outputs down."""
    t = len(factors)
    total = Bracketing(t - 1, t, "form", factors[-1].form)
    for i in range(t - 2, -1, -1):
        cost = total.multiplications + sizes[t] * factors[i].pull
        total = Bracketing(i, t, "pull", cost, left=total)
    return total


def dense(rows: int, columns: int) -> Factor:
    """The costs of a factor whose matrix is there, without a zero in it."""
    return Factor(0, rows * columns, rows * columns)
