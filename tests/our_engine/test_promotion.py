"""Dtypes under tracing are NumPy's: a Python float yields, a NumPy scalar does not (NEP 50)."""

import operator

import numpy as np
import pytest

import our_engine as oe

A32 = np.array([1.5, 2.5], np.float32)
BODIES = {
    "float * t": lambda s: A32 * s,
    "t / float": lambda s: s / A32,
    "arithmetic of Python numbers": lambda s: A32 - (2 * s + 1.0) ** 2 / 3,
    "negated": lambda s: A32 * -abs(s),
    "power": lambda s: A32**s,
    "scalar": lambda s: np.float32(2.0) * s,
    "where": lambda s: np.where(A32 > 2, A32, s),
    "through a function": lambda s: A32 * np.sin(s),
    "with a NumPy scalar": lambda s: A32 * (s * np.float64(2)),
    "maximum": lambda s: np.maximum(A32, s),
    "integers": lambda s: np.arange(2) * s,
    "of two": lambda s: (s + s) * A32,
    "remainder": lambda s: A32 * (7.3 % s),
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("kind", [float, np.float64, np.float32, np.array])
def test_the_value_has_the_dtype_of_the_plain_function(name, kind):
    body, x = BODIES[name], kind(1.2)
    plain = body(x)
    tolerance = 1e-5 if plain.dtype == np.float32 else 1e-12
    for value in (
        oe.linearize(body, x)[0],
        oe.jvp(body, (x,), (1.0,))[0],
        oe.vjp(body, (x,))[0],
        oe.jvp(lambda x: oe.jvp(body, (x,), (1.0,))[0], (x,), (1.0,))[0],
    ):
        assert value.dtype == plain.dtype
        np.testing.assert_allclose(value, plain, rtol=tolerance)
    dot = oe.jvp(body, (x,), (1.0,))[1]
    assert dot.dtype == plain.dtype
    g = oe.grad(lambda x: np.sum(body(x)))(x)
    h = 1e-6
    up, down = body(np.float64(1.2 + h)), body(np.float64(1.2 - h))
    want = np.sum(up - down) / (2 * h)
    if plain.dtype == np.float64:
        assert g == pytest.approx(want, rel=1e-6)
    assert g == pytest.approx(np.sum(dot), rel=1e-5)
    assert g.dtype == np.result_type(x)


def test_the_cotangent_of_a_float_adds_up_in_double_precision():
    # In float32 the sum of these two would be 16777216.
    def body(s):
        return np.float32(16777216.0) * s + np.float32(1.0) * s

    assert oe.grad(body)(1.0) == 16777217.0


@pytest.mark.parametrize("operation", [operator.add, operator.mul, operator.pow])
def test_the_array_keeps_its_dtype(operation):
    for s in (2.0, np.float32(2.0), 2):
        g = oe.grad(lambda a, s=s: np.sum(operation(a, s)))(A32)
        assert g.dtype == np.float32
    f, g = oe.grad(lambda a, s: np.sum(operation(a, s)), (0, 1))(A32, 2.0)
    assert (f.dtype, g.dtype) == (np.float32, np.float64)


def test_a_float_outside_the_domain_has_numpys_value():
    with np.errstate(all="ignore"):
        assert oe.value_and_grad(lambda s: 1.0 / s)(0.0)[0] == np.inf
        assert oe.value_and_grad(lambda s: s**-1.0)(0.0)[0] == np.inf
        assert np.isnan(oe.value_and_grad(lambda s: s**0.5)(-1.0)[0])
