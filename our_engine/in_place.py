"""Augmented assignment: y += t changes y, and whatever else is the same array, as in NumPy.

A NumPy scalar is immutable, so that the name is bound anew. An array is changed for all the names
it has: the tracer takes the place of the sum on the tape. What it cannot reach are views: a slice
or a reshape is a tracer of its own. Where NumPy would change one, the assignment is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .node import Node, place, raw
from .types import DifferentiationError


def in_place(operation: Callable[[Any, Any], Any], sign: str) -> Callable[[Any, Any], Any]:
    """The tracer's method for an augmented assignment such as +=, from that for +."""

    def operate(self: Node, other: Any) -> Any:
        if not self.cell and (type(self.value) is float or not isinstance(raw(self), np.ndarray)):
            return operation(self, other)
        _refuse_views(self, sign)
        y = operation(self, other)
        if y is not NotImplemented:
            y = _fitted(self, y, sign)
            self.value, self.tape, self.index = y.value, y.tape, y.index
            y = self
        return y

    return operate


def _refuse_views(y: Node, sign: str) -> None:
    x: Any = y
    while isinstance(x, Node):
        tape, x = x.tape, x.value
        if isinstance(x, np.ndarray) and tape.has_view(x):
            raise DifferentiationError(
                f"our_engine: y {sign}= t would change an array through its views (slices, "
                f"reshapes, transposes), which cannot be recorded; write y = y {sign} t"
            )


def _fitted(x: Node, y: Any, sign: str) -> Any:
    """The result as a node of the shape and dtype of x, which must be able to take it."""
    shape, dtype = np.shape(raw(x)), np.result_type(raw(x))
    if np.shape(y) != shape:
        raise ValueError(
            f"non-broadcastable output operand with shape {shape} doesn't match the broadcast "
            f"shape {np.shape(y)}"
        )
    found = np.result_type(raw(y))
    if found != dtype:
        if not np.can_cast(found, dtype, "same_kind"):
            raise DifferentiationError(
                f"our_engine: y {sign}= t cannot put {found} into an array of {dtype}, as in "
                f"NumPy; write y = y {sign} t"
            )
        y = y.astype(dtype)
    # Of a result that does not depend on x smoothly (y //= 2): a constant.
    return y if isinstance(y, Node) else place(y, (), x)
