"""Elementwise rules against multiprecision derivatives, and against the mathematics at kinks."""

import mpmath
import numpy as np
import pytest

import our_engine as oe

UNARY = {
    "square": (lambda x: x * x, (-1.3, 0.0, 2.0)),
    "sqrt": (mpmath.sqrt, (0.3, 4.0, 1e-160, 1e160)),
    "cbrt": (lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)), (0.3, -2.0, 1e-160)),
    "reciprocal": (lambda x: 1 / x, (0.3, -2.0)),
    "exp": (mpmath.exp, (-3.0, 0.0, 2.0)),
    "exp2": (lambda x: mpmath.mpf(2) ** x, (-3.0, 0.0, 2.0)),
    "expm1": (mpmath.expm1, (-30.0, 0.0, 1e-9)),
    "log": (mpmath.log, (0.3, 2.0)),
    "log2": (lambda x: mpmath.log(x, 2), (0.3, 2.0)),
    "log10": (mpmath.log10, (0.3, 2.0)),
    "log1p": (mpmath.log1p, (-0.3, 0.0, 1e-12)),
    "sin": (mpmath.sin, (-3.0, 0.0, 2.0)),
    "cos": (mpmath.cos, (-3.0, 0.5, 2.0)),
    "tan": (mpmath.tan, (-3.0, 0.0, 1.5)),
    "arcsin": (mpmath.asin, (-0.9, 0.0, 0.99999)),
    "arccos": (mpmath.acos, (-0.9, 0.1, 0.99999)),
    "arctan": (mpmath.atan, (-3.0, 0.0, 1e5)),
    "sinh": (mpmath.sinh, (-3.0, 0.0, 2.0)),
    "cosh": (mpmath.cosh, (-3.0, 0.5, 2.0)),
    "tanh": (mpmath.tanh, (-3.0, 0.0, 0.4, 18.0, 300.0)),
    "arcsinh": (mpmath.asinh, (-3.0, 0.0, 1e10)),
    "arccosh": (mpmath.acosh, (1.001, 3.0, 1e10)),
    "arctanh": (mpmath.atanh, (-0.9, 0.0, 0.999)),
    "sinc": (mpmath.sincpi, (-2.0, 0.0, 1e-9, 0.3, 0.99, 1.01, 1.7, 30.5)),
    "deg2rad": (mpmath.radians, (3.0,)),
    "rad2deg": (mpmath.degrees, (3.0,)),
    "negative": (lambda x: -x, (3.0,)),
    "positive": (lambda x: x, (3.0,)),
    "absolute": (abs, (3.0, -2.0)),
    "fabs": (abs, (3.0, -2.0)),
}


def truth(f, x, order):
    with mpmath.workdps(150):
        x = mpmath.mpf(x)
        return float(mpmath.diff(f, x, order, h=(abs(x) or 1) * mpmath.mpf(10) ** -30))


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("as_array", [False, True])
def test_unary_is_right_to_third_order(name, order, as_array):
    f, points = UNARY[name]
    numpy_f = getattr(np, name)
    for x in points:
        if name in ("sqrt", "cbrt") and order > 1 and x < 1e-100:
            continue
        d = numpy_f
        for _ in range(order):
            inner = d
            d = oe.grad((lambda g: lambda t: np.sum(g(t)))(inner)) if as_array else oe.grad(inner)
        got = d(np.array([x]))[0] if as_array else d(x)
        want = truth(f, x, order)
        assert got == pytest.approx(want, rel=1e-9 if order > 1 else 4e-15, abs=1e-13)


