"""Comparisons are decisions: at ties each side's derivative is found, and nowhere else a side."""

import numpy as np
import pytest

from harness.contract import Operator
from harness.verification.oracles import Multiprecision, Question, Truth
from harness.verification.oracles.multiprecision_namespace.decisions import (
    Forced,
    Recorded,
    Ties,
    deciding,
)
from tests.harness.verification.oracles.number_arrays import KINDS, computing, floats

W = np.array([3.0, -1.0, 7.0, 2.0])


def gradient(tools, fun, *args):
    """The truth of a gradient: its blocks, each with the set between ``lower`` and ``upper``."""
    arrays = tuple(np.asarray(a, dtype=float) for a in args)
    names = tuple("xyz"[: len(arrays)])
    problem = tools.problem("asked", fun, names, {"p": lambda rng: arrays})
    truth = Multiprecision().truth(Question(problem, Operator.GRADIENT, arrays, (), {"n": 1}))
    assert isinstance(truth, Truth), truth
    return truth.blocks


def weighted(xp, x):
    return xp.sum(W[: x.shape[0]] * x)


def interpolated(xp, x):
    """Linearly between the knots (0, 0), (1, 1), (2, 5)."""
    knots, values = xp.asarray([0.0, 1.0, 2.0]), xp.asarray([0.0, 1.0, 5.0])
    i = xp.searchsorted(knots[1:-1], x)
    slope = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    at = np.asarray([int(i)])
    return xp.sum(xp.take(values, at) + xp.take(slope, at) * (x - xp.take(knots, at)))


