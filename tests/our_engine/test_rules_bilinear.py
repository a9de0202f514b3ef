"""Products of vectors and matrices, diagonals and traces."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(9)
la = np.linalg
A, B = rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 4, 3))
U, W = rng.normal(size=(2, 5, 3))
Z = U + 1j * W
V2, V3 = rng.normal(size=(4, 2)), rng.normal(size=(4, 3))
# A complex step does not pass the conjugation of the first factor.
REAL = {"truth": "real"}
CASES = {
    "cross": (np.cross, np.cross, [U, W]),
    "cross broadcast": (np.cross, np.cross, [U[:, None], W[0]]),
    "cross axes": (
        np.cross,
        lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0),
        [U.T.copy(), W],
    ),
    "cross axis": (np.cross, lambda a, b: np.cross(a, b, axis=0), [U.T.copy(), W.T.copy()]),
    "linalg.cross": (la.cross, lambda a, b: la.cross(a, b, axis=-1), [U, W]),
    "kron": (np.kron, np.kron, [A[0], B[0]]),
    "kron of unequal axes": (np.kron, np.kron, [U[0], B]),
    "kron with a number": (np.kron, np.kron, [0.7, U]),
    "linalg.outer": (la.outer, la.outer, [U[0], A[0, 0]]),
    "linalg.tensordot": (la.tensordot, lambda a, b: la.tensordot(a, b, axes=1), [A, B[0]]),
    "linalg.tensordot axes": (
        la.tensordot,
        lambda a, b: la.tensordot(a, b, axes=((1, 0), (2, 0))),
        [A, B],
    ),
    "linalg.matmul": (la.matmul, la.matmul, [A, B]),
    "linalg.matrix_transpose": (la.matrix_transpose, la.matrix_transpose, [A]),
    "vecdot": (np.vecdot, np.vecdot, [U, W], REAL),
    "vecdot broadcast": (np.vecdot, np.vecdot, [U[:, None], W[0]], REAL),
    "vecdot axis": (np.vecdot, lambda a, b: np.vecdot(a, b, axis=0), [U, W], REAL),
    "vecdot kept": (np.vecdot, lambda a, b: np.vecdot(a, b, keepdims=True), [U, W], REAL),
    "vecdot complex": (np.vecdot, np.vecdot, [Z, Z[::-1]], REAL),
    "linalg.vecdot": (la.vecdot, lambda a, b: la.vecdot(a, b, axis=-2), [U, W], REAL),
    "diagonal": (np.diagonal, np.diagonal, [A[0]]),
    **{
        f"diagonal {k} {i} {j}": (
            np.diagonal,
            lambda a, k=k, i=i, j=j: np.diagonal(a, k, i, j),
            [A],
        )
        for k, i, j in ((1, 0, 1), (-1, 2, 0), (2, -1, -2), (-5, 1, 2), (5, 1, 2))
    },
    "linalg.diagonal": (la.diagonal, lambda a: la.diagonal(a, offset=-1), [A]),
    "trace": (np.trace, np.trace, [A[0]]),
    "trace offset": (np.trace, lambda a: np.trace(a, 1, 2, 0), [A]),
    "linalg.trace": (la.trace, lambda a: la.trace(a, offset=1), [A]),
}
if hasattr(np, "matvec"):
    CASES |= {
        "matvec": (np.matvec, np.matvec, [A, A[0, 0]]),
        "matvec stack": (np.matvec, np.matvec, [A[0], A[:, 0]]),
        "matvec complex": (np.matvec, np.matvec, [Z, Z[0]], REAL),
        "vecmat": (np.vecmat, np.vecmat, [A[0, :, 0], A], REAL),
        "vecmat stack": (np.vecmat, np.vecmat, [A[:, :, 0], A[0]], REAL),
        "vecmat complex": (np.vecmat, np.vecmat, [Z[:, 0], Z], REAL),
        "vecmat of real and complex": (np.vecmat, np.vecmat, [U[:, 0], Z], REAL),
    }


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize(
    "name", random.Random(6).sample(sorted(k for k in CASES if "5 1 2" not in k), 8)
)
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


@pytest.mark.filterwarnings("ignore:Arrays of 2-dimensional vectors:DeprecationWarning")
def test_cross_of_vectors_in_the_plane(check):
    for a, b in ((V2, V2[::-1]), (V2, V3), (V3, V2)):
        check((np.cross, np.cross, [a, b]))


def test_errors_are_numpys_own():
    with pytest.raises(ValueError, match="incompatible"):
        oe.grad(lambda a: np.sum(np.cross(a, a)))(A[0])
    with pytest.raises(ValueError, match="3-dimensional"):
        oe.grad(lambda a: np.sum(la.cross(a, a)))(A[0])
    with pytest.raises(ValueError, match="one-dimensional"):
        oe.grad(lambda a: np.sum(la.outer(a, a)))(A[0])


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("axes", lambda t: np.vecdot(t, t, axes=[(0,), (0,), ()])),
        ("out", lambda t: np.trace(t, out=np.zeros(()))),
    ],
)
def test_keywords_are_refused_by_name(name, call):
    with pytest.raises(oe.DifferentiationError, match=name):
        oe.grad(lambda t: np.sum(call(t)))(A[0])


def test_empty():
    for f, x in ((np.trace, np.zeros((0, 0))), (np.diagonal, np.zeros((2, 0, 3)))):
        y, pullback = oe.vjp(f, (x,))
        assert pullback(np.ones_like(y))[0].shape == x.shape
