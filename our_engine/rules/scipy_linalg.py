"""Rules of scipy.linalg: sqrtm, expm, solve_triangular, solve_banded, solve_sylvester.

SciPy writes these in Python, which a tracer refuses: `our_engine.scipy_linalg` has those that take
one. What they do not read (the other triangle, the corners of a band) has derivative zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg as sl

from our_engine.linear_maps import (
    NEGATIVE,
    Broadcast,
    Gather,
    LeftMul,
    LinearMap,
    Operator,
    Permute,
    Reshape,
    RightMul,
    Scale,
)
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.linear_maps.hermitian import Adjoint
from our_engine.linear_maps.solving import turned
from our_engine.primitives import Spec, rule
from our_engine.types import Array, DifferentiationError

from .arguments import cast


def _sqrtm(A: Array) -> Any:
    return sl.sqrtm(A)


def _sqrtm_rule(_A: Spec, y: Array) -> LinearMap:
    """dX solves X dX + dX X = dA."""
    return _sylvester_map(y, y, _A.shape) @ cast(_A, Spec(y))


def _solve_sylvester(a: Array, b: Array, q: Array) -> Any:
    return sl.solve_sylvester(a, b, q)


def _sylvester_left(a: Array, b: Array, _q: Any, y: Array) -> LinearMap:
    product = RightMul(y, a.shape)
    return NEGATIVE @ _sylvester_map(a, b, product.out_shape()) @ product @ cast(Spec(a), Spec(y))


def _sylvester_right(a: Array, b: Array, _q: Any, y: Array) -> LinearMap:
    product = LeftMul(y, b.shape)
    return NEGATIVE @ _sylvester_map(a, b, product.out_shape()) @ product @ cast(Spec(b), Spec(y))


def _sylvester_sum(a: Array, b: Array, _q: Spec, _y: Spec) -> LinearMap:
    return _sylvester_map(a, b, _q.shape) @ cast(_q, _y)


def _sylvester_map(a: Array, b: Array, shape: tuple[int, ...]) -> LinearMap:
    """V -> the X with a X + X b = V."""
    return Operator(
        lambda v: solve_sylvester(a, b, v),
        lambda u: solve_sylvester(turned(a), turned(b), u),
        shape,
    )


def _expm(A: Array) -> Any:
    return sl.expm(A)


def _expm_rule(A: Array, _y: Spec) -> LinearMap:
    """The change is the upper right block of exp [[A, dA], [0, A]] (Higham 2008, 10.15)."""
    n = A.shape[-1]

    def change(A: Array, v: Array) -> Array:
        zeros = np.zeros(np.shape(v), A.dtype)
        above = np.concatenate((A, v), axis=-1)
        below = np.concatenate((zeros, A), axis=-1)
        return expm(np.concatenate((above, below), axis=-2))[..., :n, n:]

    return Operator(lambda v: +change(A, v), lambda u: +change(turned(A), u), A.shape)


def _solve_triangular(
    a: Array,
    b: Array,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    check_finite: bool = True,
) -> Any:
    _no_stack("solve_triangular", a, b)
    return sl.solve_triangular(
        a, b, trans=trans, lower=lower, unit_diagonal=unit_diagonal, check_finite=check_finite
    )


def _triangular_matrix(
    a: Array,
    _b: Spec,
    y: Array,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    check_finite: bool = True,
) -> LinearMap:
    n = a.shape[-1]
    mask = np.tri(n, dtype=real_dtype(a.dtype))
    mask = mask if lower else mask.T
    if unit_diagonal:
        mask = mask - np.eye(n, dtype=mask.dtype)
    change = cast(Spec(a), Spec(y)) @ Scale(mask)
    if trans in (1, "T"):
        change = Permute((1, 0)) @ change
    elif trans in (2, "C"):
        change = Adjoint(a.shape) @ change
    X = np.expand_dims(y, -1) if y.ndim == 1 else y
    product = Reshape(X.shape, y.shape) @ RightMul(X, a.shape) @ change
    return NEGATIVE @ _triangular_map(a, y.shape, trans, lower, unit_diagonal) @ product


def _triangular_side(
    a: Array,
    _b: Spec,
    _y: Spec,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    check_finite: bool = True,
) -> LinearMap:
    return _triangular_map(a, _y.shape, trans, lower, unit_diagonal) @ cast(_b, _y)


def _triangular_map(
    a: Array, shape: tuple[int, ...], trans: Any, lower: bool, unit_diagonal: bool
) -> LinearMap:
    settings = {"lower": lower, "unit_diagonal": unit_diagonal, "check_finite": False}
    back, back_trans = a, 1
    if trans in (1, "T"):
        back_trans = 0
    elif trans in (2, "C"):
        back, back_trans = np.conj(a), 0
    return Operator(
        lambda v: solve_triangular(a, v, trans=trans, **settings),
        lambda u: solve_triangular(back, u, trans=back_trans, **settings),
        shape,
        shape[0] ** 2 // 2,
    )


def _solve_banded(ab: Array, b: Array, l_and_u: Any = (0, 0), check_finite: bool = True) -> Any:
    _no_stack("solve_banded", ab, b)
    return sl.solve_banded(l_and_u, ab, b, check_finite=check_finite)


def _bind_banded(l_and_u: Any, ab: Array, b: Array, **settings: Any) -> tuple[Any, Any]:
    return (ab, b), {**settings, "l_and_u": tuple(int(k) for k in l_and_u)}


def _banded_matrix(
    ab: Array, _b: Spec, y: Array, l_and_u: Any = (0, 0), check_finite: bool = True
) -> LinearMap:
    """dx = -A^-1 (dA x), where element (i, j) of A stands in row u + i - j of ab."""
    n = ab.shape[-1]
    row, column = np.nonzero(_inside(l_and_u, n))
    take = Gather(ab.shape, (row, column))
    put = Gather(y.shape, row - l_and_u[1] + column).T
    spread: LinearMap = cast(Spec(ab), Spec(y)) @ take
    x = y[column]
    if y.ndim == 2:
        column_shape = (row.size, 1)
        spread = Broadcast(column_shape, x.shape) @ Reshape((row.size,), column_shape) @ spread
    return NEGATIVE @ _banded_map(ab, y.shape, l_and_u) @ put @ Scale(x) @ spread


def _banded_side(
    ab: Array, _b: Spec, _y: Spec, l_and_u: Any = (0, 0), check_finite: bool = True
) -> LinearMap:
    return _banded_map(ab, _y.shape, l_and_u) @ cast(_b, _y)


def _banded_map(ab: Array, shape: tuple[int, ...], l_and_u: tuple[int, int]) -> LinearMap:
    lower, upper = l_and_u
    n = ab.shape[-1]
    row, column = np.indices(ab.shape)
    # Element (i, j) of the transpose is (j, i) of the matrix.
    i = np.clip(row - lower + column, 0, n - 1)
    back = np.where(_inside((upper, lower), n), ab[lower + upper - row, i], 0)
    return Operator(
        lambda v: solve_banded(l_and_u, ab, v, check_finite=False),
        lambda u: solve_banded((upper, lower), back, u, check_finite=False),
        shape,
        n * (lower + upper + 1),
    )


def _inside(l_and_u: tuple[int, int], n: int) -> Array:
    """Which places of a band's array hold elements of the matrix."""
    lower, upper = l_and_u
    row, column = np.indices((lower + upper + 1, n))
    i = row - upper + column
    return (i >= 0) & (i < n)


def _no_stack(name: str, a: Array, b: Array) -> None:
    if np.ndim(a) != 2 or np.ndim(b) > 2:
        raise DifferentiationError(
            f"our_engine: scipy_linalg.{name} takes one matrix, not a stack; use np.linalg.solve"
        )


sqrtm: Callable[..., Any] = rule(_sqrtm, _sqrtm_rule, name="sqrtm")
expm: Callable[..., Any] = rule(_expm, _expm_rule, name="expm")
solve_sylvester: Callable[..., Any] = rule(
    _solve_sylvester, _sylvester_left, _sylvester_right, _sylvester_sum, name="solve_sylvester"
)
solve_triangular: Callable[..., Any] = rule(
    _solve_triangular, _triangular_matrix, _triangular_side, name="solve_triangular"
)
solve_banded: Callable[..., Any] = rule(
    _solve_banded, _banded_matrix, _banded_side, bind=_bind_banded, name="solve_banded"
)
