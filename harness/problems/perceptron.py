"""The lecture's two-layer perceptron, ½ (W_3 σ(W_1 x) - y)², on the diabetes data.

For a batch the loss is the mean over its samples, which are columns, as in the lecture. Notation:

    x_1 = W_1 x     x_2 = σ(x_1)     x_3 = W_3 x_2     x_4 = mean over the batch of ½ (x_3 - y)²

Shapes: x (n_0, b), y (1, b), W_1 (h, n_0), W_3 (1, h); x and y are constants.

σ is written ``where(x_1 > 0, x_1, 0)``, not ``maximum(x_1, 0)``: at the kink the first has the
slope of the branch that was taken, 0, on every engine, which is the lecture's convention; the
second is a tie, which engines split in different ways (a half to each side, or all to one).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.contract import Array, Namespace, Operator, Point, PointKind, Problem, Size
from harness.problems.closed_forms import hvp_in_every_nesting
from harness.problems.diabetes import FEATURES, ROWS, diabetes

__all__ = ["PERCEPTRON", "gradient", "perceptron", "perceptron_operations"]

Dims = Mapping[str, int]

KINK_MARGIN = 2.0**-13
"""No pre-activation of a generic point lies nearer to the kink: its sign is the same in float32."""


def perceptron(xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array) -> Array:
    """The loss x_4, a scalar; shapes as in the module's docstring."""
    x_1 = xp.matmul(W_1, x)
    x_2 = xp.where(x_1 > 0, x_1, 0)
    x_3 = xp.matmul(W_3, x_2)
    residual = x_3 - y
    return xp.sum(residual * residual) / (2 * x.shape[1])


def _layers(
    xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array
) -> tuple[Array, Array, Array, int]:
    """The residual (1, b), x_2 (h, b), the slopes σ'(x_1) (h, b) and b itself."""
    x_1 = xp.matmul(W_1, x)
    slopes = xp.where(x_1 > 0, 1, 0)
    x_2 = slopes * x_1
    return xp.matmul(W_3, x_2) - y, x_2, slopes, x.shape[1]


def _value(xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array) -> tuple[Array]:
    residual, _, _, b = _layers(xp, W_1, W_3, x, y)
    return (xp.sum(residual * residual) / (2 * b),)


