"""Rules of scipy.special against multiprecision: to third order, in the tails, by every argument.

The tolerance of a first derivative g at x is 64 u (|g| + |g'| |x|): an ill-conditioned point
excuses an error, a careless formula does not.
"""

import random

import mpmath
import numpy as np
import pytest
from mpmath import mpf

import our_engine as oe

special = pytest.importorskip("scipy.special", reason="the rules of scipy.special need SciPy")
from our_engine import scipy_special as wrapped  # noqa: E402

U = 2.0**-53


def ndtr(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def inverse(f, start):
    """The inverse of f by Newton's method from the value that SciPy gives."""

    def g(x):
        return mpmath.findroot(
            lambda y: f(y) - x,
            mpf(float(start(float(x)))),
            tol=mpf(10) ** -(2 * mpmath.mp.dps - 20),
        )

    return g


def scaled(bessel, sign):
    def g(x):
        return bessel(x) * mpmath.exp(-sign * x if sign < 0 else -abs(x))

    return g


UNARY = {
    "erf": (mpmath.erf, (-6.0, 0.0, 0.5, 3.0)),
    "erfc": (mpmath.erfc, (-3.0, 0.0, 0.5, 8.0, 20.0)),
    "erfi": (mpmath.erfi, (-1.0, 0.0, 3.0)),
    "erfcx": (lambda x: mpmath.exp(x * x) * mpmath.erfc(x), (-3.0, 0.0, 0.9, 1.0, 5.0, 1e3, 1e8)),
    "erfinv": (inverse(mpmath.erf, special.erfinv), (-0.999999, -0.3, 0.0, 0.5, 1 - 1e-12)),
    "erfcinv": (inverse(mpmath.erfc, special.erfcinv), (1e-300, 1e-8, 0.5, 1.0, 1.9)),
    "ndtr": (ndtr, (-30.0, -1.0, 0.0, 2.0)),
    "log_ndtr": (lambda x: mpmath.log(ndtr(x)), (-1e8, -1e3, -30.0, -1.0, 0.0, 3.0, 20.0)),
    "ndtri": (inverse(ndtr, special.ndtri), (1e-300, 1e-9, 0.1, 0.5, 0.9, 1 - 1e-9)),
    "ndtri_exp": (
        inverse(lambda y: mpmath.log(ndtr(y)), special.ndtri_exp),
        (-1000.0, -30.0, -1.0, -0.1),
    ),
    "gamma": (mpmath.gamma, (-2.5, -0.01, 0.5, 3.0, 150.0)),
    "gammaln": (lambda x: mpmath.log(abs(mpmath.gamma(x))), (-2.5, 0.01, 3.0, 1e8)),
    "loggamma": (mpmath.loggamma, (0.01, 3.0, 1e8)),
    "rgamma": (mpmath.rgamma, (-3.0, -2.999, -1.0, 0.0, 0.4, 0.6, 5.0, 20.0)),
    "psi": (mpmath.digamma, (-2.5, 0.01, 1.4, 3.0, 1e6)),
    "expit": (lambda x: 1 / (1 + mpmath.exp(-x)), (-700.0, -20.0, 0.0, 3.0, 40.0)),
    "log_expit": (lambda x: -mpmath.log1p(mpmath.exp(-x)), (-700.0, -3.0, 0.0, 3.0, 40.0)),
    "logit": (lambda x: mpmath.log(x / (1 - x)), (1e-200, 0.1, 0.5, 1 - 1e-10)),
    "softplus": (lambda x: mpmath.log1p(mpmath.exp(x)), (-700.0, 0.0, 40.0)),
    "entr": (lambda x: -x * mpmath.log(x), (1e-200, 0.3, 1.0, 5.0)),
    "j0": (lambda x: mpmath.besselj(0, x), (0.0, 1.0, 7.0, 60.0)),
    "j1": (lambda x: mpmath.besselj(1, x), (0.0, 1.0, 7.0, 60.0)),
    "y0": (lambda x: mpmath.bessely(0, x), (0.5,)),
    "y1": (lambda x: mpmath.bessely(1, x), (0.5,)),
    "i0": (lambda x: mpmath.besseli(0, x), (-2.0, 0.0, 1.0, 30.0)),
    "i1": (lambda x: mpmath.besseli(1, x), (-2.0, 0.0, 1.0, 30.0)),
    "k0": (lambda x: mpmath.besselk(0, x), (0.1, 3.0)),
    "k1": (lambda x: mpmath.besselk(1, x), (0.1, 3.0)),
    "i0e": (scaled(lambda x: mpmath.besseli(0, x), 1), (-300.0, -2.0, 1.0, 26.0, 1e4, 1e9)),
    "i1e": (scaled(lambda x: mpmath.besseli(1, x), 1), (-300.0, -2.0, 1.0, 26.0, 1e4, 1e9)),
    "k0e": (scaled(lambda x: mpmath.besselk(0, x), -1), (1.0, 1e4)),
    "k1e": (scaled(lambda x: mpmath.besselk(1, x), -1), (2.0,)),
}


def truth(f, x, order):
    with mpmath.workdps(50 + 12 * order):
        x = mpf(x)
        h = mpf(10) ** -12 * (min(abs(x), abs(1 - x), 1) or 1)
        return float(mpmath.diff(f, x, order, h=h))


def function(name):
    return getattr(wrapped, name)


@pytest.mark.parametrize("name", UNARY)
def test_unary_first_derivative_is_right_for_its_conditioning(name):
    f, points = UNARY[name]
    for x in points:
        g, slope = truth(f, x, 1), truth(f, x, 2)
        got = oe.grad(function(name))(x)
        assert abs(got - g) <= 64 * U * (abs(g) + abs(slope * x)) + 1e-300, (x, got, g)
        y_dot = oe.jvp(function(name), (np.array([x]),), (np.array([2.0]),))[1]
        assert y_dot == pytest.approx(2 * got, rel=1e-15)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("order", [2, 3])
def test_unary_higher_derivatives(name, order):
    f, points = UNARY[name]
    for x in points:
        want = truth(f, x, order)
        if not np.isfinite(want) or abs(want) > 1e200:
            continue
        d = function(name)
        for _ in range(order):
            d = oe.grad(d)
        size = abs(truth(f, x, order - 1) / x) if x else 1.0
        assert d(x) == pytest.approx(want, rel=2e-9, abs=1e-11 * min(size, 1.0)), x


BINARY = {
    # name: (function, argument to differentiate by, points)
    "beta": (mpmath.beta, (0, 1), ((0.5, 2.0), (3.0, 1e-6), (1e8, 2.0), (40.0, 50.0))),
    "betaln": (
        lambda a, b: mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b),
        (0, 1),
        ((0.5, 2.0), (1e8, 1.0), (1e12, 1e-3), (1e-6, 1e-6), (2.0, 1e9)),
    ),
    "gammainc": (
        lambda a, x: mpmath.gammainc(a, 0, x, regularized=True),
        (1,),
        ((0.5, 2.0), (1.0, 1e-9), (9.99, 9.0), (30.0, 25.0), (1e4, 1.01e4)),
    ),
    "gammaincc": (
        lambda a, x: mpmath.gammainc(a, x, regularized=True),
        (1,),
        ((0.5, 2.0), (10.0, 9.0), (30.0, 60.0)),
    ),
    "jv": (mpmath.besselj, (1,), ((2, 0.0), (2.5, 3.0), (0, 1.0))),
    "jn": (mpmath.besselj, (1,), ((2, 3.0),)),
    "yv": (mpmath.bessely, (1,), ((2.5, 3.0),)),
    "yn": (mpmath.bessely, (1,), ((2, 3.0), (0, 1.0))),
    "iv": (mpmath.besseli, (1,), ((2.5, 3.0), (1, 0.0))),
    "kv": (mpmath.besselk, (1,), ((2.5, 3.0),)),
    "kn": (mpmath.besselk, (1,), ((2, 3.0),)),
    "ive": (
        lambda v, x: mpmath.besseli(v, x) * mpmath.exp(-abs(x)),
        (1,),
        ((2.5, 3.0), (2, -40.0), (3, -40.0), (0.5, 1e3), (4, 200.0)),
    ),
    "kve": (
        lambda v, x: mpmath.besselk(v, x) * mpmath.exp(x),
        (1,),
        ((2.5, 3.0), (0.5, 1e3)),
    ),
    "polygamma": (lambda n, x: mpmath.psi(int(n), x), (1,), ((0, 2.0), (1, 0.3), (3, 10.0))),
    "xlogy": (lambda x, y: x * mpmath.log(y), (0, 1), ((2.0, 3.0), (0.0, 3.0))),
    "xlog1py": (lambda x, y: x * mpmath.log1p(y), (0, 1), ((2.0, 1e-9), (0.0, 3.0))),
    "rel_entr": (lambda x, y: x * mpmath.log(x / y), (0, 1), ((0.3, 0.2), (1e-200, 1e200))),
    "kl_div": (
        lambda x, y: x * mpmath.log(x / y) - x + y,
        (0, 1),
        ((0.3, 0.2), (1e-20, 1.0), (0.5, 0.5)),
    ),
}


