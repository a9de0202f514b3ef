"""Depth, order, threads, generators, exceptions: what must not depend on how a program is run."""

import concurrent.futures
import math
import sys
import threading

import mpmath
import numpy as np
import pytest

import our_engine as oe

SMOOTH = {
    "exp": (lambda t: np.exp(-2.0 * t), lambda t: mpmath.exp(-2 * t)),
    "sin": (lambda t: np.sin(3.0 * t), lambda t: mpmath.sin(3 * t)),
    "log": (np.log, mpmath.log),
    "sqrt": (np.sqrt, mpmath.sqrt),
    "tanh": (np.tanh, mpmath.tanh),
    "quotient": (lambda t: 1.0 / (1.0 + t * t), lambda t: 1 / (1 + t * t)),
    "power": (lambda t: t**2.5, lambda t: t ** mpmath.mpf("2.5")),
    "exponential": (lambda t: 2.0**t, lambda t: mpmath.mpf(2) ** t),
    "arctan": (np.arctan, mpmath.atan),
    "log1p": (np.log1p, lambda t: mpmath.log(1 + t)),
    "logaddexp": (lambda t: np.logaddexp(t, 0.0), lambda t: mpmath.log(mpmath.exp(t) + 1)),
    "product": (lambda t: t * np.sin(t) * np.exp(t), lambda t: t * mpmath.sin(t) * mpmath.exp(t)),
    "of arrays": (
        lambda t: np.sum(np.array([1.0, 2.0]) * np.cosh(t * np.array([0.5, 1.0]))),
        lambda t: mpmath.cosh(t / 2) + 2 * mpmath.cosh(t),
    ),
    "hypot": (lambda t: np.hypot(t, 2.0), lambda t: mpmath.sqrt(t * t + 4)),
}


def forward(f):
    return lambda x: oe.jvp(f, (x,), (1.0,))[1]


@pytest.mark.parametrize("name", SMOOTH)
@pytest.mark.parametrize("modes", ["rrrrr", "fffff", "rfrfr", "frffr"])
def test_to_fifth_order_in_any_mix_of_modes(name, modes):
    f, truth = SMOOTH[name]
    x = 0.6
    with mpmath.workdps(60):
        want = [float(mpmath.diff(truth, mpmath.mpf(x), n)) for n in range(6)]
    for order in range(1, 6):
        d = f
        for mode in modes[:order]:
            d = oe.grad(d) if mode == "r" else forward(d)
        assert d(x) == pytest.approx(want[order], rel=1e-9, abs=1e-9), order


def test_a_long_tape_needs_no_recursion():
    n = 300_000

    def body(t):
        y = t
        for _ in range(n):
            y = y * 1.0 + 1e-6
        return y

    limit = sys.getrecursionlimit()
    assert oe.grad(body)(0.5) == 1.0
    _, pullback = oe.vjp(body, (0.5,))
    assert pullback(2.0) == (2.0,)
    assert oe.jvp(body, (0.5,), (1.0,))[1] == 1.0
    del pullback
    assert sys.getrecursionlimit() == limit


def test_a_long_tape_of_arrays_and_of_indexing():
    def body(t):
        y = t
        for i in range(20_000):
            y = y * 1.0 + t[i % 2]
        return np.sum(y)

    np.testing.assert_allclose(oe.grad(body)(np.ones(2)), [1.0 + 20_000] * 2)


def test_threads_do_not_meet():
    barrier = threading.Barrier(4)

    def work(k):
        x = np.linspace(0.1, 1.0, 50) * k

        def body(t):
            barrier.wait()
            y = np.sin(t) * oe.grad(lambda s: np.sum(s**3) * k)(t)
            barrier.wait()
            return np.sum(y)

        found = []
        for _ in range(20):
            g = oe.grad(body)(x)
            H = oe.jvp(oe.grad(body), (x,), (np.ones(50),))[1]
            found.append((g, H))
        return x, k, found

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for x, k, found in pool.map(work, range(1, 5)):
            want = 3 * k * (np.cos(x) * x**2 + 2 * x * np.sin(x))
            second = 3 * k * (-np.sin(x) * x**2 + 4 * x * np.cos(x) + 2 * np.sin(x))
            for g, H in found:
                np.testing.assert_allclose(g, want, rtol=1e-12)
                np.testing.assert_allclose(H, second, rtol=1e-11, atol=1e-12)


def test_one_pullback_from_many_threads():
    x = np.linspace(0.1, 1.0, 200)
    _, pullback = oe.vjp(lambda t: np.exp(np.sin(t) * t), (x,))
    want = np.exp(np.sin(x) * x) * (np.cos(x) * x + np.sin(x))
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for k, (x_bar,) in enumerate(pool.map(lambda k: pullback(k * np.ones(200)), range(40))):
            np.testing.assert_allclose(x_bar, k * want, rtol=1e-13)


def test_generators_across_levels():
    def partial_sums(t):
        total = 0.0
        for v in t:
            total = total + v * v
            yield total

    x = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(oe.grad(lambda t: sum(partial_sums(t)))(x), [6.0, 8.0, 6.0])

    # Two derivatives taken alternately, each from a generator in the midst of another's recording.
    def interleaved(t):
        steps = partial_sums(t)
        first = next(steps)
        inner = oe.grad(lambda s: next(steps) * s)(3.0)
        return first + np.sum(inner)

    # d/dt (t_0^2 + t_0^2 + t_1^2)
    np.testing.assert_allclose(oe.grad(interleaved)(x), [4.0, 4.0, 0.0])


def test_an_exception_at_any_level_leaves_nothing_behind():
    def fails(t):
        if raw_level[0]:
            raise KeyError("on purpose")
        return t * t

    raw_level = [True]
    for derivative in (
        lambda: oe.grad(fails)(1.0),
        lambda: oe.jvp(fails, (1.0,), (1.0,)),
        lambda: oe.grad(lambda t: oe.grad(fails)(t) * t)(1.0),
        lambda: oe.grad(lambda t: oe.jvp(fails, (t,), (t,))[1])(1.0),
    ):
        with pytest.raises(KeyError):
            derivative()
    raw_level[0] = False
    assert oe.grad(lambda t: oe.grad(fails)(t) * t)(3.0) == 12.0

    def recovers(t):
        try:
            return math.sin(t)
        except oe.DifferentiationError:
            return np.sin(t)

    assert oe.grad(recovers)(0.3) == math.cos(0.3)


def test_no_warning_comes_from_a_derivative_that_is_infinite():
    # sqrt(0) is no error in NumPy, and neither is its derivative here.
    assert oe.grad(np.sqrt)(0.0) == np.inf
    assert oe.jvp(np.sqrt, (0.0,), (1.0,))[1] == np.inf
    assert oe.grad(lambda t: np.sum(np.sqrt(t)))(np.zeros(1))[0] == np.inf
    assert oe.jvp(np.sqrt, (np.zeros(1),), (np.ones(1),))[1][0] == np.inf
    assert oe.jacobian(np.sqrt, mode="forward")(np.zeros(1))[0, 0] == np.inf
    # The value's own warnings are NumPy's, as without the engine.
    with pytest.warns(RuntimeWarning, match="divide by zero"):
        oe.jvp(np.log, (np.zeros(1),), (np.ones(1),))


def test_a_tracer_kept_beyond_its_end_is_a_constant_no_more():
    kept = []

    def body(t):
        kept.append(t * 2.0)
        return t

    oe.grad(body)(1.0)
    with pytest.raises(oe.DifferentiationError, match="another, inner derivative"):
        oe.grad(lambda t: (oe.grad(body)(1.0), kept[-1] * t)[1])(1.0)
