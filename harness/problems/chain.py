"""Chains of dense maps, slide 17: where forward accumulation wins, where reverse, where neither.

x_k = tanh(W_k x_{k-1}) for k = 1 … t, with the dense local Jacobians J_k = diag(1 - x_k²) W_k.
Only x_0 is differentiated. Four profiles of the widths n_0 … n_t, each in sizes n over two decades:

==========  ====================================================================================
funnel      n inputs to 8 outputs, the widths between on a geometric line
fan         8 inputs to n outputs, the same backwards
equal       n everywhere: forward and reverse are predicted to tie, and no bracketing is better
bottleneck  n everywhere but 2 in the middle: the two tie again, and the optimum beats both
==========  ====================================================================================

Forward accumulation is predicted to be the cheaper one for few inputs, reverse for few outputs;
funnel and fan tie at n = 8, so their smallest sizes lie beyond the crossover.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from harness.contract import Array, Namespace, Operator, Point, Problem, Size
from harness.problems.accumulation_cost import forward_cost, optimal_cost, reverse_cost

__all__ = ["CHAINS", "chain_widths"]

Dims = Mapping[str, int]

MAPS = 4
NARROW_END = 8
NECK = 2
SCALES = (2, 4, 16, 64, 256)
JUDGED_CLOSELY = (4, 256)
"""Judged at more points and for more operators; between, the accumulations say what there is."""

_TWO_MODES = frozenset({Operator.JACOBIAN_FORWARD, Operator.JACOBIAN_REVERSE})


def chain_widths(dims: Dims) -> tuple[int, ...]:
    """The widths (n_0, …, n_t) of a chain's size."""
    return tuple(dims[f"n_{k}"] for k in range(len(dims)))


def chain(xp: Namespace, x_0: Array, *weights: Array) -> Array:
    """x_t, shape (n_t,), for x_0 of shape (n_0,) and W_k of shape (n_k, n_{k-1})."""
    x = x_0
    for W in weights:
        x = xp.tanh(xp.matmul(W, x))
    return x


def _local_jacobians(xp: Namespace, x_0: Array, weights: Sequence[Array]) -> list[Array]:
    """[J_1, …, J_t], J_k = diag(1 - x_k²) W_k of shape (n_k, n_{k-1})."""
    x, jacobians = x_0, []
    for W in weights:
        x = xp.tanh(xp.matmul(W, x))
        jacobians.append((1 - x * x)[:, None] * W)
    return jacobians


def _value(xp: Namespace, x_0: Array, *weights: Array) -> tuple[Array]:
    return (chain(xp, x_0, *weights),)


def _jvp(xp: Namespace, x_0: Array, *operands: Array) -> tuple[Array]:
    *weights, x_dot = operands
    for J in _local_jacobians(xp, x_0, weights):
        x_dot = xp.matmul(J, x_dot)
    return (x_dot,)


def _vjp(xp: Namespace, x_0: Array, *operands: Array) -> tuple[Array]:
    *weights, x_bar = operands
    for J in reversed(_local_jacobians(xp, x_0, weights)):
        x_bar = xp.matmul(x_bar, J)
    return (x_bar,)


def _jacobian(xp: Namespace, x_0: Array, *weights: Array) -> tuple[Array]:
    """J_t … J_1, bracketed from the narrower end: the order changes the cost, not the product."""
    first, *rest = _local_jacobians(xp, x_0, weights)
    if weights[-1].shape[0] > x_0.shape[0]:
        product = first
        for J in rest:
            product = xp.matmul(J, product)
        return (product,)
    *inner, product = (first, *rest)
    for J in reversed(inner):
        product = xp.matmul(product, J)
    return (product,)


def _geometric(first: int, last: int) -> tuple[int, ...]:
    return tuple(round(first * (last / first) ** (k / MAPS)) for k in range(MAPS + 1))


def _bottleneck(n: int) -> tuple[int, ...]:
    return tuple(NECK if 2 * k == MAPS else n for k in range(MAPS + 1))