@pytest.mark.parametrize("name", BINARY)
def test_binary_is_right_for_its_conditioning(name):
    f, arguments, points = BINARY[name]
    for point in points:
        for k in arguments:
            with mpmath.workdps(100):
                exact = tuple(mpf(p) for p in point)
                n = tuple(int(i == k) for i in range(2))
                twice = tuple(2 * int(i == k) for i in range(2))
                h = mpf(10) ** -20 * (abs(exact[k]) or 1)
                g = float(mpmath.diff(f, exact, n, h=h))
                slope = float(mpmath.diff(f, exact, twice, h=h))
            got = oe.grad(function(name), k)(*point)
            other = abs(g) * (abs(point[1 - k]) if name in ("beta", "betaln") else 0)
            allowed = 64 * U * (abs(g) + abs(slope * point[k]) + min(other, abs(g)))
            if name.startswith("gammainc"):
                # Conditioned by a, too: |dg/da| a = g |log x - psi(a)| a.
                a, x = point
                allowed += 64 * U * abs(g) * a * abs(np.log(x) - special.psi(a))
            assert abs(got - g) <= allowed, (point, k, got, g)


@pytest.mark.parametrize("name", ["betainc", "betaincc"])
@pytest.mark.parametrize(
    "point",
    [(0.5, 2.0, 0.3), (12.0, 15.0, 0.45), (1e3, 2e3, 0.33), (2.0, 1e3, 1e-3), (1.0, 1.0, 0.5)],
)
def test_incomplete_beta(name, point):
    a, b, x = point
    with mpmath.workdps(60):
        density = mpf(x) ** (a - 1) * (1 - mpf(x)) ** (b - 1) / mpmath.beta(a, b)
        slope = (a - 1) / mpf(x) - (b - 1) / (1 - mpf(x))
        want, second = float(density), float(density * slope)
    sign = 1 if name == "betainc" else -1
    f = function(name)
    psi_terms = abs(np.log(x) - special.psi(a) + special.psi(a + b)) * a
    allowed = 64 * U * (want * (1 + psi_terms) + abs(second) * x)
    assert abs(sign * oe.grad(f, 2)(*point) - want) <= allowed
    assert sign * oe.grad(oe.grad(f, 2), 2)(*point) == pytest.approx(
        second, rel=1e-10, abs=1e-9 * want
    )


