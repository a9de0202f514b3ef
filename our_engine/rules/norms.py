"""Rules of norms: norm, vector_norm, matrix_norm with every ord, axis and keepdims, and cond.

At the origin a norm has a kink: its derivative there is 0, in both modes. Powers of the Euclidean
norm (p > 1) have gradient 0 there, and as second derivative what the power has: 2 for the square
(see `ties`; a third one is NaN). Where the derivative of an element
is not determined (ord 1 at an element 0) it is 0; elements that tie for the largest or smallest
(ord inf, -inf, 2, -2) share it equally.

The nuclear norm goes by the polar factor, which has derivatives of any order also where singular
values meet; of a matrix without full rank it takes the subgradient of least size.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.linear_maps import LinearMap, Real, Scale, Sum
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.linear_maps.solving import inverse
from our_engine.node import raw
from our_engine.primitives import composite, rule
from our_engine.types import Array

from .euclidean import euclidean_rule
from .polar import polar_factor
from .ties import KINKED, at_zero

_LAST_TWO = (-2, -1)


def _norm(x: Array, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002
    ndim = np.ndim(x)
    axes = normalized_axes(axis, ndim)
    if axis is not None and len(set(axes)) != len(axes):
        return np.linalg.norm(raw(x), ord, axis, keepdims)  # raises, in NumPy's words
    if ord is None or (ord in ("fro", "f") and len(axes) == 2):
        return of_vectors(x, ord=ord, axis=axis, keepdims=keepdims)
    if len(axes) == 1:
        return of_vectors(x, ord=ord, axis=axis, keepdims=keepdims)
    if len(axes) != 2:
        return np.linalg.norm(raw(x), ord, axis, keepdims)
    result = _matrix(np.moveaxis(x, axes, _LAST_TWO), ord)
    return np.expand_dims(result, tuple(sorted(axes))) if keepdims else result


def _matrix(x: Array, ord: Any) -> Any:  # noqa: A002
    """The norm of matrices in the last two axes."""
    if ord == "nuc":
        return nuclear(x)
    if ord in (2, -2):
        s = np.linalg.svd(x, compute_uv=False)
        return np.linalg.norm(s, math.copysign(math.inf, ord), axis=-1)
    if ord in (1, -1):
        return np.linalg.norm(np.sum(np.abs(x), axis=-2), ord * math.inf, axis=-1)
    if ord in (math.inf, -math.inf):
        return np.linalg.norm(np.sum(np.abs(x), axis=-1), ord, axis=-1)
    return np.linalg.norm(raw(x), ord, _LAST_TWO)  # raises, in NumPy's words


def _plain_norm(x: Array, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002
    return np.linalg.norm(x, ord, axis, keepdims)


def _vector_norm(
    x: Array,
    /,
    *,
    axis: Any = None,
    keepdims: bool = False,
    ord: Any = 2,  # noqa: A002
) -> Any:
    return any_axes(x, ord=ord, axis=axis, keepdims=keepdims)


def _plain_vector_norm(x: Array, ord: Any = 2, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002
    return np.linalg.vector_norm(x, ord=ord, axis=axis, keepdims=keepdims)


def _vector_rule(
    x: Array,
    y: Array,
    ord: Any = 2,  # noqa: A002
    axis: Any = None,
    keepdims: bool = False,
) -> LinearMap:
    """The map for vectors in any axes: the sum of the shares of the elements."""
    if ord is None or ord in (2, "fro", "f"):
        return euclidean_rule(x, y, axis=axis, keepdims=keepdims)
    total = Sum(x.shape, axis, bool(keepdims))
    size = np.abs(x)
    if ord == 0:
        share: Array = np.zeros(x.shape, real_dtype(x.dtype))
    elif ord == 1:
        share = np.ones(x.shape, real_dtype(x.dtype))
    elif math.isinf(ord):
        share = _extreme(raw(size), total.axes, ord > 0)
    else:
        share = _power(size, total.axes, ord)
    factor = share * np.conj(np.sign(x))
    if x.dtype.kind == "c":
        return total @ Real(x.dtype) @ Scale(factor)
    return total @ Scale(factor)


def _extreme(size: Array, axes: tuple[int, ...], largest: bool) -> Array:
    if not size.size:
        return size
    best = (np.max if largest else np.min)(size, axis=axes, keepdims=True)
    hit = (size == best).astype(size.dtype)
    return hit / np.sum(hit, axis=axes, keepdims=True)


def _power(size: Array, axes: tuple[int, ...], p: float) -> Array:
    """(|x_i| / |x|_p)^(p - 1), and 0 at the origin; scaled, so that no power overflows."""
    if not size.size:
        return size
    plain = raw(size)
    most = np.max(plain, axis=axes, keepdims=True)
    usable = (most > 0) & np.isfinite(most)
    z = size / np.where(usable, most, 1)
    total = np.sum(z**p, axis=axes, keepdims=True)
    length = np.where(usable, total, 1) ** (1.0 / p)
    return np.where(usable, (z / length) ** (p - 1.0), 0)


def _nuclear_norm(x: Array) -> Any:
    return np.linalg.norm(x, "nuc", _LAST_TWO)


def _nuclear_rule(x: Array, _y: Any) -> LinearMap:
    product = Sum(x.shape, _LAST_TWO) @ Scale(np.conj(polar_factor(x)))
    return Real(x.dtype) @ product if x.dtype.kind == "c" else product


def _matrix_norm(x: Array, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:  # noqa: A002
    return np.linalg.norm(x, ord, _LAST_TWO, keepdims)


def _cond(x: Array, p: Any = None) -> Any:
    if 0 in np.shape(x)[-2:] or (p not in (None, 2, -2) and np.shape(x)[-1] != np.shape(x)[-2]):
        return np.linalg.cond(raw(x), p)  # raises, in NumPy's words
    with np.errstate(all="ignore"):
        if p in (None, 2, -2):
            s = np.linalg.svd(x, compute_uv=False)
            r = s[..., -1] / s[..., 0] if p == -2 else s[..., 0] / s[..., -1]
        else:
            wide = x.astype(np.result_type(x.dtype, np.float64))
            r = np.linalg.norm(x, p, _LAST_TWO) * np.linalg.norm(inverse(wide), p, _LAST_TWO)
            r = r.astype(real_dtype(x.dtype))
    undefined = np.isnan(raw(r)) & ~np.isnan(raw(x)).any(axis=_LAST_TWO)
    return np.where(undefined, np.inf, r) if np.any(undefined) else r


of_vectors = rule(_plain_norm, _vector_rule, name="norm")
any_axes = rule(_plain_vector_norm, _vector_rule, name="vector_norm")
nuclear = rule(_nuclear_norm, _nuclear_rule, name="the nuclear norm")
composite(np.linalg.norm, _norm)
composite(np.linalg.vector_norm, _vector_norm)
composite(np.linalg.matrix_norm, _matrix_norm)
composite(np.linalg.cond, _cond)
KINKED[_vector_rule] = None, at_zero