BINARY = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "power": lambda a, b: a**b,
    "float_power": lambda a, b: a**b,
    "hypot": mpmath.hypot,
    "arctan2": mpmath.atan2,
    "logaddexp": lambda a, b: mpmath.log(mpmath.exp(a) + mpmath.exp(b)),
    "logaddexp2": lambda a, b: mpmath.log(mpmath.mpf(2) ** a + mpmath.mpf(2) ** b, 2),
    "maximum": max,
    "minimum": min,
    "fmax": max,
    "fmin": min,
    "fmod": lambda a, b: a - b * int(a / b),
    "remainder": lambda a, b: a - b * mpmath.floor(a / b),
    "copysign": lambda a, b: abs(a) * mpmath.sign(b),
}


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("argnum", [0, 1])
@pytest.mark.parametrize("shapes", [((), ()), ((3,), (3,)), ((2, 1), (3,)), ((), (2, 3))])
def test_binary_with_broadcasting(name, argnum, shapes):
    rng = np.random.default_rng(1)
    a, b = (rng.uniform(0.5, 3.0, shape) for shape in shapes)
    a, b = np.asarray(a), np.asarray(b)
    w = rng.normal(size=np.broadcast_shapes(*shapes))
    got = oe.grad(lambda a, b: np.sum(w * getattr(np, name)(a, b)), argnum)(a, b)
    want = np.zeros(shapes[argnum])
    full_a, full_b = np.broadcast_arrays(a, b)
    index = np.broadcast_to(np.arange(want.size).reshape(want.shape), np.broadcast_shapes(*shapes))
    with mpmath.workdps(40):
        for place in np.ndindex(*w.shape):
            point = tuple(mpmath.mpf(float(v[place])) for v in (full_a, full_b))
            n = (1, 0) if argnum == 0 else (0, 1)
            d = float(mpmath.diff(BINARY[name], point, n))
            want.reshape(-1)[index[place]] += w[place] * d
    assert got.shape == want.shape
    np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-13)


def test_ties_are_shared_equally():
    for f in (np.maximum, np.minimum, np.fmax, np.fmin):
        assert oe.grad(f, (0, 1))(1.0, 1.0) == (0.5, 0.5)
        got = oe.grad(lambda a, b, f=f: np.sum(f(a, b)), (0, 1))(np.ones(2), np.ones(2))
        np.testing.assert_array_equal(got, np.full((2, 2), 0.5))


def test_fmax_ignores_nan():
    x = np.array([1.0, np.nan])
    y = np.array([np.nan, 2.0])
    got = oe.grad(lambda a, b: np.sum(np.fmax(a, b)), (0, 1))(x, y)
    np.testing.assert_array_equal(got, [[1.0, 0.0], [0.0, 1.0]])


def test_kinks_take_the_documented_choice():
    assert oe.grad(np.abs)(0.0) == 0.0
    assert oe.grad(lambda x: np.hypot(x, 0.0))(0.0) == 0.0
    assert oe.grad(lambda x: np.clip(x, 0.0, 1.0))(0.0) == 0.5
    assert oe.grad(lambda x: np.clip(x, 0.0, 1.0))(0.3) == 1.0
    assert oe.grad(lambda x: np.clip(x, 0.0, 1.0))(1.3) == 0.0
    assert oe.grad(lambda lo: np.clip(-1.0, lo, 1.0))(0.3) == 1.0


@pytest.mark.parametrize("p", [0.0, 1.0, 2.0, 3.0])
@pytest.mark.parametrize("x", [0.0, 0.7])
@pytest.mark.parametrize("traced", ["scalar", "array", "base of array exponent"])
def test_integer_powers_to_second_order_also_at_zero(p, x, traced):
    first = 0.0 if p == 0 else p * x ** (p - 1)
    second = 0.0 if p in (0, 1) else p * (p - 1) * x ** (p - 2)
    if traced == "scalar":
        f = lambda t: t**p  # noqa: E731
        assert oe.grad(f)(x) == first
        assert oe.grad(oe.grad(f))(x) == second
    else:
        q = p if traced == "array" else np.array([p])
        f = lambda t: np.sum(t**q)  # noqa: E731
        assert oe.grad(f)(np.array([x]))[0] == first
        assert oe.hessian(f)(np.array([x]))[0, 0] == second


def test_zero_to_a_power():
    assert oe.grad(lambda p: 0.0**p)(2.0) == 0.0
    assert oe.grad(oe.grad(lambda p: np.power(0.0, p)))(2.0) == 0.0
    # d2/dxdp of x**p at p = 0 is 1/x.
    mixed = oe.grad(lambda p: oe.grad(lambda x: np.power(x, p))(2.0))(0.0)
    assert mixed == pytest.approx(0.5)