def median(xp, x):
    s = xp.sort(x)
    return s[x.shape[0] // 2]


# name: f, the point, and the least and greatest elements of the set of its derivatives.
TIES = {
    "sort": (lambda xp, x: weighted(xp, xp.sort(x)), [1.0, 1.0], [-1, -1], [3, 3]),
    "sort, one pair": (
        lambda xp, x: weighted(xp, xp.sort(x)),
        [4.0, 1.0, 2.0, 1.0],
        [2, -1, 7, -1],
        [2, 3, 7, 3],
    ),
    "sort descending": (
        lambda xp, x: weighted(xp, xp.sort(x, descending=True)),
        [1.0, 2.0, 2.0],
        [7, -1, -1],
        [7, 3, 3],
    ),
    "sort, all equal": (lambda xp, x: weighted(xp, xp.sort(x)), [2.0] * 3, [-1] * 3, [7] * 3),
    "argsort": (
        lambda xp, x: weighted(xp, xp.take(x, xp.argsort(x), axis=0)),
        [1.0, 1.0],
        [-1, -1],
        [3, 3],
    ),
    "argmax": (lambda xp, x: x[int(xp.argmax(x))], [2.0, 2.0, 1.0], [0, 0, 0], [1, 1, 0]),
    "argmin": (lambda xp, x: x[int(xp.argmin(x))], [2.0, 2.0, 3.0], [0, 0, 0], [1, 1, 0]),
    "max": (lambda xp, x: xp.max(x), [2.0, 2.0, 1.0], [0, 0, 0], [1, 1, 0]),
    "min": (lambda xp, x: xp.min(x), [2.0, 2.0, 3.0], [0, 0, 0], [1, 1, 0]),
    "median": (median, [1.0, 2.0, 2.0], [0, 0, 0], [0, 1, 1]),
    "clip at its bound": (lambda xp, x: xp.sum(xp.clip(x, 0.0, 1.0)), [0.0, 0.5], [0, 1], [1, 1]),
    "abs": (lambda xp, x: xp.sum(xp.abs(x)), [0.0, -2.0], [-1, -1], [1, -1]),
    "x sign x": (lambda xp, x: xp.sum(x * xp.sign(x)), [0.0, -2.0], [-1, -1], [1, -1]),
    "1-norm": (lambda xp, x: xp.linalg.vector_norm(x, ord=1), [0.0, 2.0], [-1, 1], [1, 1]),
    "infinity norm": (
        lambda xp, x: xp.linalg.vector_norm(x, ord=xp.inf),
        [-2.0, 2.0],
        [-1, 0],
        [0, 1],
    ),
    "column norm": (
        lambda xp, x: xp.linalg.matrix_norm(xp.stack([x, 0 * x]), ord=1),
        [2.0, -2.0],
        [0, -1],
        [1, 0],
    ),
    "copysign": (lambda xp, x: xp.sum(xp.copysign(x, xp.asarray([0.0]))), [3.0], [-1], [1]),
    "searchsorted": (lambda xp, x: interpolated(xp, x), 1.0, 1, 4),
    "remainder": (lambda xp, x: xp.remainder(5.0 + 0 * x, x), 2.5, -2, -1),
    "nextafter": (lambda xp, x: xp.nextafter(x, x + 1), 2.5, 1, 1),
    **{
        f"{name} at {point}": (lambda xp, x, f=name: getattr(xp, f)(x), point, 0, 0)
        for name, points in {
            "sign": (0.0, -0.0, 1.0),
            "floor": (2.0, -2.0, 0.0, 2.5, 1e20),
            "ceil": (2.0, -2.0, 0.0, 2.5),
            "round": (0.5, 1.5, -0.5, 2.0, 2.25),
            "trunc": (0.0, 1.0, -1.0, 1.5),
        }.items()
        for point in points
    },
    "x // 1": (lambda xp, x: xp.floor_divide(x, 1.0), 3.0, 0, 0),
    "x % 1": (lambda xp, x: xp.remainder(x, 1.0), 3.0, 1, 1),
    "signbit": (lambda xp, x: xp.where(xp.signbit(x), -x, x), 0.0, -1, 1),
}

UNDECIDED = {
    *("nextafter", "sign at 1.0", "floor at 2.5", "ceil at 2.5", "round at 2.0", "round at 2.25"),
    *("trunc at 0.0", "trunc at 1.5"),
}
"""Where no comparison is tied; elsewhere the set has to come from decisions, not from quotients."""


@pytest.mark.parametrize("name", TIES)
def test_the_set_at_a_tie(tools, name):
    fun, point, lower, upper = TIES[name]
    (block,) = gradient(tools, fun, point)
    low = block.high if block.lower is None else block.lower
    high = block.high if block.upper is None else block.upper
    np.testing.assert_allclose(low, lower, atol=1e-25)
    np.testing.assert_allclose(high, upper, atol=1e-25)
    assert (block.branches is None) == (name in UNDECIDED)


# What is smooth, though it compares on its way: pivots, orders and largest terms.
SMOOTH = {
    "logaddexp": lambda xp, x: xp.logaddexp(x[0], x[1]),
    "logsumexp": lambda xp, x: xp.special.logsumexp(x),
    "softmax": lambda xp, x: weighted(xp, xp.special.softmax(x)),
    "2-norm": lambda xp, x: xp.linalg.vector_norm(x),
    "Frobenius norm": lambda xp, x: xp.linalg.matrix_norm(xp.linalg.outer(x, x)),
    "hypot": lambda xp, x: xp.hypot(x[0], x[1]),
    "expit": lambda xp, x: xp.sum(xp.special.log_expit(x - 1)),
    "det": lambda xp, x: xp.linalg.det(xp.linalg.outer(x, x) + xp.eye(4)),
    "inv": lambda xp, x: xp.sum(xp.linalg.inv(xp.linalg.outer(x, x) + xp.eye(4)) * W),
    "eigvalsh": lambda xp, x: xp.sum(xp.linalg.eigvalsh(xp.linalg.outer(x, x)) ** 2),
    "qr": lambda xp, x: xp.sum(xp.linalg.qr(xp.linalg.outer(x, x) + xp.eye(4)).R ** 2),
    "modulus": lambda xp, x: xp.sum(xp.abs(x + 1j * x)),
    "fft": lambda xp, x: xp.sum(xp.abs(xp.fft.fft(x * W)) ** 2),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_what_is_smooth_decides_nothing(tools, name):
    recorded = Recorded()
    with computing(40) as (xp, enter), deciding(recorded):
        SMOOTH[name](xp, enter(np.ones(4)))
    assert recorded.margins == []
    (block,) = gradient(tools, SMOOTH[name], np.ones(4))
    assert block.branches is None
    assert np.isfinite(block.high).all()


STEPS = ("sign", "floor", "ceil", "round", "trunc")


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("kind", KINDS)
def test_the_second_side_of_a_jump_is_its_value(kind, name):
    # The oracle's base is the second side wherever a tie is exact.
    x = np.array([0.0, 1.0, -1.0, 2.0, 0.5, 1.5, -0.5, -2.0, 2.5])
    with computing(40, KINDS[kind]) as (xp, enter):
        recorded = Recorded()
        with deciding(recorded):
            plain_value = floats(getattr(xp, name)(enter(x)))
        masks = tuple(np.asarray(margin == 0, dtype=bool) for margin in recorded.margins)
        assert any(mask.any() for mask in masks)
        ties = Ties(tuple(mask if mask.any() else None for mask in masks), exact=True)
        with deciding(Forced(ties, False)):
            forced = floats(getattr(xp, name)(enter(x)))
    np.testing.assert_array_equal(forced, plain_value)
    np.testing.assert_array_equal(plain_value, getattr(np, name)(x))


def test_forced_ties_in_a_cycle_still_give_every_element_once():
    x = np.array([1.0, 1.0, 1.0])
    with computing(40) as (xp, enter):
        for pattern in np.ndindex(2, 2, 2):
            mask = np.array(pattern, dtype=bool)
            first = Ties((mask if mask.any() else None,), exact=True)
            with deciding(Forced(first, True)):
                order = xp.argsort(enter(x))
            assert sorted(order.tolist()) == [0, 1, 2]
