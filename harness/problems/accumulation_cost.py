"""What it costs to accumulate the Jacobian of a chain, in scalar multiplications (slide 17).

A chain x_0 → x_1 → … → x_t of widths n_0 … n_t has dense local Jacobians J_k of shape
(n_k, n_{k-1}), and ∂x_t/∂x_0 = J_t J_{t-1} … J_1. The product of an (a, b) matrix and a (b, c)
one takes a·b·c multiplications; the bracketing alone decides the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

__all__ = ["forward_cost", "optimal_cost", "reverse_cost"]


def forward_cost(widths: Sequence[int]) -> int:
    """J_t(…(J_3(J_2 J_1))): n_0 Σ_{k=1}^{t-1} n_k n_{k+1}, for widths (n_0, …, n_t)."""
    _check(widths)
    return widths[0] * sum(a * b for a, b in pairwise(widths[1:]))


def reverse_cost(widths: Sequence[int]) -> int:
    """(((J_t J_{t-1}) …) J_2) J_1: n_t Σ_{k=0}^{t-2} n_k n_{k+1}, for widths (n_0, …, n_t)."""
    _check(widths)
    return widths[-1] * sum(a * b for a, b in pairwise(widths[:-1]))


def optimal_cost(widths: Sequence[int]) -> int:
    """The least cost over all bracketings, by the O(t³) matrix-chain dynamic programme.

    ``best[i, j]`` is the least cost of J_j … J_{i+1} = ∂x_j/∂x_i, of shape (n_j, n_i). The last
    product of it joins ∂x_j/∂x_k with ∂x_k/∂x_i for some k between (Griewank and Naumann,
    "Accumulating Jacobians as chained sparse matrix products", Math. Prog. 95, 2003).
    """
    _check(widths)
    t = len(widths) - 1
    best = {(k, k + 1): 0 for k in range(t)}
    for length in range(2, t + 1):
        for i in range(t - length + 1):
            j = i + length
            best[i, j] = min(
                best[i, k] + best[k, j] + widths[j] * widths[k] * widths[i] for k in range(i + 1, j)
            )
    return best[0, t]


def _check(widths: Sequence[int]) -> None:
    if len(widths) < 2:
        raise ValueError(f"a chain has at least one map, so two widths; got {list(widths)}")
