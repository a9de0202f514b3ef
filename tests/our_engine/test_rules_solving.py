"""Inverses, systems, pseudoinverses, powers and chains of matrices."""

import random

import numpy as np
import pytest

import our_engine as oe
from our_engine.linear_maps.solving import LeftSolve, RightSolve

rng = np.random.default_rng(0)
EYE = np.eye(3)
A = rng.normal(size=(3, 3)) + 2 * EYE
STACK = rng.normal(size=(2, 3, 3)) + 2 * EYE
Z = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3)) + 2 * EYE
TALL, WIDE = rng.normal(size=(4, 3)), rng.normal(size=(2, 4))
V, M = rng.normal(size=3), rng.normal(size=(3, 2))
T4 = rng.normal(size=(2, 3, 3, 2)) + 6 * np.eye(6).reshape(2, 3, 3, 2)
REAL = {"truth": "real"}
# Rank 2, whose third singular value is rounding, or is cut off.
LOW = TALL @ np.diag([1.0, 2.0, 0.0]) @ A
la = np.linalg


def lstsq(rcond=None, outputs=(0, 1, 3)):
    return lambda a, b: tuple(la.lstsq(a, b, rcond=rcond)[i] for i in outputs)


CASES = {
    "inv": (la.inv, la.inv, [A]),
    "inv stack": (la.inv, la.inv, [STACK]),
    "inv complex": (la.inv, la.inv, [Z], REAL),
    "solve matrix": (la.solve, la.solve, [A, M]),
    "solve vector": (la.solve, la.solve, [A, V]),
    "solve stack, matrix": (la.solve, la.solve, [STACK, M]),
    "solve stack, vector": (la.solve, la.solve, [STACK, V]),
    # NumPy 2: b of two axes is a matrix, not a stack of vectors.
    "solve stack of two, square b": (la.solve, la.solve, [STACK, rng.normal(size=(3, 3))]),
    "solve matrix, stack": (la.solve, la.solve, [A, rng.normal(size=(2, 3, 1))]),
    "solve broadcast": (la.solve, la.solve, [STACK[:1], rng.normal(size=(2, 3, 2))]),
    "solve complex": (la.solve, la.solve, [Z, M], REAL),
    "solve complex b": (la.solve, la.solve, [A, M + 1j * M[::-1]], REAL),
    "tensorsolve": (la.tensorsolve, la.tensorsolve, [T4, rng.normal(size=(2, 3))]),
    "tensorsolve axes": (
        la.tensorsolve,
        lambda a, b: la.tensorsolve(a, b, axes=(0, 2)),
        [np.moveaxis(T4, (2, 3), (0, 2)), rng.normal(size=(3, 2))],
    ),
    "tensorinv": (la.tensorinv, la.tensorinv, [T4]),
    "tensorinv ind": (la.tensorinv, lambda a: la.tensorinv(a, ind=1), [A.reshape(3, 3, 1)]),
    **{
        f"matrix_power {n}": (la.matrix_power, lambda a, n=n: la.matrix_power(a, n), [x])
        for n, x in ((1, A), (2, STACK), (3, A), (5, A), (-1, A), (-3, STACK))
    },
    "multi_dot 2": (la.multi_dot, lambda a, b: la.multi_dot([a, b]), [TALL, M]),
    "multi_dot 4": (
        la.multi_dot,
        lambda *xs: la.multi_dot(xs),
        [V, A, TALL.T.copy(), rng.normal(size=4)],
    ),
    "multi_dot vector": (la.multi_dot, lambda *xs: la.multi_dot(xs), [WIDE, TALL, V]),
    "pinv tall": (la.pinv, la.pinv, [TALL], REAL),
    "pinv wide": (la.pinv, la.pinv, [WIDE], REAL),
    "pinv stack": (la.pinv, la.pinv, [STACK], REAL),
    "pinv complex": (la.pinv, la.pinv, [Z[:2]], REAL),
    "pinv cut off": (la.pinv, lambda a: la.pinv(a, 0.6), [TALL], REAL),
    "pinv rtol": (la.pinv, lambda a: la.pinv(a, rtol=[0.01, 0.6]), [STACK], REAL),
    "pinv hermitian": (
        la.pinv,
        lambda a: la.pinv(a, hermitian=True),
        [A + A.T],
        {"truth": "real", "single": False},
    ),
    "lstsq tall": (la.lstsq, lstsq(), [TALL, rng.normal(size=(4, 2))], REAL),
    "lstsq vector": (la.lstsq, lstsq(), [TALL, rng.normal(size=4)], REAL),
    "lstsq wide": (la.lstsq, lstsq(), [WIDE, rng.normal(size=(2, 2))], REAL),
    "lstsq complex": (la.lstsq, lstsq(), [TALL + 1j * rng.normal(size=(4, 3)), TALL], REAL),
    "lstsq cut off": (la.lstsq, lstsq(0.6), [TALL, rng.normal(size=4)], REAL),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(2).sample(sorted(CASES), 8))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_closed_forms():
    u = rng.normal(size=(3, 3))
    Y = la.inv(A)
    (got,) = oe.vjp(la.inv, (A,))[1](u)
    np.testing.assert_allclose(got, -Y.T @ u @ Y.T, rtol=1e-12)
    got, b_bar = oe.vjp(la.solve, (A, V))[1](u[0])
    np.testing.assert_allclose(b_bar, la.solve(A.T, u[0]), rtol=1e-12)
    np.testing.assert_allclose(got, -np.outer(b_bar, la.solve(A, V)), rtol=1e-12)


