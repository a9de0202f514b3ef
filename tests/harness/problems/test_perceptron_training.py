"""lecture.perceptron_training: it learns, it is stable, and a careless gradient is seen."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Operator
from harness.problems.perceptron import gradient, perceptron
from harness.problems.perceptron_training import DESCENT, PERCEPTRON_TRAINING

STARTS = [
    (size, point)
    for size in PERCEPTRON_TRAINING.sizes
    for point in PERCEPTRON_TRAINING.points
    if PERCEPTRON_TRAINING.asks(Operator.DESCENT, size, point)
]
SMALLEST = {"hidden": 16}


def losses(args, spoil=1.0):
    """Plain descent in float64, its gradient times ``spoil``."""
    W_1, W_3, x, y = args
    curve = []
    for _ in range(DESCENT.steps):
        curve.append(perceptron(np, W_1, W_3, x, y))
        g_1, g_3 = gradient(np, W_1, W_3, x, y)
        W_1 = W_1 - spoil * DESCENT.learning_rate * g_1
        W_3 = W_3 - spoil * DESCENT.learning_rate * g_3
    return np.array([*curve, perceptron(np, W_1, W_3, x, y)])


def distance(curve, reference):
    return float(np.max(np.abs(curve / reference - 1)))


@pytest.fixture(scope="module")
def reference():
    """The closed form in extended precision at the smallest size, and its arguments."""
    args = PERCEPTRON_TRAINING.point("other-start").build(SMALLEST, np.random.default_rng(2))
    extended = [a.astype(np.longdouble) for a in args]
    return args, PERCEPTRON_TRAINING.closed_forms[Operator.DESCENT](np, *extended)[0]


@pytest.mark.parametrize(("size", "point"), STARTS, ids=lambda value: value.name)
def test_every_start_descends_at_each_step_and_beats_the_straight_line(size, point):
    curve = losses(point.build(size.dims, np.random.default_rng(4)))
    assert curve.shape == (DESCENT.steps + 1,)
    assert (np.diff(curve) < 0).all()
    assert curve[0] > DESCENT.final_loss > 1.02 * curve[-1]


def test_every_size_has_a_start():
    assert {size.name for size, _ in STARTS} == {s.name for s in PERCEPTRON_TRAINING.sizes}


def test_float64_stays_well_within_the_bound(reference):
    args, curve = reference
    assert distance(losses(args), curve) < DESCENT.curve_bound / 10


def test_another_order_of_summation_stays_within_the_bound(reference):
    args, curve = reference
    order = np.random.default_rng(0).permutation(args[2].shape[1])
    shuffled = (args[0], args[1], args[2][:, order], args[3][:, order])
    assert distance(losses(shuffled), curve) < DESCENT.curve_bound / 10


@pytest.mark.parametrize("spoil", [1 + 1e-9, 1 - 1e-6, 1.0005])
def test_a_gradient_that_is_a_little_off_leaves_the_bound(reference, spoil):
    args, curve = reference
    assert distance(losses(args, spoil), curve) > 10 * DESCENT.curve_bound


def test_training_that_does_not_learn_misses_the_figure():
    args = PERCEPTRON_TRAINING.point("start").build({"hidden": 64}, np.random.default_rng(4))
    assert losses(args, spoil=0.05)[-1] > DESCENT.final_loss
