"""Differences, integrals, interpolation, polynomials, convolutions; functions along axes."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(10)
A = rng.normal(size=(4, 5))
B = rng.normal(size=(2, 3, 4))
V, W = rng.normal(size=5), rng.normal(size=4)
X = np.cumsum(rng.uniform(0.3, 1.0, size=5))
ROWS = np.cumsum(rng.uniform(0.3, 1.0, size=(4, 5)), axis=1)
Z, C = (rng.normal(size=n) + 1j * rng.normal(size=n) for n in (4, 3))
REAL, STEPS = {"truth": "real"}, {"truth": "steps"}
# Points away from the knots, inside and outside.
AT = np.array([[X[0] - 0.7, X[0] + 0.1, X[2] - 0.1], [X[3] + 0.1, X[4] + 0.5, X[1] + 0.15]])

DIFFERENCES = {
    "diff": (np.diff, np.diff, [A]),
    "diff twice": (np.diff, lambda x: np.diff(x, 2, axis=0), [A]),
    "diff never": (np.diff, lambda x: np.diff(x, 0), [V]),
    "diff too often": (np.diff, lambda x: np.append(np.diff(x, 9), x), [V]),
    "diff prepend": (np.diff, lambda x, p: np.diff(x, prepend=p), [A, V[0]]),
    "diff append": (
        np.diff,
        lambda x, p, q: np.diff(x, n=2, axis=-2, prepend=p, append=q),
        [A, A[:1] * 2, V[0]],
    ),
    "ediff1d": (np.ediff1d, np.ediff1d, [A]),
    "ediff1d ends": (np.ediff1d, lambda x, p, q: np.ediff1d(x, p, q), [V, A[:2], V[0]]),
    "trapezoid": (np.trapezoid, np.trapezoid, [A]),
    "trapezoid dx": (np.trapezoid, lambda y, h: np.trapezoid(y, dx=h, axis=0), [A, 0.3]),
    "trapezoid x": (np.trapezoid, lambda y, x: np.trapezoid(y, x), [A, X]),
    "trapezoid x axis": (np.trapezoid, lambda y, x: np.trapezoid(y, x, axis=1), [B, X[:3]]),
    "trapezoid x of rows": (np.trapezoid, lambda y, x: np.trapezoid(y, x), [A, ROWS]),
    "gradient": (np.gradient, np.gradient, [A]),
    "gradient axis": (np.gradient, lambda f: np.gradient(f, axis=-1, edge_order=2), [A]),
    "gradient axes": (np.gradient, lambda f, h: np.gradient(f, h, 0.5, axis=(2, 0)), [B, 0.3]),
    "gradient spacing": (np.gradient, lambda f, h: np.gradient(f, h, edge_order=2), [V, 0.3]),
    "gradient points": (np.gradient, lambda f, x: np.gradient(f, x), [V, X]),
    "gradient points and spacing": (
        np.gradient,
        lambda f, x: np.gradient(f, 0.5, x, edge_order=2),
        [A, X],
    ),
    "gradient of equal points": (
        np.gradient,
        lambda f: np.gradient(f, np.arange(5.0), edge_order=2),
        [V],
    ),
    "unwrap": (np.unwrap, lambda x: np.unwrap(3 * x, axis=0), [A], REAL),
    "unwrap period": (np.unwrap, lambda x: np.unwrap(3 * x, discont=1.5, period=2.0), [A], REAL),
}
INTERPOLATIONS = {
    "interp": (np.interp, lambda x, xp, fp: np.interp(x, xp, fp), [AT, X, V], REAL),
    "interp left": (
        np.interp,
        lambda x, xp, fp: np.interp(x, xp, fp, left=-1.0, right=2.0),
        [AT, X, V],
        REAL,
    ),
    "interp period": (
        np.interp,
        lambda x, xp, fp, p: np.interp(x, xp, fp, period=p),
        [AT, X * 1.3, V, 3.3],
        {"truth": "real", "single": False},
    ),
    "interp of a number": (np.interp, lambda x: np.interp(x, X, V), [X[2] + 0.1], REAL),
    "interp complex": (
        np.interp,
        lambda x, fp: np.real(np.interp(x, X, fp * (1 + 2j))) * 1.0,
        [AT, V],
        REAL,
    ),
    "interp one knot": (np.interp, lambda fp: np.interp(AT, X[:1], fp), [V[:1]], REAL),
    "polyval": (np.polyval, lambda p, x: np.polyval(p, x), [W, A]),
    "polyval of a number": (np.polyval, lambda p, x: np.polyval(p, x), [W, 0.7]),
    "polyval constant": (np.polyval, lambda p, x: np.polyval(p, x) + x, [W[:1], V]),
    "polyval list": (np.polyval, lambda a, x: np.polyval([a, 2.0, a * a], x), [0.3, V]),
}


def sequences(f, a, v, mode, options=None):
    return f, lambda a, v: f(a, v, mode), [a, v], *([options] if options else [])


CONVOLUTIONS = {
    **{
        f"{f.__name__} {mode} {len(a)} {len(v)}": sequences(f, a, v, mode, truth)
        for f, truth in ((np.convolve, None), (np.correlate, REAL))
        for mode in ("full", "same", "valid")
        for a, v in ((V, W), (W, V), (V, W[:3]), (W[:3], V), (W, V[:2]), (V[:2], W), (V, V[:1]))
    },
    "convolve complex": sequences(np.convolve, Z, C, "same", STEPS),
    "convolve real and complex": sequences(np.convolve, V, C, "full", STEPS),
    "correlate complex": sequences(np.correlate, Z, C, "full", STEPS),
    "correlate shorter complex": sequences(np.correlate, C, Z, "same", STEPS),
    "convolve default": (np.convolve, lambda a, v: np.convolve(a, v), [V, W]),
    "correlate default": (np.correlate, lambda a, v: np.correlate(a, v), [V, W], REAL),
}
MAPPINGS = {
    "apply_along_axis": (
        np.apply_along_axis,
        lambda x: np.apply_along_axis(lambda r, p, q=1: np.cumsum(r**p) * q, 1, x, 2, q=3.0),
        [B],
    ),
    "apply_along_axis to matrices": (
        np.apply_along_axis,
        lambda x: np.apply_along_axis(lambda r: np.outer(r, r), -1, x),
        [A[:2, :3]],
    ),
    "apply_along_axis to numbers": (
        np.apply_along_axis,
        lambda x: np.apply_along_axis(lambda r: np.sum(r * r), 0, x),
        [A],
    ),
    "apply_over_axes": (
        np.apply_over_axes,
        lambda x: np.apply_over_axes(np.prod, x, [0, -1]),
        [B],
    ),
    "multiply.outer": (
        (np.multiply, "outer"),
        lambda x, y: np.multiply.outer(x, y),
        [A[:2, :2], V],
    ),
    "subtract.outer": ((np.subtract, "outer"), lambda x: np.subtract.outer(x, W), [V]),
    "power.outer": ((np.power, "outer"), lambda x: np.power.outer(np.arange(1.0, 4.0), x), [V]),
    "bincount": (
        np.bincount,
        lambda w: np.bincount([1, 0, 3, 1, 1], w, minlength=6),
        [V],
        REAL,
    ),
}
CASES = DIFFERENCES | INTERPOLATIONS | CONVOLUTIONS | MAPPINGS


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize(
    "name", random.Random(12).sample(sorted(set(CASES) - {"diff never", "diff too often"}), 24)
)
def test_a_planted_fault_is_caught(name, check, planted):
    kind = random.Random(name).choice(["factor", "reverse"])
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_interp_at_a_knot_has_the_mean_slope_of_both_sides():
    xp, fp = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 3.0])
    for x, slope in ((1.0, (2 + 0.5) / 2), (0.0, 1.0), (3.0, 0.25), (-1.0, 0.0), (0.5, 2.0)):
        assert oe.grad(lambda x: np.interp(x, xp, fp))(x) == slope
        knots = oe.grad(lambda xp, x=x: np.interp(x, xp, fp))(xp)
        # All knots and x moved together change nothing.
        assert np.sum(knots) == -slope
    np.testing.assert_array_equal(oe.grad(lambda fp: np.interp(1.0, xp, fp))(fp), [0, 1, 0])
    np.testing.assert_array_equal(oe.grad(lambda fp: np.interp(9.0, xp, fp))(fp), [0, 0, 1])
    np.testing.assert_array_equal(
        oe.grad(lambda fp: np.interp(9.0, xp, fp, right=1.0))(fp), [0, 0, 0]
    )


def test_gradient_by_points_that_happen_to_be_equidistant():
    f = np.array([1.0, 4.0, 2.0, 8.0])
    # Inside: (f[2] - f[0]) / (x[2] - x[0]) only while the distances are equal; by hand at x[1].
    J = oe.jacobian(lambda x: np.gradient(f, x))(np.arange(4.0))
    h = 1e-6
    for j in range(4):
        e = np.eye(4)[j] * h
        x = np.arange(4.0)
        want = (np.gradient(f, x + e) - np.gradient(f, x - e)) / (2 * h)
        np.testing.assert_allclose(J[:, j], want, rtol=1e-8, atol=1e-8)


def test_polyval_of_a_root():
    # d/dx (x - 1)^2 (x + 2) at the double root.
    p = np.poly([1.0, 1.0, -2.0])
    assert oe.grad(lambda x: np.polyval(p, x))(1.0) == 0.0
    assert oe.grad(oe.grad(lambda x: np.polyval(p, x)))(1.0) == 6.0


def test_empty():
    assert oe.jacobian(np.diff)(np.zeros(1)).shape == (0, 1)
    assert oe.jacobian(np.diff)(np.zeros(0)).shape == (0, 0)
    assert oe.jacobian(lambda x: np.interp(x, X, V))(np.zeros(0)).shape == (0, 0)
    assert oe.jacobian(lambda x: np.multiply.outer(x, V))(np.zeros(0)).shape == (0, 5, 0)


@pytest.mark.parametrize(
    ("f", "error"),
    [
        (lambda x: np.diff(x, -1), ValueError),
        (lambda x: np.diff(x[0]), ValueError),
        (lambda x: np.gradient(x, edge_order=3), ValueError),
        (lambda x: np.gradient(x[:1]), ValueError),
        (lambda x: np.gradient(x, 1.0, 2.0), TypeError),
        (lambda x: np.gradient(x, np.ones(3)), ValueError),
        (lambda x: np.interp(x, X, V[:3]), ValueError),
        (lambda x: np.interp(x, X, V, period=0), ValueError),
        (lambda x: np.interp(x, X, V, left=x[0]), oe.DifferentiationError),
        (lambda x: np.polyval(x, np.poly1d([1.0, 2.0])), oe.DifferentiationError),
        (lambda x: np.convolve(x, np.zeros(0)), ValueError),
        (lambda x: np.convolve(x, V, "middle"), ValueError),
        (lambda x: np.multiply.outer(x, x, dtype=np.float32), oe.DifferentiationError),
        (lambda x: np.apply_over_axes(lambda v, axis: v[0, 0], x[None], [0]), ValueError),
        (lambda x: np.apply_along_axis(np.sum, 1, np.zeros((0, 2)) * x[0]), ValueError),
    ],
)
def test_errors(f, error):
    with pytest.raises(error):
        oe.grad(lambda x: np.sum(f(x)))(V)
