"""Where arguments are hard: zeros of both signs, ties, ends of domains, subnormals, infinities.

There a rule must give what is known, or what NumPy's own arithmetic gives, and never an exception
of ours; and forward and reverse mode must agree, also on what is infinite or not a number.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import our_engine as oe

from .elementwise_specimens import DOMAINS, STEPS
from .hard import examples, vectors

TINY = 5e-324
HARD = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, TINY, -1e-310, 1e-160, 1e160, math.inf, -math.inf, math.nan)

BINARY = [n for n, d in {**DOMAINS, **STEPS}.items() if len(d) == 2]
UNARY = [n for n, d in {**DOMAINS, **STEPS}.items() if len(d) == 1]


@pytest.fixture(autouse=True)
def _as_numpy_does():
    with np.errstate(all="ignore"):
        yield


def both_modes(f, xs):
    """The derivative by each argument of an elementwise f, forward and reverse; f's own value."""
    y, pull = oe.vjp(f, tuple(xs))
    np.testing.assert_array_equal(y, f(*xs), err_msg="the value is not NumPy's")
    x_bars = pull(np.ones_like(y))
    for i, x_bar in enumerate(x_bars):
        x_dots = tuple(np.ones_like(x) if i == j else np.zeros_like(x) for j, x in enumerate(xs))
        _, y_dot = oe.jvp(f, tuple(xs), x_dots)
        yield y_dot, x_bar


@pytest.mark.parametrize("name", UNARY)
@given(x=vectors(HARD))
@examples
def test_functions_of_one_argument(name, x):
    for forward, reverse in both_modes(getattr(np, name), [x]):
        np.testing.assert_array_equal(forward, reverse)


@pytest.mark.parametrize("name", BINARY)
@given(
    pairs=st.lists(st.tuples(st.sampled_from(HARD), st.sampled_from(HARD)), min_size=1, max_size=5)
)
@examples
def test_functions_of_two_arguments(name, pairs):
    function = getattr(np, name)
    a, b = np.array(pairs).T.copy()
    # One argument at a time: the zero tangent of the other times an infinite derivative is NaN.
    for f, x in ((lambda x: function(x, b), a), (lambda x: function(a, x), b)):
        for forward, reverse in both_modes(f, [x]):
            np.testing.assert_array_equal(forward, reverse)


# The limit of the derivative at an end of the domain, or where the function is hard to evaluate.
LIMITS = {
    "exp": [(-math.inf, 0.0), (0.0, 1.0), (TINY, 1.0)],
    "exp2": [(-math.inf, 0.0), (0.0, math.log(2.0))],
    "expm1": [(-math.inf, 0.0), (0.0, 1.0), (TINY, 1.0), (-1e-310, 1.0)],
    "log": [(math.inf, 0.0), (0.0, math.inf), (1e-160, 1e160)],
    "log1p": [(0.0, 1.0), (-1.0, math.inf), (1e160, 1e-160), (math.inf, 0.0)],
    "sqrt": [(math.inf, 0.0), (0.0, math.inf)],
    "cbrt": [(math.inf, 0.0), (0.0, math.inf)],
    "square": [(0.0, 0.0), (-0.0, 0.0), (1e160, 2e160)],
    "tanh": [(math.inf, 0.0), (-math.inf, 0.0), (0.0, 1.0), (1e160, 0.0)],
    "arctan": [(math.inf, 0.0), (-math.inf, 0.0), (0.0, 1.0), (1e160, 1e-320)],
    "arcsinh": [(math.inf, 0.0), (1e160, 1e-160), (-1e160, 1e-160), (0.0, 1.0)],
    "arccosh": [(math.inf, 0.0), (1e160, 1e-160), (1.0, math.inf)],
    "arcsin": [(1.0, math.inf), (-1.0, math.inf), (0.0, 1.0)],
    "arccos": [(1.0, -math.inf), (-1.0, -math.inf), (0.0, -1.0)],
    "arctanh": [(1.0, math.inf), (-1.0, math.inf), (0.0, 1.0)],
    "sinh": [(0.0, 1.0), (-0.0, 1.0), (math.inf, math.inf)],
    "sinc": [(0.0, 0.0), (-0.0, 0.0), (1.0, -1.0), (2.0, 0.5)],
    "reciprocal": [(math.inf, -0.0), (1e-160, -math.inf)],
    "absolute": [(0.0, 0.0), (-0.0, 0.0), (TINY, 1.0), (-math.inf, -1.0)],
    "floor": [(0.5, 0.0), (0.0, 0.0), (math.inf, 0.0)],
}


@pytest.mark.parametrize(
    ("name", "x", "want"), [(n, x, w) for n, p in LIMITS.items() for x, w in p]
)
@pytest.mark.parametrize("shape", [(), (1,)])
def test_known_limits_of_derivatives(name, x, want, shape):
    x = np.full(shape, x)
    for got in next(iter(both_modes(getattr(np, name), [x]))):
        np.testing.assert_allclose(got, np.full(shape, want), rtol=1e-15)


OUTSIDE = {
    "log": -1.0,
    "log2": -1.0,
    "log10": -1e-300,
    "log1p": -2.0,
    "arctanh": 2.0,
    "sqrt": -1.0,
    "arcsin": 1.5,
    "arccosh": 0.5,
}


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("shape", [(), (1,)])
def test_outside_its_domain_a_function_has_no_derivative(name, shape):
    """Where NumPy's value is NaN, so is every derivative: 1/x alone would give -1 at log(-1)."""
    x = np.full(shape, OUTSIDE[name])
    f = getattr(np, name)
    with np.errstate(all="ignore"):
        for got in next(iter(both_modes(f, [x]))):
            assert np.isnan(got).all()
        assert np.isnan(oe.hessian(lambda t: np.sum(f(t)))(x)).all()


@pytest.mark.parametrize("shape", [(), (1,)])
def test_at_minus_zero_roots_and_logarithms_rise_without_bound(shape):
    x = np.full(shape, -0.0)
    with np.errstate(all="ignore"):
        for f in (np.sqrt, np.log, np.log2, np.log10):
            for got in next(iter(both_modes(f, [x]))):
                np.testing.assert_array_equal(got, np.full(shape, np.inf))


@pytest.mark.parametrize("x", [1e-20, 1e-160, -1e-300])
def test_second_derivatives_of_arcs_near_zero(x):
    """x, -x and 2 x to all digits: (1 - x) (1 + x) alone loses them."""
    for f, factor in ((np.arcsin, 1.0), (np.arccos, -1.0), (np.arctanh, 2.0)):
        for outer in (oe.grad, lambda g: lambda t: oe.jvp(g, (t,), (1.0,))[1]):
            assert outer(oe.grad(f))(x) == pytest.approx(factor * x, rel=1e-15)


def test_second_derivatives_of_hypot_do_not_cancel():
    """b^2 / h^3 and -a b / h^3."""
    a, b = 1e8, 1e-8
    H = oe.jacobian(oe.grad(lambda x: np.hypot(x[0], x[1])))(np.array([a, b]))
    want = np.array([[b * b, -a * b], [-a * b, a * a]]) / a**3
    np.testing.assert_allclose(H, want, rtol=1e-14)