_PROFILES: dict[str, Callable[[int], tuple[int, ...]]] = {
    "funnel": lambda n: _geometric(n, NARROW_END),
    "fan": lambda n: _geometric(NARROW_END, n),
    "equal": lambda n: (n,) * (MAPS + 1),
    "bottleneck": _bottleneck,
}


def _generic(dims: Dims, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Standard normal x_0; W_k scaled by 1/sqrt(n_{k-1}), so that no tanh is saturated."""
    widths = chain_widths(dims)
    x_0 = rng.standard_normal(widths[0])
    return x_0, *_weights(widths, rng)


def _origin(dims: Dims, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """x_0 = 0, where every tanh has slope 1: the Jacobian is just W_t … W_1."""
    widths = chain_widths(dims)
    return np.zeros(widths[0]), *_weights(widths, rng)


def _weights(widths: Sequence[int], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    return tuple(rng.standard_normal((n, below)) / np.sqrt(below) for below, n in pairwise(widths))


def _operations(dims: Dims) -> int:
    """Two for each weight, one for each tanh."""
    widths = chain_widths(dims)
    return sum((2 * below + 1) * n for below, n in pairwise(widths))


def _chain_problem(
    profile: str,
    timed_operators: frozenset[Operator] = _TWO_MODES,
    dtypes: frozenset[str] = frozenset({"float64"}),
) -> Problem:
    sizes = tuple(
        Size({f"n_{k}": n for k, n in enumerate(_PROFILES[profile](scale))}, scale)
        for scale in SCALES
    )

    def names(*scales: int) -> frozenset[str]:
        return frozenset(size.name for size in sizes if size.scale in scales)

    closed_forms: dict[Operator, Callable[..., Any]] = {
        Operator.VALUE: _value,
        Operator.JVP: _jvp,
        Operator.VJP: _vjp,
        Operator.JACOBIAN: _jacobian,
        Operator.JACOBIAN_FORWARD: _jacobian,
        Operator.JACOBIAN_REVERSE: _jacobian,
    }
    return Problem(
        name=f"lecture.chain.{profile}",
        source="lecture 3, slide 17 (complexity of accumulating a chain)",
        fun=chain,
        arguments=("x_0", *(f"W_{k}" for k in range(1, MAPS + 1))),
        argnums=(0,),
        sizes=sizes,
        points=(
            Point("generic-0", _generic, timed=True),
            Point("generic-1", _generic, sizes=names(JUDGED_CLOSELY[0])),
            Point("origin", _origin, sizes=names(JUDGED_CLOSELY[0])),
        ),
        operators=frozenset(closed_forms),
        timed_operators=timed_operators,
        closed_forms=closed_forms,
        operations=_operations,
        dtypes=dtypes,
        predicted_cost={
            Operator.JACOBIAN: lambda dims: optimal_cost(chain_widths(dims)),
            Operator.JACOBIAN_FORWARD: lambda dims: forward_cost(chain_widths(dims)),
            Operator.JACOBIAN_REVERSE: lambda dims: reverse_cost(chain_widths(dims)),
        },
        operator_sizes={
            **dict.fromkeys((Operator.VALUE, Operator.JVP, Operator.VJP), names(*JUDGED_CLOSELY)),
            **(
                {}
                if Operator.JACOBIAN in timed_operators
                else {Operator.JACOBIAN: names(*JUDGED_CLOSELY)}
            ),
        },
    )


# Only at a bottleneck is there a better bracketing than both modes, which "jacobian" leaves a
# backend free to find; and all the profiles being one program, one of them is enough to ask it in
# float32.
CHAINS: tuple[Problem, ...] = (
    _chain_problem("funnel"),
    _chain_problem("fan"),
    _chain_problem("equal", dtypes=frozenset({"float64", "float32"})),
    _chain_problem("bottleneck", timed_operators=_TWO_MODES | {Operator.JACOBIAN}),
)
