"""Rules of functions that arrange the same elements in another shape or order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from our_engine.linear_maps import Broadcast, Cast, LinearMap, Operator, Permute, Reshape
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.primitives import Spec, composite, constant, rule
from our_engine.recording import raw
from our_engine.types import Array, DifferentiationError, Settings, Shape

from .arguments import array


def _bind_reshape(
    a: Array, /, shape: Any, order: Any = "C", *, copy: Any = None
) -> tuple[tuple[Array], Settings]:
    return (a,), {"shape": shape, "copy": copy, **_order("reshape", a, order)}


def _bind_ravel(a: Array, order: Any = "C") -> tuple[tuple[Array], Settings]:
    return (a,), _order("ravel", a, order)


def _order(function: str, a: Array, order: Any) -> Settings:
    """By rows or by columns; the order in memory is not part of a traced value."""
    if order in ("C", None) or (order in ("A", "K") and a.ndim < 2):
        return {}
    if order in ("A", "K"):
        raise DifferentiationError(
            f"our_engine: {function} of a traced array does not support order={order!r}, which "
            "depends on how the array lies in memory; write order='C' or order='F'"
        )
    return {"order": order}


def _reshape(_x: Spec, _y: Spec, shape: Any = None, order: str = "C") -> LinearMap:
    if order == "F":
        # By columns: reverse the axes, reshape by rows, reverse again.
        turn_in = Permute(tuple(range(_x.ndim))[::-1])
        turn_out = Permute(tuple(range(_y.ndim))[::-1])
        return turn_out @ Reshape(_x.shape[::-1], _y.shape[::-1]) @ turn_in
    return Reshape(_x.shape, _y.shape)


def _as(_x: Spec, _y: Spec, axis: Any = None) -> LinearMap:
    return Reshape(_x.shape, _y.shape)


def _transpose(_x: Spec, _y: Spec, axes: Any = None) -> LinearMap:
    if axes is None:
        return Permute(tuple(range(_x.ndim))[::-1])
    return Permute(tuple(int(a) % _x.ndim for a in axes))


def _swapaxes(_x: Spec, _y: Spec, axis1: int = 0, axis2: int = 0) -> LinearMap:
    axes = list(range(_x.ndim))
    i, j = axis1 % _x.ndim, axis2 % _x.ndim
    axes[i], axes[j] = axes[j], axes[i]
    return Permute(tuple(axes))


def _moveaxis(_x: Spec, _y: Spec, source: Any = 0, destination: Any = 0) -> LinearMap:
    froms = normalized_axes(tuple(np.atleast_1d(source)), _x.ndim)
    tos = normalized_axes(tuple(np.atleast_1d(destination)), _x.ndim)
    axes = [a for a in range(_x.ndim) if a not in froms]
    for to, source_axis in sorted(zip(tos, froms, strict=True)):
        axes.insert(to, source_axis)
    return Permute(tuple(axes))


def _rollaxis(_x: Spec, _y: Spec, axis: int = 0, start: int = 0) -> LinearMap:
    axis, start = axis % _x.ndim, start + _x.ndim if start < 0 else start
    axes = [a for a in range(_x.ndim) if a != axis]
    axes.insert(start - 1 if axis < start else start, axis)
    return Permute(tuple(axes))


def _roll(_x: Spec, _y: Spec, shift: Any = 0, axis: Any = None) -> LinearMap:
    back = tuple(-s for s in shift) if isinstance(shift, (tuple, list)) else -shift
    return Operator(lambda v: np.roll(v, shift, axis), lambda u: np.roll(u, back, axis), _x.shape)


def _flip(m: Array, axis: Any = None) -> Any:
    axes = range(m.ndim) if axis is None else normalize_axis_tuple(axis, m.ndim)
    return m[tuple(slice(None, None, -1 if i in axes else None) for i in range(m.ndim))]


def _fliplr(m: Array) -> Any:
    if m.ndim < 2:
        raise ValueError("Input must be >= 2-d.")
    return m[:, ::-1]


def _flipud(m: Array) -> Any:
    if m.ndim < 1:
        raise ValueError("Input must be >= 1-d.")
    return m[::-1]


def _rot90(m: Array, k: int = 1, axes: Any = (0, 1)) -> Any:
    if len(axes) != 2 or (axes[0] - axes[1]) % max(m.ndim, 1) == 0:
        raise ValueError("Axes must be different.")
    if k % 4 == 2:
        return np.flip(m, tuple(axes))
    if k % 4 == 1:
        return np.swapaxes(np.flip(m, axes[1]), *axes)
    return np.flip(np.swapaxes(m, *axes), axes[1]) if k % 4 == 3 else m


def at_least(ndim: int, x: Any, *before: int) -> Array:
    """The array with at least `ndim` axes; `before[n]` of the new ones go before its n own."""
    x = array(x)
    missing = ndim - x.ndim
    if missing <= 0:
        return x
    lead = before[x.ndim] if x.ndim < len(before) else missing
    return np.reshape(x, (1,) * lead + x.shape + (1,) * (missing - lead))


def _atleast_1d(*arys: Any) -> Any:
    return _all_or_one([at_least(1, x) for x in arys])


def _atleast_2d(*arys: Any) -> Any:
    return _all_or_one([at_least(2, x) for x in arys])


def _atleast_3d(*arys: Any) -> Any:
    return _all_or_one([at_least(3, x, 3, 1, 0) for x in arys])


def _all_or_one(arrays: list[Array]) -> Any:
    return arrays[0] if len(arrays) == 1 else tuple(arrays)


def _broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Array, ...]:
    arrays = [array(x) for x in args]
    return _broadcast(arrays, np.broadcast_shapes(*(x.shape for x in arrays)))


def _broadcast(arrays: list[Array], shape: Shape) -> tuple[Array, ...]:
    return tuple(x if x.shape == shape else np.broadcast_to(x, shape) for x in arrays)


def _meshgrid(
    *xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy"
) -> tuple[Array, ...]:
    if indexing not in ("xy", "ij"):
        raise ValueError("Valid values for `indexing` are 'xy' and 'ij'.")
    n = len(xi)
    order = list(range(n))
    if indexing == "xy" and n > 1:
        order[:2] = [1, 0]
    axes = [
        np.reshape(x, (1,) * place + (-1,) + (1,) * (n - place - 1))
        for x, place in zip(xi, order, strict=True)
    ]
    if sparse:
        return tuple(axes)
    return _broadcast(axes, np.broadcast_shapes(*(x.shape for x in axes)))


def _real_if_close(a: Array, tol: float = 100) -> Any:
    plain = np.real_if_close(raw(a), tol)
    return np.real(a) if np.iscomplexobj(raw(a)) and not np.iscomplexobj(plain) else a


def _astype(x: Array, dtype: Any = None) -> Any:
    return np.asarray(x).astype(dtype) if not hasattr(x, "astype") else x.astype(dtype)


def _bind_astype(
    x: Array, dtype: Any, /, *, copy: bool = True, device: Any = None
) -> tuple[tuple[Array], Settings]:
    settings = {"dtype": np.dtype(dtype)}
    return (x,), {**settings, "device": device} if device not in (None, "cpu") else settings


rule(np.reshape, _reshape, bind=_bind_reshape)
rule(np.ravel, lambda _x, _y, order="C": _reshape(_x, _y, order=order), bind=_bind_ravel)
rule(np.expand_dims, _as)
rule(np.squeeze, _as)
rule(np.transpose, _transpose)
rule(np.permute_dims, _transpose)
rule(np.matrix_transpose, lambda _x, _y: _swapaxes(_x, _y, -1, -2))
rule(np.swapaxes, _swapaxes)
rule(np.moveaxis, _moveaxis)
rule(np.rollaxis, _rollaxis)
rule(np.roll, _roll)
rule(np.broadcast_to, lambda _x, _y, shape=None: Broadcast(_x.shape, _y.shape))
rule(np.copy, lambda _x, _y: Reshape(_x.shape, _y.shape))
astype = rule(_astype, lambda _x, _y, dtype=None: Cast(_x.dtype, _y.dtype))
rule(
    np.astype,
    lambda _x, _y, dtype=None: Cast(_x.dtype, _y.dtype),
    bind=_bind_astype,
    evaluate=_astype,
)

composite(np.real_if_close, _real_if_close)
composite(np.flip, _flip)
composite(np.fliplr, _fliplr)
composite(np.flipud, _flipud)
composite(np.rot90, _rot90)
composite(np.atleast_1d, _atleast_1d)
composite(np.atleast_2d, _atleast_2d)
composite(np.atleast_3d, _atleast_3d)
composite(np.broadcast_arrays, _broadcast_arrays)
composite(np.meshgrid, _meshgrid)
constant(np.shape, np.ndim, np.size)
