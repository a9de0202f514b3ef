"""Recording: what happens when a primitive meets a traced operand.

The steps are the same for one operand, for two, and for any number: evaluate on the values of the
newest tape, build the entry, place the node. The first two are written out, because what they cost
is what a small program costs.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .deferred import broadcast_factor
from .entries import kept, refuse_operand
from .linear_maps import ZERO
from .node import Node, place, raw
from .operands import settled, strong, value_of
from .outcomes import constant, entered
from .primitives import Deferred, DeferredBroadcast, Primitive, Spec, refused
from .tape import Tape
from .types import Settings

_NONE: Settings = {}
_ARRAY = np.ndarray
_DOUBLE = np.float64
_DOUBLE_DTYPE = np.dtype(float)
_LEFT: tuple[int, ...] = (0,)
_RIGHT: tuple[int, ...] = (1,)
_BOTH: tuple[int, ...] = (0, 1)


def call(primitive: Primitive, args: tuple[Any, ...], kwargs: Settings) -> Any:
    """Sort the arguments of a call and record it."""
    if not kwargs and len(args) == primitive.direct:
        return record(primitive, args, _NONE)
    operands, settings = primitive.bind(args, kwargs)
    return record(primitive, operands, settings)


def record(primitive: Primitive, operands: tuple[Any, ...], settings: Settings) -> Any:
    """Evaluate on the values of the newest tape, and write the local Jacobians on it.

    Tracers of older tapes are constants to it; that their operations are recorded in their turn
    follows from evaluating on them.
    """
    if not primitive.variadic:
        if len(operands) == 1:
            return record_unary(primitive, operands[0], settings)
        if len(operands) == 2:
            return record_binary(primitive, operands[0], operands[1], settings)
    newest: Node | None = None
    level = 0
    for x in operands:
        if isinstance(x, Node) and x.tape.level > level:
            newest = x
            level = x.tape.level
    if newest is None:
        return primitive.evaluate(*operands, **settings)
    if settings:
        settings = settled(primitive, settings)
    tape = newest.tape
    values = []
    nested = weak = False
    for x in operands:
        v = value_of(x, isinstance(x, Node) and x.tape is tape)
        nested = nested or isinstance(v, Node)
        weak = weak or type(v) is float
        values.append(v)
    # On tracers of older tapes this records in its turn.
    y = (
        record(primitive, tuple(values), settings)
        if nested
        else primitive.evaluate(*values, **settings)
    )
    if weak:
        values = [
            strong(v, y) if type(v) is float and isinstance(x, Node) else v
            for v, x in zip(values, operands, strict=True)
        ]
    return entered(primitive, operands, values, settings, y, newest)


def record_unary(primitive: Primitive, x: Any, settings: Settings = _NONE) -> Any:
    """The same for one operand."""
    if not isinstance(x, Node):
        return primitive.evaluate(x, **settings)
    if settings:
        settings = settled(primitive, settings)
    v = x.value
    if type(v) is _ARRAY:
        y = primitive.evaluate(v, **settings) if settings else primitive.evaluate(v)
    elif isinstance(v, Node):
        y = record_unary(primitive.nested, v, settings)
    else:
        v = _DOUBLE(v) if type(v) is float else v
        y = primitive.evaluate(v, **settings)
    if type(y) is not _ARRAY and type(y) is not _DOUBLE:
        return entered(primitive, (x,), [v], settings, y, x)
    dtype = y.dtype
    jacobian, keeps, fixed = primitive.parts[0]
    if fixed is ZERO or (dtype is not _DOUBLE_DTYPE and dtype.kind not in "fc"):
        return constant(primitive, y)
    if not primitive.elementwise:
        if type(y) is _ARRAY and not y.ndim:
            y = y[()]
        jacobian = _general_jacobian(primitive, v, y, x.tape, settings)
    elif fixed is refused:
        refuse_operand(primitive, 0)
    elif v.dtype is not dtype and v.dtype != dtype:
        if fixed is None:
            args = (v if keeps[0] else None, y if keeps[1] else None)
            jacobian = DeferredBroadcast(jacobian, args, settings, v, y)
        else:
            jacobian = broadcast_factor(fixed, Spec(v), Spec(y))
    elif fixed is None:
        args = (v if keeps[0] else None, y if keeps[1] else None)
        jacobian = Deferred(jacobian, args, settings)
    else:
        jacobian = fixed
    node = place(y, (x.index, jacobian), x)
    if x.tape.notes:
        x.tape.note((primitive, (x,), settings), node)
    return node


def _general_jacobian(primitive: Primitive, v: Any, y: Any, tape: Tape, settings: Settings) -> Any:
    """The map of the one operand v of a primitive that is not elementwise."""
    jacobian, keeps, _ = primitive.parts[0]
    if jacobian is refused:
        refuse_operand(primitive, 0)
    if type(y) is _ARRAY and (y.base is not None or y is v):
        tape.see_view(y, v)
    if primitive.eager:
        return jacobian(v, y, **settings)
    return Deferred(jacobian, (v if keeps[0] else Spec(v), y if keeps[1] else Spec(y)), settings)


def record_binary(primitive: Primitive, a: Any, b: Any, settings: Settings = _NONE) -> Any:
    """The same for two operands."""
    # What an array is not takes isinstance long to find out.
    in_a = type(a) is not _ARRAY and isinstance(a, Node)
    in_b = type(b) is not _ARRAY and isinstance(b, Node)
    if in_a:
        newest, traced = a, _LEFT
        if in_b:
            traced = _BOTH
            if a.tape is not b.tape:
                in_b = b.tape.level > a.tape.level
                in_a = not in_b
                newest, traced = (b, _RIGHT) if in_b else (a, _LEFT)
    elif in_b:
        newest, traced = b, _RIGHT
    else:
        return primitive.evaluate(a, b, **settings)
    tape = newest.tape
    v = a.value if in_a else a
    w = b.value if in_b else b
    plain = True
    if type(v) is not _ARRAY:
        v = value_of(a, in_a)
        plain = not isinstance(v, Node)
    if type(w) is not _ARRAY:
        w = value_of(b, in_b)
        plain = plain and not isinstance(w, Node)
    if settings:
        settings = settled(primitive, settings)
        y = (
            primitive.evaluate(v, w, **settings)
            if plain
            else record(primitive.nested, (v, w), settings)
        )
    else:
        y = primitive.evaluate(v, w) if plain else record_binary(primitive.nested, v, w)
    if type(v) is float and in_a:
        v = strong(v, y)
    if type(w) is float and in_b:
        w = strong(w, y)
    if type(y) is not _ARRAY and type(y) is not _DOUBLE:
        return entered(primitive, (a, b), [v, w], settings, y, newest)
    dtype = y.dtype
    if dtype is not _DOUBLE_DTYPE and dtype.kind not in "fc":
        return constant(primitive, y)
    if primitive.elementwise:
        entry: tuple[Any, ...] = ()
        for i in traced:
            jacobian, keeps, fixed = primitive.parts[i]
            operand, x = (b, w) if i else (a, v)
            alike = x.dtype is dtype and x.shape == y.shape
            if alike and type(x) is not _ARRAY:
                alike = not operand.weak
            if fixed is None:
                args = (
                    None if not keeps[0] else v if in_a else kept(v, tape),
                    None if not keeps[1] else w if in_b else kept(w, tape),
                    y if keeps[2] else None,
                )
                if alike:
                    entry += (operand.index, Deferred(jacobian, args, settings))
                else:
                    x = operand if operand.weak else x
                    entry += (operand.index, DeferredBroadcast(jacobian, args, settings, x, y))
            elif fixed is refused:
                refuse_operand(primitive, i)
            elif fixed is not ZERO:
                if not alike:
                    fixed = broadcast_factor(fixed, Spec(operand if operand.weak else x), Spec(y))
                entry += (operand.index, fixed)
    elif primitive.eager:
        entry = _eager_entry(primitive, traced, (a, b), (v, w), settings, y, tape)
    else:
        return entered(primitive, (a, b), [v, w], settings, y, newest)
    if not entry:
        return y
    node = place(y, entry, newest)
    if tape.notes:
        tape.note((primitive, (a, b), settings), node)
    return node


def _eager_entry(
    primitive: Primitive,
    traced: tuple[int, ...],
    operands: tuple[Any, Any],
    values: tuple[Any, Any],
    settings: Settings,
    y: Any,
    tape: Tape,
) -> tuple[Any, ...]:
    """The entry of two operands whose maps are built at once."""
    v, w = values
    entry: tuple[Any, ...] = ()
    for i in traced:
        jacobian, keeps, fixed = primitive.parts[i]
        if fixed is None:
            J = jacobian(
                kept(v, tape) if keeps[0] and traced is _RIGHT else v,
                kept(w, tape) if keeps[1] and traced is _LEFT else w,
                y,
                **settings,
            )
            entry += (operands[i].index, J)
        elif fixed is refused:
            refuse_operand(primitive, i)
    return entry


__all__ = ["Node", "call", "raw", "record", "record_binary", "record_unary"]