def test_where_over_an_infinite_or_undefined_branch():
    x = np.array([-1.0, 0.0, 4.0])
    with np.errstate(all="ignore"):
        for f, want in ((np.log, 0.25), (np.sqrt, 0.25)):
            got = oe.grad(lambda t, f=f: np.sum(np.where(t > 0, f(t), 0.0)))(x)
            np.testing.assert_array_equal(got, [0.0, 0.0, want])
            dot = oe.jvp(lambda t, f=f: np.where(t > 0, f(t), 0.0), (x,), (np.ones(3),))[1]
            np.testing.assert_array_equal(dot, [0.0, 0.0, want])
            H = oe.hessian(lambda t, f=f: np.sum(np.where(t > 0, f(t), 0.0)))(x)
            assert np.isfinite(H).all()
        assert oe.grad(lambda t: np.where(t > 0, np.log(t), t))(0.0) == 1.0
        two = oe.grad(lambda t: np.sum(np.where(t > 0, (1.0 / t) * (1.0 / t), 0.0)))(x)
        np.testing.assert_array_equal(two, [0.0, 0.0, -2 / 64])


def test_a_zero_that_was_computed_does_not_hide_an_infinity():
    with np.errstate(all="ignore"):
        assert np.isnan(oe.grad(lambda t: np.sqrt(t) ** 2)(np.zeros(())))


def test_multiple_outputs():
    assert oe.grad(lambda a: np.divmod(a, 3.0)[1])(7.5) == 1.0
    assert oe.grad(lambda b: np.divmod(7.5, b)[1])(3.0) == -2.0
    assert oe.grad(lambda a: np.modf(a)[0] * 2)(7.5) == 2.0
    assert oe.grad(lambda a: np.frexp(a)[0])(7.5) == 1 / 8
    b = np.array([3.0, 2.0])
    got = oe.grad(lambda b: np.sum(np.divmod(np.ones((2, 1)) * 7.5, b)[1]))(b)
    np.testing.assert_array_equal(got, [-4.0, -6.0])


def test_ldexp_heaviside_and_steps():
    assert oe.grad(lambda x: np.ldexp(x, 3))(1.5) == 8.0
    assert oe.grad(lambda h: np.heaviside(0.0, h))(0.5) == 1.0
    assert oe.grad(lambda x: np.heaviside(x, 0.5) * x)(2.0) == 1.0
    for f in (np.floor, np.ceil, np.trunc, np.rint, np.sign, np.round, np.fix):
        assert oe.grad(lambda x, f=f: f(x) + x)(1.7) == 1.0


def test_complex_convention_is_dx_minus_i_dy():
    z = 0.3 + 0.8j
    assert oe.grad(lambda z: np.real(z * z))(z) == pytest.approx(2 * z)
    assert oe.grad(lambda z: np.abs(z))(z) == pytest.approx(np.conj(z) / abs(z))
    assert oe.grad(lambda z: np.imag(z))(z) == pytest.approx(-1j)
    # Of |z|^2 = x^2 + y^2: 2x - 2iy.
    assert oe.grad(lambda z: np.real(z * np.conj(z)))(z) == pytest.approx(2 * np.conj(z))
    assert oe.grad(lambda z: np.angle(z))(z) == pytest.approx(-1j / z)
    # Through a complex path back to a real argument the gradient is real.
    g = oe.grad(lambda x: np.real(np.exp(1j * x)))(0.7)
    assert isinstance(g, float)
    assert g == pytest.approx(-np.sin(0.7))


def test_tails():
    assert oe.grad(np.logaddexp, (0, 1))(800.0, 0.0) == (1.0, pytest.approx(0.0, abs=1e-300))
    assert oe.grad(np.logaddexp)(1e8, 1e8 + 1) == pytest.approx(1 / (1 + np.e), rel=1e-15)
    assert oe.grad(np.hypot)(3e160, 4e160) == pytest.approx(0.6)
    assert oe.grad(np.arctan2)(3e160, 4e160) == pytest.approx(4 / 25 * 1e-160)
    assert oe.grad(oe.grad(np.tanh))(400.0) == pytest.approx(0.0, abs=1e-300)