def test_a_singular_matrix_raises_as_numpy_does():
    for f in (la.inv, lambda a: la.solve(a, V), lambda a: la.matrix_power(a, -2)):
        with pytest.raises(la.LinAlgError):
            oe.jvp(f, (np.ones((3, 3)),), (EYE,))
    with pytest.raises(la.LinAlgError):
        oe.grad(lambda a: np.sum(la.matrix_power(a, 2)))(np.ones((2, 3)))


def test_matrix_power_zero_is_constant():
    y, y_dot = oe.jvp(lambda a: la.matrix_power(a, 0), (STACK,), (STACK,))
    np.testing.assert_array_equal(y, np.broadcast_to(EYE, STACK.shape))
    assert not y_dot.any()


@pytest.mark.parametrize("shape", [(0, 0), (0, 3, 3)])
def test_empty(shape):
    x = np.zeros(shape)
    for f in (la.inv, la.pinv, lambda a: la.solve(a, np.zeros((*shape[:-1], 2)))):
        y, pullback = oe.vjp(f, (x,))
        assert pullback(np.zeros_like(y))[0].shape == shape


def test_pinv_of_a_rank_deficient_matrix_at_constant_rank():
    """Along changes that keep the rank, B C -> (B + t dB)(C + t dC), differences are right."""
    B, C, dB, dC = (rng.normal(size=s) for s in ((4, 2), (2, 3), (4, 2), (2, 3)))
    h = 1e-6
    want = (la.pinv((B + h * dB) @ (C + h * dC)) - la.pinv((B - h * dB) @ (C - h * dC))) / (2 * h)
    got = oe.jvp(la.pinv, (B @ C,), (dB @ C + B @ dC,))[1]
    np.testing.assert_allclose(got, want, rtol=1e-6, atol=1e-8)
    assert la.matrix_rank(LOW) == 2
    b = rng.normal(size=4)
    by_lstsq = oe.grad(lambda a: la.lstsq(a, b, rcond=None)[0] @ V)(LOW)
    by_pinv = oe.grad(lambda a: la.pinv(a, 1e-13) @ b @ V)(LOW)
    np.testing.assert_allclose(by_lstsq, by_pinv, rtol=1e-9, atol=1e-10)


def test_pinv_at_equal_singular_values_to_second_order():
    """pinv = inv at the identity, whose second derivative along dA is 2 dA^2."""
    d = rng.normal(size=(3, 3))
    got = oe.jvp(lambda a: oe.jvp(la.pinv, (a,), (d,))[1], (EYE,), (d,))[1]
    np.testing.assert_allclose(got, 2 * d @ d, atol=1e-13)


def test_keywords_are_refused_by_name():
    with pytest.raises(oe.DifferentiationError, match="out"):
        oe.jvp(lambda a: la.multi_dot([a, a], out=np.zeros((3, 3))), (A,), (A,))
    with pytest.raises(ValueError, match="both set"):
        oe.jvp(lambda a: la.pinv(a, 0.1, rtol=0.1), (A,), (A,))


@pytest.mark.parametrize("kind", [LeftSolve, RightSolve])
@pytest.mark.parametrize("batch", [(), (2,)])
def test_maps(kind, batch):
    shape = (3, 4) if kind is LeftSolve else (4, 3)
    matrix = STACK if batch else A
    J = kind(matrix, shape)
    v = rng.normal(size=shape)
    Jv = J.apply(v)
    back = matrix @ Jv if kind is LeftSolve else Jv @ matrix
    np.testing.assert_allclose(back, np.broadcast_to(v, back.shape), atol=1e-13)
    assert J.out_shape() == Jv.shape
    u = rng.normal(size=Jv.shape)
    assert np.sum(u * Jv) == pytest.approx(np.sum(J.pull(u) * v))
    np.testing.assert_allclose(J.T.apply(u), J.pull(u), rtol=1e-12)
    np.testing.assert_allclose(J.matrix() @ v.ravel(), Jv.ravel(), atol=1e-12)
    assert not J.matrix()[~J.pattern()].any()
    assert J.flops() > 0
    rows = np.stack([v, 2 * v])
    np.testing.assert_allclose(J.stacked(2).apply(rows), [Jv, 2 * Jv], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(J.stacked(2).pull(np.stack([u, -u]))[1], -J.pull(u), atol=1e-12)
    singular = kind(np.ones((3, 3)), shape)
    assert np.isnan(singular.apply(v)).all()