@pytest.mark.parametrize(
    ("name", "of", "point"),
    [
        ("gammaincinv", "gammainc", (3.0, 0.3)),
        ("gammainccinv", "gammaincc", (30.0, 1e-9)),
        ("betaincinv", "betainc", (3.0, 20.0, 0.01)),
    ],
)
def test_inverses_of_the_incomplete_functions(name, of, point):
    *parameters, p = point
    f = function(name)
    y = f(*parameters, p)
    forth = oe.grad(function(of), len(parameters))(*parameters, y)
    assert oe.grad(f, len(parameters))(*parameters, p) * forth == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("kind", ["factor", "reverse"])
@pytest.mark.parametrize("name", random.Random(8).sample(sorted(UNARY), 10))
def test_a_planted_fault_is_caught(name, kind, planted):
    f = function(name)

    def checked():
        test_unary_first_derivative_is_right_for_its_conditioning(name)
        v, u = np.array([0.7]), np.array([1.3])
        y_dot = oe.jvp(f, (np.array([0.4]),), (v,))[1]
        (x_bar,) = oe.vjp(f, (np.array([0.4]),))[1](u)
        assert np.sum(u * y_dot) == pytest.approx(np.sum(x_bar * v), rel=1e-12)

    with planted(f, kind), pytest.raises(AssertionError):
        checked()


