"""Derivatives to third order where the obvious formula cancels, under- or overflows.

The truth is a difference quotient of mpmath's own function, in 300 digits.
"""

import itertools

import mpmath as mp
import numpy as np
import pytest

pytest.importorskip("scipy", reason="scipy.special is differentiated here")
import scipy.special as sp

import our_engine as oe
from our_engine import scipy_special as osp


def normal(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def of_rows(function):
    return lambda x: function(np.stack([x, 2 * x, 1.0]))


def log_sum(x):
    return mp.log(mp.exp(x) + mp.exp(2 * x) + mp.e)


CASES = {
    "expit": (sp.expit, lambda x: 1 / (1 + mp.exp(-x)), (-700.0, -1e-9, 1e-9, 0.3, 40.0)),
    "softplus": (osp.softplus, lambda x: mp.log1p(mp.exp(x)), (-40.0, 1e-9, 40.0)),
    "log_expit": (sp.log_expit, lambda x: -mp.log1p(mp.exp(-x)), (-40.0, 1e-9, 40.0)),
    "logit": (sp.logit, lambda x: mp.log(x / (1 - x)), (1e-80, 1e-12, 0.2, 0.7, 0.999)),
    "log_ndtr": (sp.log_ndtr, lambda x: mp.log(normal(x)), (-40.0, -1.0, 4.9, 5.1, 30.0)),
    "ndtri": (sp.ndtri, lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1), (1e-12, 0.3, 0.49, 0.76)),
    "erfinv": (sp.erfinv, mp.erfinv, (-0.999, -0.3, 1e-9, 0.6, 0.9)),
    "erfcinv": (sp.erfcinv, lambda x: mp.erfinv(1 - x), (1e-12, 0.3, 0.6, 1.4, 1.9)),
    "kl_div": (lambda y: sp.kl_div(2.0, y), lambda y: 2 * mp.log(2 / y) - 2 + y, (1e-3, 1e6)),
    "logsumexp": (of_rows(osp.logsumexp), log_sum, (-30.0, 0.3, 30.0, 300.0)),
    "log_softmax": (
        of_rows(lambda a: osp.log_softmax(a)[0]),
        lambda x: x - log_sum(x),
        (0.3, 30.0, 300.0),
    ),
    "logaddexp": (
        lambda x: np.logaddexp(x, 2 * x),
        lambda x: mp.log(mp.exp(x) + mp.exp(2 * x)),
        (-30.0, 1e-9, 30.0),
    ),
    "exprel": (
        sp.exprel,
        lambda x: mp.expm1(x) / x,
        (-300.0, -25.0, -1e-9, 1e-9, 1.7, 25.0, 300.0),
    ),
    "zeta": (lambda q: sp.zeta(2.5, q), lambda q: mp.zeta(2.5, q), (0.3, 1.7, 30.0)),
    "sici": (lambda x: sp.sici(x)[0], mp.si, (1e-9, 0.3, 30.0)),
    "airy": (lambda x: sp.airy(x)[0], mp.airyai, (-5.0, 0.5, 2.0)),
    "expn": (lambda x: sp.expn(3, x), lambda x: mp.expint(3, x), (0.3, 5.0)),
    "i0": (np.i0, lambda x: mp.besseli(0, x), (-5.0, -1e-9, 0.3, 29.0, 31.0, 300.0)),
}


def true_derivative(f, x, order):
    with mp.workdps(300):
        x = mp.mpf(x)
        h = x * mp.mpf("1e-40")
        total = sum(
            (-1) ** k * mp.binomial(order, k) * f(x + (mp.mpf(order) / 2 - k) * h)
            for k in range(order + 1)
        )
        return total / h**order


def nested(f, modes):
    for mode in modes:
        f = oe.grad(f) if mode == "reverse" else along(f)
    return f


def along(f):
    return lambda x: oe.jvp(f, (x,), (1.0,))[1]


@pytest.mark.parametrize("name", CASES)
def test_to_third_order(name):
    f, truth, points = CASES[name]
    for x, order in itertools.product(points, (1, 2, 3)):
        want = true_derivative(truth, x, order)
        # What a rounding of x changes is nobody's fault.
        allowed = 1e-10 * abs(want) + 2e-15 * abs(x * true_derivative(truth, x, order + 1))
        for modes in itertools.product(("forward", "reverse"), repeat=order):
            with np.errstate(all="ignore"):
                got = nested(f, modes)(x)
            assert abs(mp.mpf(float(got)) - want) <= allowed + mp.mpf("1e-300"), (x, modes)


@pytest.mark.parametrize("x", [-4.5, -20.0, -40.0, -800.0, -1e8])
def test_the_lower_tail_of_log_ndtr_to_fourth_order(x):
    """log Phi = -x^2/2 + log M(-x) with Mills' ratio M: beyond the second order M alone is left."""

    def log_mills(t):
        return mp.log(mp.erfc(t / mp.sqrt(2))) + t * t / 2

    f = sp.log_ndtr
    for order in (1, 2, 3, 4):
        f = along(f)
        want = (-1) ** order * true_derivative(log_mills, -x, order)
        want += {1: -x, 2: -1.0}.get(order, 0.0)
        assert float(f(x)) == pytest.approx(float(want), rel=4e-15)


MIXED = {
    "zeta": (
        sp.zeta,
        mp.zeta,
        [(1.001, 3.0), (2.5, 0.7), (30.0, 0.3)],
    ),
    "betaln, small a": (
        osp.betaln,
        lambda a, b: mp.log(mp.beta(a, b)),
        [(1e-20, 1.0), (1e20, 2.0)],
    ),
    "poch, small z": (
        sp.poch,
        lambda z, m: mp.gamma(z + m) / mp.gamma(z),
        [(1e-8, 2.0), (1e-20, 0.5), (-1.0 - 1e-9, 2.75)],
    ),
}


@pytest.mark.parametrize("name", MIXED)
def test_mixed_derivatives_of_third_order_do_not_cancel(name):
    f, truth, points = MIXED[name]
    for point in points:
        for argnums in ((1, 0, 0), (0, 0, 1), (0, 1, 1), (1, 1, 0)):
            g = f
            for argnum in argnums:
                g = oe.grad(g, argnum)
            want = true_mixed(truth, point, (argnums.count(0), argnums.count(1)))
            assert float(g(*point)) == pytest.approx(float(want), rel=1e-12), (point, argnums)


def true_mixed(f, point, orders):
    """By differences along one argument of differences along the other."""

    def inner(b):
        return true_derivative(lambda a: f(a, b), point[0], orders[0])

    return true_derivative(inner, point[1], orders[1])
