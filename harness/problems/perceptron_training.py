"""200 steps of full-batch gradient descent of the lecture's perceptron on all of the diabetes data.

A programme made of gradients: errors that one derivative would hide add up along the way, so the
loss curves of two right engines stay together and that of a careless one drifts off.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.contract import Array, Descent, Namespace, Operator, Point, Problem, Size
from harness.problems.diabetes import FEATURES, LINEAR_FIT_LOSS, ROWS, diabetes
from harness.problems.perceptron import gradient, perceptron, perceptron_operations

__all__ = ["PERCEPTRON_TRAINING"]

Dims = Mapping[str, int]

HIDDEN = (16, 64, 128, 256)

DESCENT = Descent(
    steps=200,
    # With the starts below, the curvature in either layer is of order λ_max(x xᵀ / 442) = 4.02,
    # whatever the hidden size. 0.2 is under 2 / 4.02, and the loss falls at every step.
    learning_rate=0.2,
    # Descent contracts, so rounding adds up and is not amplified: 200 steps, each of sums over 442
    # samples, make 200 √442 u = 4.7e-13 in float64. (Seen against extended precision: 3e-16.)
    curve_bound=1e-12,
    # A perceptron that has learned anything beats the best straight line; training that does not
    # is broken, however close its curve may be to another's.
    final_loss=LINEAR_FIT_LOSS,
)


def _descent(xp: Namespace, W_1: Array, W_3: Array, x: Array, y: Array) -> tuple[Array]:
    """The losses at the start and after each step, shape (steps + 1,), by the closed gradient."""
    losses = []
    for _ in range(DESCENT.steps):
        losses.append(perceptron(xp, W_1, W_3, x, y))
        g_1, g_3 = gradient(xp, W_1, W_3, x, y)
        W_1, W_3 = W_1 - DESCENT.learning_rate * g_1, W_3 - DESCENT.learning_rate * g_3
    losses.append(perceptron(xp, W_1, W_3, x, y))
    return (xp.stack(losses),)


def _start(dims: Dims, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Weights with ‖W_3‖ and ‖W_1‖ of order 1, so that one learning rate serves every size."""
    x, y = diabetes()
    hidden = dims["hidden"]
    W_1 = rng.standard_normal((hidden, FEATURES)) * 2 / np.sqrt(FEATURES * hidden)
    W_3 = rng.standard_normal((1, hidden)) / np.sqrt(hidden)
    return W_1, W_3, np.ascontiguousarray(x), y[None, :].copy()


def _operations(dims: Dims) -> int:
    """Each step takes a loss and a gradient, which is about two losses more."""
    return 3 * DESCENT.steps * perceptron_operations({"batch": ROWS, **dims})


PERCEPTRON_TRAINING = Problem(
    name="lecture.perceptron_training",
    source=(
        "lecture 3, the two-layer perceptron; data: Efron, Hastie, Johnstone and Tibshirani, "
        "Least Angle Regression, Ann. Statist. 32 (2004)"
    ),
    fun=perceptron,
    arguments=("W_1", "W_3", "x", "y"),
    argnums=(0, 1),
    sizes=tuple(Size({"hidden": hidden}, hidden) for hidden in HIDDEN),
    points=(
        # One size is timed: 200 steps take a second where each operation is dispatched on its
        # own, and how a step grows is what the perceptron's gradient shows.
        Point("start", _start, sizes=frozenset({"hidden=64"}), timed=True),
        Point("other-start", _start, sizes=frozenset({"hidden=16", "hidden=128", "hidden=256"})),
    ),
    operators=frozenset({Operator.DESCENT}),
    timed_operators=frozenset({Operator.DESCENT}),
    closed_forms={Operator.DESCENT: _descent},
    operations=_operations,
    dtypes=frozenset({"float64"}),
    descent=DESCENT,
)