def gradient(xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """(∂x_4/∂W_1, ∂x_4/∂W_3), the lecture's outer products averaged over the batch."""
    residual, x_2, slopes, b = _layers(xp, W_1, W_3, x, y)
    x_1_bar = slopes * (W_3.T * residual)
    return xp.matmul(x_1_bar, x.T) / b, xp.matmul(residual, x_2.T) / b


def _jvp(
    xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array, V_1: Array, V_3: Array
) -> tuple[Array]:
    residual, x_2, slopes, b = _layers(xp, W_1, W_3, x, y)
    x_3_dot = xp.matmul(V_3, x_2) + xp.matmul(W_3, slopes * xp.matmul(V_1, x))
    return (xp.sum(residual * x_3_dot) / b,)


def _vjp(
    xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array, x_4_bar: Array
) -> tuple[Array, Array]:
    g_1, g_3 = gradient(xp, W_1, W_3, x, y)
    return x_4_bar * g_1, x_4_bar * g_3


def _hvp(
    xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array, V_1: Array, V_3: Array
) -> tuple[Array, Array]:
    """The derivative of the gradient along (V_1, V_3); σ'' = 0 wherever σ' exists."""
    residual, x_2, slopes, b = _layers(xp, W_1, W_3, x, y)
    x_2_dot = slopes * xp.matmul(V_1, x)
    x_3_dot = xp.matmul(V_3, x_2) + xp.matmul(W_3, x_2_dot)
    x_1_bar_dot = slopes * (V_3.T * residual + W_3.T * x_3_dot)
    g_3_dot = xp.matmul(x_3_dot, x_2.T) + xp.matmul(residual, x_2_dot.T)
    return xp.matmul(x_1_bar_dot, x.T) / b, g_3_dot / b


def _hessian(
    xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array
) -> tuple[Array, Array, Array, Array]:
    """Blocks by W_1 and W_3: the Gauss-Newton part A Aᵀ / b with A = ∂x_3/∂(W_1, W_3), one column
    for each sample, and off the diagonal the part that is linear in the residual.
    """
    residual, x_2, slopes, b = _layers(xp, W_1, W_3, x, y)
    hidden, n_0 = W_1.shape
    by_W_1 = ((W_3.T * slopes)[:, None, :] * x[None, :, :]).reshape(hidden * n_0, b)
    h_11 = xp.matmul(by_W_1, by_W_1.T)
    h_31 = xp.matmul(x_2, by_W_1.T).reshape(hidden, hidden, n_0)
    # ∂²x_3/∂W_3[i]∂W_1[i, c] = σ'(x_1[i]) x[c], and nothing between different hidden units.
    curvature = xp.matmul(slopes * residual, x.T)
    units = np.arange(hidden)
    h_31[units, units, :] += curvature
    return (
        h_11.reshape(hidden, n_0, hidden, n_0) / b,
        h_31.transpose(1, 2, 0).reshape(hidden, n_0, 1, hidden) / b,
        h_31.reshape(1, hidden, hidden, n_0) / b,
        xp.matmul(x_2, x_2.T).reshape(1, hidden, 1, hidden) / b,
    )


def _generic(dims: Dims, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Random weights whose every pre-activation is clear of the kink, and rows of the data."""
    x, y = _samples(dims["batch"], rng)
    W_1 = rng.standard_normal((dims["hidden"], FEATURES)) / np.sqrt(FEATURES)
    while (near := np.abs(W_1 @ x).min(axis=1) < KINK_MARGIN).any():
        W_1[near] = rng.standard_normal((int(near.sum()), FEATURES)) / np.sqrt(FEATURES)
    W_3 = rng.standard_normal((1, dims["hidden"])) / np.sqrt(dims["hidden"])
    return W_1, W_3, x, y


def _kink(dims: Dims, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """One hidden unit with zero weights: 0 before its ReLU, in any arithmetic and any order.

    With one unit and one sample at the kink, each derivative lies between its two one-sided ones
    whatever σ'(0) an engine takes from [0, 1]; with several, such selections could mix.
    """
    W_1, W_3, x, y = _generic(dims, rng)
    W_1[dims["hidden"] // 2] = 0.0
    return W_1, W_3, x, y


def _samples(batch: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """``batch`` different rows of the data, as columns (n_0, batch), and their y, (1, batch)."""
    x, y = diabetes()
    chosen = np.sort(rng.choice(ROWS, size=batch, replace=False))
    return np.ascontiguousarray(x[:, chosen]), y[None, chosen]


def perceptron_operations(dims: Dims) -> int:
    """Scalar operations of one loss: two products, the ReLU, the squares."""
    batch, hidden = dims["batch"], dims["hidden"]
    return batch * hidden * (2 * FEATURES + 3) + 4 * batch


def _sizes(*pairs: tuple[int, int]) -> tuple[Size, ...]:
    """``scale`` is the hidden size: cost is fitted along it at one batch size."""
    return tuple(Size({"batch": batch, "hidden": hidden}, hidden) for batch, hidden in pairs)


def _names(*pairs: tuple[int, int]) -> frozenset[str]:
    return frozenset(size.name for size in _sizes(*pairs))


_CLOSED_FORMS: dict[Operator, Callable[..., Any]] = {
    Operator.VALUE: _value,
    Operator.JVP: _jvp,
    Operator.VJP: _vjp,
    Operator.GRADIENT: gradient,
    Operator.HESSIAN: _hessian,
    **hvp_in_every_nesting(_hvp),
}

# All hidden sizes with a batch of 32; the other batches where they say something new.
_TIMED = ((32, 8), (32, 16), (32, 64), (32, 256), (32, 1024), (1, 64), (ROWS, 64))
_JUDGED_BESIDE = ((1, 16), (ROWS, 1024))
_SINGLE_SWEEPS = ((1, 16), (32, 64), (ROWS, 1024))
_SECOND_ORDER = ((1, 16), (32, 64))
_GROWTH = tuple((batch, hidden) for batch, hidden in _TIMED if batch == 32)

PERCEPTRON = Problem(
    name="lecture.perceptron",
    source=(
        "lecture 3, the two-layer perceptron; data: Efron, Hastie, Johnstone and Tibshirani, "
        "Least Angle Regression, Ann. Statist. 32 (2004)"
    ),
    fun=perceptron,
    arguments=("W_1", "W_3", "x", "y"),
    argnums=(0, 1),
    sizes=_sizes(*_TIMED, *_JUDGED_BESIDE),
    points=(
        Point("generic-0", _generic, sizes=_names(*_TIMED), timed=True),
        Point("generic-1", _generic, sizes=_names((32, 16), *_JUDGED_BESIDE)),
        Point("kink", _kink, PointKind.KINK, sizes=_names((1, 16))),
    ),
    operators=frozenset(_CLOSED_FORMS),
    timed_operators=frozenset({Operator.VALUE, Operator.GRADIENT, Operator.HVP}),
    closed_forms=_CLOSED_FORMS,
    operations=perceptron_operations,
    operator_sizes={
        Operator.JVP: _names(*_SINGLE_SWEEPS),
        Operator.VJP: _names(*_SINGLE_SWEEPS),
        **dict.fromkeys(hvp_in_every_nesting(_hvp), _names(*_SECOND_ORDER)),
        Operator.HVP: _names((1, 16), *_GROWTH),
        # These sweep over every weight.
        Operator.HVP_FORWARD_OVER_FORWARD: _names((1, 16)),
        Operator.HESSIAN: _names((1, 16)),
    },
)
