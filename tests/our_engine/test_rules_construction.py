"""Arrays made from endpoints, diagonals and powers."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(9)
A = rng.normal(size=(3, 4))
B = rng.normal(size=(2, 3, 3))
V = rng.normal(size=4)
P, Q = rng.uniform(0.5, 2.0, size=(2, 3)), rng.uniform(3.0, 5.0, size=3)
REAL = {"truth": "real"}

CASES = {
    "linspace": (np.linspace, lambda a, b: np.linspace(a, b, 5), [0.3, 2.0]),
    "linspace arrays": (np.linspace, lambda a, b: np.linspace(a, b, 4, axis=-1), [P, Q]),
    "linspace axis": (
        np.linspace,
        lambda a, b: np.linspace(a, b, 3, endpoint=False, axis=1),
        [P, Q],
    ),
    "linspace step": (np.linspace, lambda a, b: np.linspace(a, b, 6, retstep=True), [0.3, 2.0]),
    "linspace of one": (np.linspace, lambda a, b: np.linspace(a, b, 1) * b, [0.3, 2.0]),
    "geomspace": (np.geomspace, lambda a, b: np.geomspace(a, b, 5), [0.3, 2.0]),
    "geomspace arrays": (
        np.geomspace,
        lambda a, b: np.geomspace(a, b, 4, endpoint=False, axis=-1),
        [P, Q],
    ),
    "geomspace negative": (np.geomspace, lambda a, b: np.geomspace(-a, -b, 4), [0.3, 2.0], REAL),
    "logspace": (np.logspace, lambda a, b: np.logspace(a, b, 5), [0.3, 1.2]),
    "logspace base": (
        np.logspace,
        lambda a, b, c: np.logspace(a, b, 3, base=c, endpoint=False),
        [0.3, 1.2, 2.5],
    ),
    "logspace bases": (
        np.logspace,
        lambda a, b, c: np.logspace(a, b, 3, base=c, axis=-1),
        [P / 3, 1.2, Q],
    ),
    "diag": (np.diag, lambda x: np.diag(x, 1), [V]),
    "diag below": (np.diag, lambda x: np.diag(x, -2), [V]),
    "diag of a matrix": (np.diag, lambda x: np.diag(x, 1), [A]),
    "diag of a matrix below": (np.diag, lambda x: np.diag(x, -1), [A]),
    "diag outside": (np.diag, lambda x: np.append(np.diag(x, 7), x[0]), [A]),
    "diagflat": (np.diagflat, lambda x: np.diagflat(x, -1), [A[:2, :2]]),
    "tril": (np.tril, np.tril, [A]),
    "tril k": (np.tril, lambda x: np.tril(x, -1), [B]),
    "triu": (np.triu, lambda x: np.triu(x, 1), [A]),
    "triu of a row": (np.triu, np.triu, [V]),
    "vander": (np.vander, np.vander, [V]),
    "vander increasing": (np.vander, lambda x: np.vander(x, 3, increasing=True), [V]),
    "vander long": (np.vander, lambda x: np.vander(x, 6), [V]),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(11).sample(sorted(CASES), 10))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_endpoints_are_what_they_are():
    a_bar, b_bar = oe.grad(lambda a, b: np.linspace(a, b, 7)[-1], (0, 1))(0.1, 0.7)
    assert (a_bar, b_bar) == (0.0, 1.0)
    J = oe.jacobian(lambda b: np.linspace(1.0, b, 5))(2.0)
    np.testing.assert_array_equal(J, [0, 0.25, 0.5, 0.75, 1])
    a_bar, b_bar = oe.grad(lambda a, b: np.geomspace(a, b, 7)[-1], (0, 1))(0.1, 0.7)
    assert (a_bar, b_bar) == (0.0, 1.0)


def test_powers_of_zero():
    J = oe.jacobian(lambda x: np.vander(x, 4, increasing=True))(np.zeros(1))
    np.testing.assert_array_equal(J[0, :, 0], [0, 1, 0, 0])
    H = oe.hessian(lambda x: np.sum(np.vander(x, 4, increasing=True)))(np.zeros(1))
    assert H == [[2.0]]


def test_full_like():
    x = np.ones((2, 3), np.float32)

    def f(t):
        y = np.full_like(t, t[0, 0] * 2.0)
        assert y.dtype == np.float32
        wide = np.full_like(t, t[0, 1], dtype=float, shape=(2, 2))
        assert wide.dtype == np.float64
        assert type(np.full_like(t, 3.0)) is np.ndarray
        return np.sum(y) + np.sum(wide)

    np.testing.assert_array_equal(oe.grad(f)(x), [[12, 4, 0], [0, 0, 0]])
    assert type(oe.grad(lambda t: np.sum(t * np.ones_like(t) + np.zeros_like(t)))(x)) is np.ndarray


def test_triangles_of_what_is_infinite_outside():
    x = np.array([[1.0, 0.0], [2.0, 4.0]])
    with np.errstate(all="ignore"):
        g = oe.grad(lambda x: np.sum(np.tril(np.log(x))))(x)
        np.testing.assert_array_equal(g, [[1, 0], [0.5, 0.25]])
        g = oe.grad(lambda x: np.sum(np.diag(np.log(x))))(x)
        np.testing.assert_array_equal(g, [[1, 0], [0, 0.25]])


def test_empty():
    assert oe.jacobian(np.diag)(np.zeros(0)).shape == (0, 0, 0)
    assert oe.jacobian(np.vander)(np.zeros(0)).shape == (0, 0, 0)
    assert oe.jacobian(lambda b: np.linspace(0.0, b, 0))(1.0).shape == (0,)
    assert oe.jacobian(np.tril)(np.zeros((0, 2))).shape == (0, 2, 0, 2)


@pytest.mark.parametrize(
    "f",
    [
        lambda t: np.linspace(0.0, t, 3, dtype=np.float32),
        lambda t: np.linspace(0.0, t, 3, device="gpu"),
        lambda t: np.geomspace(1.0, t, 3, dtype=np.float32),
        lambda t: np.logspace(0.0, t, 3, dtype=np.float32),
        lambda t: np.arange(0.0, t, 1.0),
        lambda t: np.full(3, t),
        lambda t: np.full_like(np.ones(3), t),
    ],
)
def test_refused(f):
    with pytest.raises((oe.DifferentiationError, ValueError)) as caught:
        oe.grad(lambda t: np.sum(f(t)))(2.5)
    assert "our_engine" in str(caught.value) + str(caught.value.__cause__)