def test_limits_at_the_ends_of_domains():
    assert oe.grad(special.erfinv)(1.0) == np.inf
    assert oe.grad(special.ndtri)(0.0) == np.inf
    assert oe.grad(special.erfcinv)(2.0) == -np.inf
    assert oe.grad(special.xlogy, 1)(0.0, 0.0) == 0.0
    assert oe.grad(special.gammainc, 1)(20.0, 0.0) == 0.0
    assert oe.grad(special.gammainc, 1)(1.0, 0.0) == 1.0
    assert oe.grad(special.gammasgn)(2.0) == 0.0


def test_multigammaln():
    def f(a):
        return sum(mpmath.loggamma(a - mpf(j) / 2) for j in range(3))

    assert oe.grad(lambda a: wrapped.multigammaln(a, 3))(4.3) == pytest.approx(truth(f, 4.3, 1))
    assert oe.grad(oe.grad(lambda a: wrapped.multigammaln(a, 3)))(4.3) == pytest.approx(
        truth(f, 4.3, 2)
    )


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda a: special.gammainc(a, 1.0), "argument 1"),
        (lambda a: special.betainc(2.0, a, 0.5), "argument 2"),
        (lambda v: special.jv(v, 1.0), "argument 1"),
        (lambda n: wrapped.polygamma(n - 0.5, 1.0), "argument 1"),
        (lambda z: special.psi(z + 0j).real, "complex"),
        (lambda z: special.zetac(z), "zetac"),
    ],
)
def test_what_has_no_rule_is_refused_by_name(call, argument):
    with pytest.raises(oe.DifferentiationError, match=argument):
        oe.grad(call)(1.5)


@pytest.mark.parametrize("name", ["logsumexp", "softmax", "log_softmax"])
def test_scipys_python_functions_refuse_a_tracer_and_say_where_to_go(name):
    with pytest.raises(oe.DifferentiationError, match="scipy_special"):
        oe.grad(lambda t: np.sum(getattr(special, name)(t)))(np.ones(3))


@pytest.mark.parametrize("name", ["expit", "erf", "gammaln", "i0e", "log_ndtr", "erfcx"])
def test_float32_is_kept(name):
    x = np.array([0.3, 30.0], np.float32)
    y, pullback = oe.vjp(function(name), (x,))
    assert y.dtype == np.float32
    (x_bar,) = pullback(np.ones(2, np.float32))
    assert x_bar.dtype == np.float32
    want = [oe.grad(function(name))(float(v)) for v in x]
    np.testing.assert_allclose(x_bar, want, rtol=2e-5, atol=1e-30)


@pytest.mark.parametrize("name", ["erf", "gamma", "jv", "erfcx"])
def test_complex_arguments(name):
    z, dz = 0.7 + 0.4j, 0.3 - 0.2j
    f = (lambda z: special.jv(1.5, z)) if name == "jv" else function(name)
    h = 1e-6
    want = (f(z + h * dz) - f(z - h * dz)) / (2 * h)
    assert oe.jvp(f, (z,), (dz,))[1] == pytest.approx(want, rel=1e-8)


