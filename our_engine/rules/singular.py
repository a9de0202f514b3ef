"""Rules of svd and svdvals.

Singular vectors have a derivative while the singular values are apart and not zero; where two meet
it is NaN, except along changes that do not couple the two. For complex matrices the common phase of
a pair u_i, v_i is arbitrary: its derivative is shared equally. With full_matrices the vectors
beyond the smaller dimension are arbitrary within their space: their derivative is orthogonal to it.

Singular values: at ties the gradient of every symmetric function of them is right, and so is the
derivative of such a gradient (see `ties`); even functions (sums of squares) also at zero. A single
value at zero has the derivative of u^H A v, for the u and v that LAPACK found.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import NEGATIVE, LeftMul, LinearMap, Operator, Outputs, RightMul, Scale
from our_engine.linear_maps.hermitian import Adjoint, adjoint
from our_engine.linear_maps.quotient import Quotient
from our_engine.node import Node, raw
from our_engine.primitives import composite, constant, rule
from our_engine.types import Array, Shape
from our_engine.undetermined import meet

from .singular_sums import (
    complement,
    core,
    directional,
    limits_of,
    probe,
    singular_sum,
    vanishing,
)
from .ties import KINKED, clusters, rounding, tied, unknown


def _svd(
    a: Array, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    if hermitian:
        return _hermitian_svd(a, compute_uv)
    if compute_uv:
        return factors(a, full_matrices=bool(full_matrices))
    return values(a)


def _hermitian_svd(a: Array, compute_uv: bool) -> Any:
    """By the eigenvalues, as NumPy does: singular values are their magnitudes."""
    w, U = np.linalg.eigh(a) if compute_uv else (np.linalg.eigvalsh(a), None)
    plain = raw(w)
    order = np.argsort(np.abs(plain), axis=-1)[..., ::-1]
    s = np.abs(w)[_along_last(order)]
    if U is None:
        return s
    columns = _along_last(np.broadcast_to(order[..., None, :], np.shape(U)))
    sign = np.take_along_axis(np.copysign(plain.dtype.type(1), plain), order, axis=-1)
    U = U[columns]
    return type(np.linalg.svd(np.eye(1)))(U, s, adjoint(U * sign[..., None, :]))


def _along_last(order: Array) -> tuple[Array, ...]:
    """The index that takes `order` along the last axis."""
    grid = np.ogrid[tuple(slice(n) for n in order.shape)]
    return (*grid[:-1], order)


def _factors(x: Array, full_matrices: bool = True) -> Any:
    return np.linalg.svd(x, full_matrices=full_matrices)


def _values(x: Array) -> Any:
    return np.linalg.svd(x, compute_uv=False)


def _factors_rule(x: Array, y: Any, full_matrices: bool = True) -> LinearMap:
    """With E = U^H dA V: ds = Re diag E, U^H dU and V^H dV from its Hermitian and skew parts."""
    U, s, Vh = y
    k = s.shape[-1]
    left, right = U[..., :k], adjoint(Vh[..., :k, :])
    E = core(x.shape, left, right)
    square = E.out_shape()
    turn = Adjoint(square) @ E
    own = np.eye(k, dtype=bool)
    gap = np.expand_dims(s, -2) - np.expand_dims(s, -1)
    total = np.expand_dims(s, -2) + np.expand_dims(s, -1)
    tie = tied(clusters(raw(s), rounding(raw(s))))
    half = Scale(0.5)
    even = half @ Quotient(np.where(own, np.inf, gap), tie) @ (E + turn)
    odd = half @ Quotient(total, raw(total) == 0) @ (E + NEGATIVE @ turn)
    dU = LeftMul(left, square) @ (even + odd)
    dV = LeftMul(right, square) @ (even + NEGATIVE @ odd)
    turned = (*x.shape[:-2], x.shape[-1], x.shape[-2])
    dU = _beyond(dU, left, right, s, x.shape)
    dV = _beyond(dV, right, left, s, turned, Adjoint(x.shape))
    if U.shape[-1] > k:
        dU = _completed(dU, left, U[..., k:])
    if Vh.shape[-2] > k:
        dV = _completed(dV, right, adjoint(Vh[..., k:, :]))
    square_V = (*x.shape[:-2], x.shape[-1], Vh.shape[-2])
    return Outputs(dU, _change_of_values(x, s, left, right), Adjoint(square_V) @ dV)


def _beyond(
    inside: LinearMap,
    U: Array,
    V: Array,
    s: Array,
    shape: Shape,
    turn: LinearMap | None = None,
) -> LinearMap:
    """What dU has outside the space of U: (1 - U U^H) dA V / s."""
    if shape[-2] == U.shape[-1]:
        return inside
    divisor = np.broadcast_to(np.expand_dims(s, -2), U.shape)
    product = RightMul(V, shape)
    outside = LeftMul(complement(U), product.out_shape()) @ product
    outside = Quotient(divisor, raw(divisor) == 0) @ outside
    return inside + (outside if turn is None else outside @ turn)


def _completed(dU: LinearMap, U: Array, rest: Array) -> LinearMap:
    """(dU, -U (rest^H dU)^H): the vectors beyond stay orthogonal to the others."""
    shape = U.shape
    inner = LeftMul(adjoint(rest), shape)
    across = Adjoint(inner.out_shape()) @ inner
    turned = NEGATIVE @ LeftMul(U, across.out_shape())
    k, count = shape[-1], rest.shape[-1]
    first = np.eye(k, k + count, dtype=U.dtype)
    last = np.eye(count, k + count, k, dtype=U.dtype)
    beyond = RightMul(last, (*shape[:-1], count)) @ turned @ across
    return (RightMul(first, shape) + beyond) @ dU


def change_of_values(x: Array, y: Array) -> LinearMap:
    """The map of the singular values y of x."""
    U, _, Vh = np.linalg.svd(x, full_matrices=False)
    return _change_of_values(x, y, U, adjoint(Vh))


def _change_of_values(x: Array, s: Array, U: Array, V: Array) -> LinearMap:
    """ds = Re diag(U^H dA V); at a tie the sorted eigenvalues of that block's Hermitian part."""
    E = core(x.shape, U, V)
    plain = raw(s)
    kinked = tied(clusters(plain, rounding(plain))).any(axis=-1) | vanishing(plain)

    def push(v: Array) -> Array:
        change = E.apply(v)
        s_dot = np.real(np.einsum("...ii->...i", change))
        if not kinked.any():
            return s_dot
        extra = directional(raw(v), raw(change), raw(U), raw(V), plain) - raw(s_dot)
        if isinstance(x, Node):
            meet()
            extra = extra + unknown(x, mask=kinked)
        return s_dot + extra

    def pull(u: Array) -> Array:
        if isinstance(x, Node):
            total = singular_sum(x, u, limits_of(s, u))
        else:
            total = np.matmul(U * np.expand_dims(u, -2), adjoint(V))
        return +np.conj(total)

    return Operator(push, pull, x.shape, E.flops())


factors = rule(_factors, _factors_rule, name="svd")
values = rule(_values, change_of_values, name="svdvals")
composite(np.linalg.svd, _svd)
composite(np.linalg.svdvals, lambda x, /: values(x))
constant(np.linalg.matrix_rank)
KINKED[_factors_rule] = 1, probe
KINKED[change_of_values] = None, probe
