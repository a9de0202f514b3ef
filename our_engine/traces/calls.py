"""The call of a primitive as a formula: x_4 = x_2 x_3, x_5 = sqrt x_4, x_6 = sum(x_5, axis=0)."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.primitives import Primitive
from our_engine.types import Settings

from .expressions import (
    Call,
    Expr,
    Index,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Transpose,
    Word,
)

_LINEAR = {
    np.sum,
    np.mean,
    np.reshape,
    np.ravel,
    np.expand_dims,
    np.squeeze,
    np.transpose,
    np.permute_dims,
    np.matrix_transpose,
    np.swapaxes,
    np.moveaxis,
    np.broadcast_to,
    np.concatenate,
    np.stack,
    np.copy,
    (np.add, "reduce"),
}
_SHORT_NAMES = {"absolute": "abs", "add.reduce": "sum", "_where": "where"}
_INDEX_ELEMENTS = 4


def is_linear(primitive: Primitive) -> bool:
    """Whether the tangent of the call is the same call of the operands' tangents."""
    return primitive.function in _LINEAR or primitive.name == "indexing"


def formula(
    primitive: Primitive, operands: tuple[Expr, ...], values: tuple[Any, ...], settings: Settings
) -> Expr:
    """The call with the formulas of its operands; `values` tell arrays from scalars."""
    function = primitive.function
    match operands:
        case (x,):
            return _unary(primitive, function, x, values[0], settings)
        case (a, b) if not settings:
            return _binary(primitive, function, a, b, values)
    return _named(primitive, operands, settings)


def _unary(primitive: Primitive, function: Any, x: Expr, value: Any, settings: Settings) -> Expr:
    if primitive.name == "indexing":
        return Index(x, index_text(settings["index"]))
    if function is np.sqrt:
        return Root(x)
    if function is np.square:
        return Power(x, Number(2))
    if function is np.negative:
        return Negative(x)
    if function is np.reciprocal:
        return Quotient(Number(1), x)
    if function in (np.transpose, np.matrix_transpose) and not settings and np.ndim(value) == 2:
        return Transpose(x)
    if function is np.reshape:
        return Call("reshape", (x, Word(str(settings["shape"]))))
    return _named(primitive, (x,), settings)


def _binary(primitive: Primitive, function: Any, a: Expr, b: Expr, values: tuple[Any, ...]) -> Expr:
    if function is np.add:
        return Sum((a, b))
    if function is np.subtract:
        return Sum((a, Negative(b)))
    if function is np.multiply:
        arrays = all(np.ndim(v) for v in values)
        # A number stands in front, as in 2 x_1.
        pair = (b, a) if isinstance(b, Number) else (a, b)
        return Product(pair, "⊙" if arrays else "")
    if function is np.divide:
        return Quotient(a, b)
    if function in (np.power, np.float_power):
        return Power(a, b)
    if function is np.matmul:
        return Product((Transpose(a) if np.ndim(values[0]) == 1 else a, b))
    return _named(primitive, (a, b), {})


def _named(primitive: Primitive, operands: tuple[Expr, ...], settings: Settings) -> Expr:
    name = _SHORT_NAMES.get(str(primitive.name), str(primitive.name))
    keywords = tuple((key, setting_text(value)) for key, value in settings.items())
    return Call(name, operands, keywords)


def setting_text(value: Any) -> str:
    """A setting as it would be typed; an array by its shape."""
    if isinstance(value, np.ndarray):
        return index_text(value)
    if isinstance(value, (np.dtype, type)):
        return np.dtype(value).name
    return repr(value) if len(repr(value)) <= 40 else repr(value)[:39] + "…"


def index_text(index: Any) -> str:
    """An index between brackets: 0, 1:, :-1, …, [0, 2, 5]; a long array by its shape."""
    if isinstance(index, tuple):
        return ", ".join(index_text(part) for part in index) or "()"
    if isinstance(index, slice):
        start, stop, step = (
            "" if part is None else str(part) for part in (index.start, index.stop, index.step)
        )
        return f"{start}:{stop}" + (f":{step}" if step else "")
    if index is None:
        return "None"
    if index is Ellipsis:
        return "..."
    if isinstance(index, np.ndarray) and index.ndim:
        if index.size <= _INDEX_ELEMENTS:
            return str(index.tolist())
        return f"{index.dtype.name} of shape {index.shape}"
    return str(index)