def softmax_of(x, b=None, axis=None):
    e = np.exp(x - np.max(x)) * (1 if b is None else b)
    return e / np.sum(e, axis=axis, keepdims=True)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_logsumexp(axis, keepdims, weighted):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(3, 4)), rng.normal(size=(1, 4)) + 3.0
    b = b if weighted else None

    def f(a, b):
        return wrapped.logsumexp(a, axis=axis, b=b, keepdims=keepdims)

    y, pullback = oe.vjp(lambda a: f(a, b), (a,))
    np.testing.assert_array_equal(y, special.logsumexp(a, axis=axis, b=b, keepdims=keepdims))
    (a_bar,) = pullback(np.ones_like(y))
    np.testing.assert_allclose(a_bar, softmax_of(a, b, axis), rtol=1e-13)
    if weighted:
        b_bar = oe.grad(lambda b: np.sum(f(a, b)))(b)
        want = np.sum(softmax_of(a, b, axis) / b, axis=0, keepdims=True)
        np.testing.assert_allclose(b_bar, want, rtol=1e-13)
        b_dot = rng.normal(size=b.shape)
        y_dot = oe.jvp(lambda b: f(a, b), (b,), (b_dot,))[1]
        assert np.sum(y_dot) == pytest.approx(np.sum(b_bar * b_dot))


def test_logsumexp_with_signs_second_order_and_tails():
    a, b = np.array([0.3, 2.0, -1.0]), np.array([1.0, -2.0, 0.5])
    y, sign = oe.vjp(lambda a: wrapped.logsumexp(a, b=b, return_sign=True), (a,))[0]
    assert (y, sign) == special.logsumexp(a, b=b, return_sign=True)
    got = oe.grad(lambda a: wrapped.logsumexp(a, b=b, return_sign=True)[0])(a)
    np.testing.assert_allclose(got, b * np.exp(a) / np.sum(b * np.exp(a)), rtol=1e-13)
    p = softmax_of(a)
    H = oe.hessian(wrapped.logsumexp)(a)
    np.testing.assert_allclose(H, np.diag(p) - np.outer(p, p), atol=1e-15)
    # The value 1e8 + 1.3 is rounded to 1e-8; the shares are not.
    got = oe.grad(wrapped.logsumexp)(1e8 + np.array([0.0, 1.0]))
    np.testing.assert_allclose(got, softmax_of(np.array([0.0, 1.0])), rtol=1e-14)
    for infinite in (np.inf, -np.inf):
        got = oe.grad(wrapped.logsumexp)(np.array([infinite, infinite]))
        np.testing.assert_array_equal(got, [0.5, 0.5])
    np.testing.assert_array_equal(oe.grad(wrapped.logsumexp)(np.array([np.inf, 0.0])), [1.0, 0.0])
    np.testing.assert_array_equal(oe.grad(wrapped.logsumexp)(np.array([-np.inf, 0.0])), [0.0, 1.0])
    with pytest.raises(oe.DifferentiationError, match="return_sign"):
        oe.jvp(lambda a: wrapped.logsumexp(a, return_sign=True), (a + 0j,), (a + 0j,))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_softmax_and_its_logarithm(name, axis):
    rng = np.random.default_rng(1)
    x, v, u = rng.normal(size=(3, 2, 4))
    f = function(name)
    y, y_dot = oe.jvp(lambda x: f(x, axis=axis), (x,), (v,))
    np.testing.assert_array_equal(y, getattr(special, name)(x, axis=axis))
    h = 1e-20
    step = x + 1j * h * v
    e = np.exp(step - x.max())
    p = e / np.sum(e, axis=axis, keepdims=True)
    want = (p if name == "softmax" else np.log(p)).imag / h
    np.testing.assert_allclose(y_dot, want, rtol=1e-12, atol=1e-14)
    (x_bar,) = oe.vjp(lambda x: f(x, axis=axis), (x,))[1](u)
    assert np.sum(u * y_dot) == pytest.approx(np.sum(x_bar * v))
    with np.errstate(all="ignore"):
        tail = oe.jvp(lambda x: f(x), (np.array([0.0, -800.0]),), (np.array([0.0, 1.0]),))[1]
    assert np.isfinite(tail).all()
