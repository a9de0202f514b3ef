"""Rules of choosing among arrays, and of inserting; the refusals of writing in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from our_engine.linear_maps import LinearMap, Select
from our_engine.primitives import Spec, composite, each, rule
from our_engine.recording import Node, raw
from our_engine.stand_in import as_array
from our_engine.types import Array, DifferentiationError, Settings

from .arguments import fitted, places, relocation
from .indexing import positions, scatter_add


def _bind_choose(
    a: Any, choices: Any, out: Any = None, mode: Any = "raise"
) -> tuple[tuple[Any, ...], Settings]:
    return tuple(choices), {"index": positions(a), "mode": mode, "out": out}


def _evaluate_choose(*choices: Array, index: Any, mode: Any = "raise") -> Any:
    return np.choose(index, choices, mode=mode)


def _choose(k: int, _xs: Any, _y: Spec, index: Any = None, mode: Any = "raise") -> LinearMap:
    count = len(_xs)
    if mode == "wrap":
        index = index % count
    elif mode == "clip":
        index = np.clip(index, 0, count - 1)
    return Select(np.broadcast_to(index == k, _y.shape)) @ fitted(_xs[k], _y)


def _bind_select(
    condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0
) -> tuple[tuple[Any, ...], Settings]:
    # The choices are the operands; that there are as many conditions is for NumPy to see.
    return (*choicelist, default), {"conditions": list(raw(list(condlist)))}


def _evaluate_select(*choices: Array, conditions: Any) -> Any:
    return np.select(conditions, list(choices[:-1]), choices[-1])


def _select(k: int, _xs: Any, _y: Spec, conditions: Any = ()) -> LinearMap:
    """The choice of the first condition that holds; the default where none does."""
    mask = np.ones(_y.shape, bool) if k == len(conditions) else conditions[k]
    for earlier in conditions[:k]:
        mask = mask & ~as_array(earlier)
    return Select(np.broadcast_to(mask, _y.shape)) @ fitted(_xs[k], _y)


def _piecewise(x: Array, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    shape, dtype = x.shape, x.dtype
    conditions = raw(condlist)
    if np.isscalar(conditions) or (not isinstance(conditions[0], (list, np.ndarray)) and shape):
        conditions = [conditions]
    conditions = as_array(conditions, dtype=bool)
    n = len(conditions)
    if len(funclist) == n + 1:
        rest = ~np.any(conditions, axis=0, keepdims=True)
        conditions = np.concatenate([conditions, rest], axis=0)
    elif len(funclist) != n:
        raise ValueError(f"with {n} condition(s), either {n} or {n + 1} functions are expected")
    y: Any = np.zeros(shape, dtype)
    for condition, function in zip(conditions, funclist, strict=True):
        piece = function
        if callable(function):
            inside = x[condition]
            if not inside.size:
                continue
            values = np.broadcast_to(function(inside, *args, **kw), inside.shape)
            piece = scatter_add(values, shape=shape, index=condition)
        y = np.where(condition, piece, y)
    return y if y.dtype == dtype else y.astype(dtype)


def _insert_array(_arr: Spec, _values: Spec, _y: Spec, obj: Any = None, axis: Any = None) -> Any:
    return relocation(np.insert(places(_arr.shape), obj, -1, axis), _arr, _y)


def _insert_values(_arr: Spec, _values: Spec, _y: Spec, obj: Any = None, axis: Any = None) -> Any:
    nowhere = np.full(_arr.shape, -1)
    return relocation(np.insert(nowhere, obj, places(_values.shape), axis), _values, _y)


def _bind_insert(
    arr: Array, obj: Any, values: Any, axis: Any = None
) -> tuple[tuple[Any, Any], Settings]:
    if isinstance(obj, Node):
        positions(obj)
    return (arr, values), {"obj": obj, "axis": axis}


def _evaluate_insert(arr: Array, values: Any, obj: Any = None, axis: Any = None) -> Any:
    return np.insert(arr, obj, values, axis)


def _append(arr: Array, values: Any, axis: Any = None) -> Any:
    if axis is None:
        arr, values, axis = np.ravel(arr), np.ravel(values), 0
    return np.concatenate((arr, values), axis=axis)


def _in_place(name: str, cure: str) -> Callable[..., NoReturn]:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise DifferentiationError(
            f"our_engine: np.{name} writes in place, which cannot be recorded; write {cure}"
        )

    return refuse


rule(np.choose, each(_choose), bind=_bind_choose, evaluate=_evaluate_choose)
rule(np.select, each(_select), bind=_bind_select, evaluate=_evaluate_select)
rule(
    np.insert,
    _insert_array,
    _insert_values,
    bind=_bind_insert,
    evaluate=_evaluate_insert,
)
composite(np.piecewise, _piecewise)
composite(np.append, _append)
composite(
    np.put_along_axis,
    _in_place("put_along_axis", "np.where(np.arange(n) == indices, values, a)"),
)
composite(np.putmask, _in_place("putmask", "np.where(mask, values, a)"))
composite(
    np.fill_diagonal,
    _in_place("fill_diagonal", "np.where(np.eye(len(a), dtype=bool), val, a)"),
)
