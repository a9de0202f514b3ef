"""By hand: Jacobians of x_k = tanh(W_k x_{k-1}) in the order of multiplication that is cheapest.

A diagonal factor is never made a matrix: diag(s) W P is a product and a scaling of its rows.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.contract import Operator

__all__ = ["DERIVATIVES"]

Array = np.ndarray
Plan = int | tuple["Plan", "Plan"]
"""A factor's index, or (left, right): the product of two plans."""


def _slopes(x: Array, weights: Sequence[Array]) -> list[Array]:
    """[s_1, …, s_t] with s_k = 1 - x_k², the diagonals of the local Jacobians diag(s_k) W_k."""
    slopes = []
    for W in weights:
        x = np.tanh(W @ x)
        slope = x * x
        np.subtract(1, slope, out=slope)
        slopes.append(slope)
    return slopes


def jvp(x_0: Array, *operands: Array) -> tuple[Array]:
    """Value and tangent in one pass."""
    *weights, x_dot = operands
    x = x_0
    for W in weights:
        x = np.tanh(W @ x)
        x_dot = W @ x_dot
        x_dot -= x_dot * x * x
    return (x_dot,)


def vjp(x_0: Array, *operands: Array) -> tuple[Array]:
    """One pass up, one down."""
    *weights, x_bar = operands
    for slope, W in zip(reversed(_slopes(x_0, weights)), reversed(weights), strict=True):
        x_bar = (x_bar * slope) @ W
    return (x_bar,)


def jacobian_forward(x_0: Array, *weights: Array) -> tuple[Array]:
    """J_t(…(J_2 J_1)), value and Jacobian in one pass."""
    product: Array | None = None
    for slope, W in zip(_slopes(x_0, weights), weights, strict=True):
        product = W * slope[:, None] if product is None else _row_scaled(W @ product, slope)
    assert product is not None
    return (product,)


def jacobian_reverse(x_0: Array, *weights: Array) -> tuple[Array]:
    """((J_t J_{t-1})…) J_1: before each product the columns are scaled, in place."""
    slopes = _slopes(x_0, weights)
    product = weights[-1] * slopes[-1][:, None]
    for slope, W in zip(reversed(slopes[:-1]), reversed(weights[:-1]), strict=True):
        product *= slope
        product = product @ W
    return (product,)


def jacobian(x_0: Array, *weights: Array) -> tuple[Array]:
    """The bracketing with the fewest multiplications; planned once for each set of widths."""
    slopes = _slopes(x_0, weights)
    widths = (x_0.shape[0], *(W.shape[0] for W in weights))

    def product(plan: Plan) -> Array:
        if isinstance(plan, int):
            scaled: Array = weights[plan] * slopes[plan][:, None]
            return scaled
        left, right = plan
        if isinstance(left, int):
            return _row_scaled(weights[left] @ product(right), slopes[left])
        joined: Array = product(left) @ product(right)
        return joined

    return (product(_cheapest(widths, 0, len(weights))[1]),)


@functools.lru_cache(maxsize=1024)
def _cheapest(widths: tuple[int, ...], first: int, last: int) -> tuple[int, Plan]:
    """(multiplications, plan) for the product of the factors ``first`` … ``last`` - 1."""
    if last - first == 1:
        return 0, first
    options = []
    for middle in range(first + 1, last):
        right_cost, right = _cheapest(widths, first, middle)
        left_cost, left = _cheapest(widths, middle, last)
        joined = widths[last] * widths[middle] * widths[first]
        options.append((right_cost + left_cost + joined, (left, right)))
    return min(options, key=lambda option: option[0])


def _row_scaled(product: Array, slope: Array) -> Array:
    product *= slope[:, None]
    return product


DERIVATIVES: dict[Operator, Callable[..., Any]] = {
    Operator.JVP: jvp,
    Operator.VJP: vjp,
    Operator.JACOBIAN: jacobian,
    Operator.JACOBIAN_FORWARD: jacobian_forward,
    Operator.JACOBIAN_REVERSE: jacobian_reverse,
}
