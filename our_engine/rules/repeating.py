"""Rules of repeating elements, and of padding."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import Broadcast, Gather, LinearMap, Operator, Reshape
from our_engine.primitives import Spec, composite, rule
from our_engine.types import Array, DifferentiationError, Settings, Shape

from .arguments import places, relocation


def _repeat(_x: Spec, _y: Spec, repeats: Any = 1, axis: Any = None) -> LinearMap:
    if axis is None or not _x.shape:
        flat = (_x.size,)
        return _repeat_along(flat, 0, repeats, _y.shape) @ Reshape(_x.shape, flat)
    return _repeat_along(_x.shape, axis % _x.ndim, repeats, _y.shape)


def _repeat_along(shape: Shape, axis: int, repeats: Any, out: Shape) -> LinearMap:
    n = shape[axis]
    if np.size(repeats) == 1:
        times = int(np.reshape(repeats, ())[()])
        apart = (*shape[: axis + 1], 1, *shape[axis + 1 :])
        wide = (*shape[: axis + 1], times, *shape[axis + 1 :])
        return Reshape(wide, out) @ Broadcast(apart, wide) @ Reshape(shape, apart)
    source = np.repeat(np.arange(n), repeats)
    return Gather(shape, (slice(None),) * axis + (source,))


def _tile(_x: Spec, _y: Spec, reps: Any = 1) -> LinearMap:
    times = tuple(int(r) for r in np.atleast_1d(reps))
    ndim = max(len(times), _x.ndim)
    times = (1,) * (ndim - len(times)) + times
    shape = (1,) * (ndim - _x.ndim) + _x.shape
    apart = tuple(size for n in shape for size in (1, n))
    wide = tuple(size for pair in zip(times, shape, strict=True) for size in pair)
    return Reshape(wide, _y.shape) @ Broadcast(apart, wide) @ Reshape(_x.shape, apart)


def _resize(a: Array, new_shape: Any) -> Any:
    shape = tuple(int(n) for n in np.atleast_1d(new_shape))
    if any(n < 0 for n in shape):
        raise ValueError("all elements of `new_shape` must be non-negative")
    flat = np.ravel(a)
    if not flat.size:
        return np.zeros(shape, a.dtype)
    return np.reshape(flat[np.arange(math.prod(shape)) % flat.size], shape)


# What a mode puts around the array: elements of it, linear combinations, or constants.
_ELEMENTS = ("constant", "edge", "reflect", "symmetric", "wrap")
_COMBINATIONS = ("linear_ramp", "mean")


def _bind_pad(
    array: Array, pad_width: Any, mode: Any = "constant", **kwargs: Any
) -> tuple[tuple[Array], Settings]:
    if mode not in _ELEMENTS + _COMBINATIONS:
        name = mode if isinstance(mode, str) else "of a function"
        raise DifferentiationError(
            f"our_engine: pad of a traced array does not support mode={name!r}; write "
            "np.concatenate with the padding that is wanted"
        )
    return (array,), {"pad_width": pad_width, "mode": mode, **kwargs}


def _evaluate_pad(array: Array, pad_width: Any, mode: str = "constant", **kwargs: Any) -> Any:
    return np.pad(array, pad_width, mode, **kwargs)  # type: ignore[call-overload]


def _pad(
    _x: Spec,
    _y: Spec,
    pad_width: Any = 0,
    mode: Any = "constant",
    constant_values: Any = 0,
    end_values: Any = 0,
    stat_length: Any = None,
    reflect_type: Any = "even",
) -> LinearMap:
    if mode in _ELEMENTS and reflect_type == "even":
        outside = {"constant_values": -1} if mode == "constant" else {}
        return relocation(np.pad(places(_x.shape), pad_width, mode, **outside), _x, _y)
    settings: Settings = {"stat_length": stat_length} if mode == "mean" else {}
    if mode in ("reflect", "symmetric"):
        settings = {"reflect_type": reflect_type}
    edges = _edges(_x, pad_width, mode, settings)

    def push(v: Array) -> Array:
        for axis, (before, after) in enumerate(edges):
            v = _extended(v, axis, before, after)
        return v

    def pull(u: Array) -> Array:
        for axis, (before, after) in reversed(list(enumerate(edges))):
            u = _folded(u, axis, before, after)
        return u

    return Operator(push, pull, _x.shape)


def _edges(x: Spec, pad_width: Any, mode: str, settings: Settings) -> list[tuple[Array, Array]]:
    """For each axis the matrices of what is put before and after; NumPy pads axes in turn."""
    widths = _pairs(pad_width, x.ndim)
    found = []
    for axis, (n, (before, after)) in enumerate(zip(x.shape, widths, strict=True)):
        chosen = dict(settings)
        if chosen.get("stat_length") is not None:
            chosen["stat_length"] = (_pairs(chosen["stat_length"], x.ndim)[axis], (1, 1))
        pad: Callable[..., Array] = np.pad
        whole = pad(np.eye(n), ((before, after), (0, 0)), mode, **chosen).astype(x.dtype)
        found.append((whole[:before], whole[before + n :]))
    return found


def _pairs(given: Any, ndim: int) -> list[tuple[int, int]]:
    """(before, after) for each axis, from NumPy's shorter ways to write it."""
    if isinstance(given, dict):
        pairs = [(0, 0)] * ndim
        for axis, pair in given.items():
            pairs[axis] = tuple(np.broadcast_to(pair, 2).tolist())
        return pairs
    return [(int(a), int(b)) for a, b in np.broadcast_to(given, (ndim, 2)).tolist()]


def _extended(v: Array, axis: int, before: Array, after: Array) -> Array:
    last = np.moveaxis(v, axis, -1)
    parts = [np.matmul(last, before.T), last, np.matmul(last, after.T)]
    return np.moveaxis(np.concatenate(parts, axis=-1), -1, axis)


def _folded(u: Array, axis: int, before: Array, after: Array) -> Array:
    last = np.moveaxis(u, axis, -1)
    start, stop = len(before), last.shape[-1] - len(after)
    total = last[..., start:stop]
    total = total + np.matmul(last[..., :start], before) + np.matmul(last[..., stop:], after)
    return np.moveaxis(total, -1, axis)


rule(np.repeat, _repeat)
rule(np.tile, _tile)
rule(np.pad, _pad, bind=_bind_pad, evaluate=_evaluate_pad)
composite(np.resize, _resize)
