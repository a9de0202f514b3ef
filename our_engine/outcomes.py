"""What a call leaves: a node, many of them, or a constant."""

from __future__ import annotations

from typing import Any

import numpy as np

from .entries import entry_of
from .linear_maps import Pick
from .node import Node, place
from .primitives import Primitive
from .types import DifferentiationError, Settings

_ARRAY = np.ndarray


def entered(
    primitive: Primitive,
    operands: tuple[Any, ...],
    values: list[Any],
    settings: Settings,
    y: Any,
    newest: Node,
) -> Any:
    """The node of a result y of any kind, or y itself where no operand bears on it."""
    tape = newest.tape
    if isinstance(y, (tuple, list)):
        return _many(primitive, operands, values, settings, y, newest)
    if not hasattr(y, "dtype"):
        y = np.asarray(y)[()]
    if type(y) is _ARRAY and not primitive.elementwise:
        for v in values:
            if (y is v or y.base is not None) and isinstance(v, _ARRAY):
                tape.see_view(y, v)
    if y.dtype.kind not in "fc":
        return constant(primitive, y)
    if isinstance(y, _ARRAY) and not y.ndim:
        y = y[()]
    entry = entry_of(primitive, operands, values, settings, y, tape)
    if not entry:
        return y
    node = place(y, entry, newest)
    if tape.notes:
        tape.note((primitive, operands, settings), node)
    return node


def _many(
    primitive: Primitive,
    operands: tuple[Any, ...],
    values: list[Any],
    settings: Settings,
    y: Any,
    newest: Node,
) -> Any:
    """One node for the tuple of outputs, and one that picks each output that can vary."""
    tape = newest.tape
    entry = entry_of(primitive, operands, values, settings, y, tape)
    if not entry:
        return y
    whole = place(tuple(y), entry, newest)
    if tape.notes:
        tape.note((primitive, operands, settings), whole)
    picked = [
        place(y_i, (whole.index, Pick(i, len(y))), newest)
        if np.result_type(y_i).kind in "fc"
        else y_i
        for i, y_i in enumerate(y)
    ]
    if isinstance(y, list):
        return picked
    # A named tuple (EighResult, SVDResult) takes its fields one by one.
    return tuple(picked) if type(y) is tuple else type(y)(*picked)


def constant(primitive: Primitive, y: Any) -> Any:
    """A result that does not vary smoothly; objects, which might, are refused."""
    if y.dtype.hasobject:
        raise DifferentiationError(
            f"our_engine: {primitive.name} with an array of objects cannot be recorded; write "
            "x.astype(float)"
        )
    return y
