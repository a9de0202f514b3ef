"""Rules of linear algebra with the mistakes that are made in them."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

import our_engine
from harness.contract import Operator, VerdictKind
from our_engine.linear_maps import Operator as Map

from .engine import entered
from .mutant import with_rule

__all__ = ["MUTANTS"]

Op, Kind = Operator, VerdictKind


def _t(a):
    return np.swapaxes(a, -1, -2)


def _det(a, /):
    return np.linalg.det(a)


def _det_map(a, y):
    """By the inverse, which a singular matrix has not."""
    cofactors = y * _t(np.linalg.inv(a))
    return Map(lambda v: np.sum(cofactors * v), lambda u: u * cofactors)


def _inv(a, /):
    return np.linalg.inv(a)


def _inv_map(a, y):
    """The pullback with the inverse where its transpose belongs."""
    return Map(lambda v: -(y @ v @ y), lambda u: -(y @ u @ y))


def _solve(a, b, /):
    return np.linalg.solve(a, b)


def _solve_a(a, b, y):
    return Map(
        lambda v: -np.linalg.solve(a, v @ y),
        lambda u: -np.linalg.solve(a, u) @ _t(y),
    )


def _solve_b(a, b, y):
    return Map(lambda v: np.linalg.solve(a, v), lambda u: np.linalg.solve(a, u))


def _cholesky(a, /):
    return np.linalg.cholesky(a)


def _cholesky_map(a, y):
    """Φ takes the lower triangle with its whole diagonal, not with half of it."""
    inverse = np.linalg.inv(y)
    return Map(
        lambda v: y @ np.tril(inverse @ v @ _t(inverse)),
        lambda u: _t(inverse) @ np.tril(_t(y) @ u) @ inverse,
    )


def _vectors(a, /):
    return np.linalg.eigh(a)[1]


def _vectors_map(a, y):
    """1 / (λ_j - λ_i), with nothing done about equal eigenvalues."""
    values = np.linalg.eigvalsh(our_engine.stop_gradient(a))
    n = len(values)
    gaps = np.where(np.eye(n) > 0, np.inf, values - values[:, None])
    return Map(
        lambda v: y @ ((_t(y) @ v @ y) / gaps),
        lambda u: y @ ((_t(y) @ u) / gaps) @ _t(y),
    )


def _eigvalsh(a, /):
    return np.linalg.eigvalsh(a)


@functools.cache
def _traced_vectors() -> Any:
    return our_engine.rule(_vectors, _vectors_map)


def _eigvalsh_map(a, y):
    vectors = _traced_vectors()(a)
    return Map(
        lambda v: np.sum(vectors * (v @ vectors), axis=0),
        lambda u: (vectors * u) @ _t(vectors),
    )


def _pinv(a, /):
    return np.linalg.pinv(a)


def _pinv_map(a, y):
    """As of an inverse: what is orthogonal to the range is left out."""
    return Map(lambda v: -(y @ v @ y), lambda u: -(_t(y) @ u @ _t(y)))


def _vector_norm(x, /, *, ord=2):  # noqa: A002 - the standard's name
    return np.linalg.vector_norm(x, ord=ord)


def _vector_norm_map(x, y, ord=2):  # noqa: A002 - the standard's name
    w = x / np.sqrt(np.sum(x * x))
    return Map(lambda v: np.sum(w * v), lambda u: u * w)


def _trace(a, /, *, offset=0):
    return np.linalg.trace(a, offset=offset)


def _trace_map(a, y, offset=0):
    one = np.eye(*a.shape)
    return Map(lambda v: np.sum(one * v), lambda u: u * one)


def _cross(a, b, /):
    return np.linalg.cross(a, b)


def _cross_a(a, b, y):
    return Map(lambda v: np.linalg.cross(v, b), lambda u: np.linalg.cross(b, u))


def _cross_b(a, b, y):
    """The sign of the first argument's."""
    return Map(lambda v: np.linalg.cross(v, a), lambda u: np.linalg.cross(a, u))


MUTANTS = (
    with_rule(
        "det-by-the-inverse",
        "the cofactors are det(A) A⁻ᵀ: a zero matrix has no inverse",
        "linalg.det",
        entered(_det, _det_map),
        point="zero",
        oracle="structure",
        kind=Kind.RAISED,
    ),
    with_rule(
        "inv-without-transposes",
        "the pullback is -Y Ȳ Y, not -Yᵀ Ȳ Yᵀ",
        "linalg.inv",
        entered(_inv, _inv_map),
        operator=Op.VJP,
    ),
    with_rule(
        "solve-not-transposed",
        "the pullback solves with A, not with Aᵀ",
        "linalg.solve",
        entered(_solve, _solve_a, _solve_b),
        operator=Op.VJP,
    ),
    with_rule(
        "cholesky-with-the-whole-diagonal",
        "the diagonal of Φ is not halved",
        "linalg.cholesky",
        entered(_cholesky, _cholesky_map),
    ),
    with_rule(
        "eigenvalues-that-meet",
        "1 / (λ_j - λ_i) at a repeated eigenvalue, where a Hessian exists",
        "linalg.eigvalsh",
        entered(_eigvalsh, _eigvalsh_map),
        problem="linalg.eigvalsh/symmetric-function",
        operator=Op.HVP_FORWARD_OVER_REVERSE,
        point="identity",
        kind=Kind.NONFINITE,
        before=((Op.GRADIENT, "identity"),),
    ),
    with_rule(
        "pinv-as-an-inverse",
        "a pseudoinverse's rule that is right for square matrices only",
        "linalg.pinv",
        entered(_pinv, _pinv_map),
        problem="linalg.pinv/tall",
    ),
    with_rule(
        "norm-ignores-its-order",
        "the slope of the 2-norm for every order",
        "linalg.vector_norm",
        entered(_vector_norm, _vector_norm_map),
        problem="linalg.vector_norm/ord=3",
    ),
    with_rule(
        "trace-ignores-its-offset",
        "the main diagonal, whatever the offset",
        "linalg.trace",
        entered(_trace, _trace_map),
        problem="linalg.trace/wide,offset=1",
    ),
    with_rule(
        "cross-with-one-sign",
        "the slope by the second factor has the sign of the first",
        "linalg.cross",
        entered(_cross, _cross_a, _cross_b),
    ),
)
