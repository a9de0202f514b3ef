"""The entries of the tape: which local Jacobians a call leaves, and what of its operands they keep.

An operand that is a constant is kept as a copy, for the program may overwrite it. Of one that no
map reads there is left nothing in an elementwise rule, in others its shape and dtype.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from .deferred import broadcast_factor
from .linear_maps import ZERO
from .node import Node
from .primitives import Deferred, DeferredBroadcast, Primitive, Spec, refused
from .tape import Tape
from .types import Array, DifferentiationError, Settings

Entry = tuple[Any, ...]


def entry_of(
    primitive: Primitive,
    operands: tuple[Any, ...],
    values: Sequence[Any],
    settings: Settings,
    y: Any,
    tape: Tape,
) -> Entry:
    """(l, J_l, m, J_m, ...) for the operands on `tape`, whose values are `values`."""
    if primitive.variadic:
        return _variadic(primitive, operands, values, settings, y, tape)
    entry: Entry = ()
    jacobian_of = _elementwise if primitive.elementwise else _general
    for i, x in enumerate(operands):
        if not isinstance(x, Node) or x.tape is not tape:
            continue
        jacobian = primitive.jacobians[i]
        if jacobian is ZERO:
            continue
        if jacobian is refused:
            refuse_operand(primitive, i)
        entry += (x.index, jacobian_of(primitive, i, operands, values, settings, y, tape))
    return entry


def refuse_operand(primitive: Primitive, i: int) -> NoReturn:
    """Raise for an operand whose derivative the rule does not know."""
    raise DifferentiationError(
        f"our_engine: {primitive.name} has no derivative with respect to its argument {i + 1}; "
        "pass our_engine.stop_gradient(x) if it is meant as a constant"
    )


def _elementwise(
    primitive: Primitive,
    i: int,
    operands: tuple[Any, ...],
    values: Sequence[Any],
    settings: Settings,
    y: Any,
    tape: Tape,
) -> Any:
    operand, x = operands[i], values[i]
    alike = x.dtype is y.dtype and x.shape == y.shape and not operand.weak
    jacobian, keeps, fixed = primitive.parts[i]
    if fixed is not None:
        x = Spec(operand if operand.weak else x)
        return fixed if alike else broadcast_factor(fixed, x, Spec(y))
    args = [
        (v if isinstance(other, Node) and other.tape is tape else kept(v, tape)) if keep else None
        for other, v, keep in zip(operands, values, keeps, strict=False)
    ]
    args.append(y if keeps[-1] else None)
    if alike:
        return Deferred(jacobian, args, settings)
    return DeferredBroadcast(jacobian, args, settings, operand if operand.weak else x, y)


def _general(
    primitive: Primitive,
    i: int,
    operands: tuple[Any, ...],
    values: Sequence[Any],
    settings: Settings,
    y: Any,
    tape: Tape,
) -> Any:
    keeps = primitive.keeps[i]
    eager = primitive.eager
    args = []
    for operand, v, keep in zip(operands, values, keeps, strict=False):
        if keep:
            args.append(v if isinstance(operand, Node) and operand.tape is tape else kept(v, tape))
        elif eager or not hasattr(v, "shape"):
            args.append(v)
        else:
            args.append(Spec(v))
    args.append(y if keeps[-1] or eager else _spec(y))
    jacobian = primitive.jacobians[i]
    return jacobian(*args, **settings) if eager else Deferred(jacobian, args, settings)


def _variadic(
    primitive: Primitive,
    operands: tuple[Any, ...],
    values: Sequence[Any],
    settings: Settings,
    y: Any,
    tape: Tape,
) -> Entry:
    jacobian = primitive.jacobians[0].jacobian
    keep_xs, keep_y = primitive.keeps[0]
    xs = tuple(
        (v if isinstance(x, Node) and x.tape is tape else kept(v, tape))
        if keep_xs
        else Spec(v if hasattr(v, "shape") else np.asanyarray(v))
        for x, v in zip(operands, values, strict=True)
    )
    kept_y = y if keep_y else _spec(y)
    entry: Entry = ()
    for k, x in enumerate(operands):
        if isinstance(x, Node) and x.tape is tape:
            entry += (x.index, Deferred(jacobian, (k, xs, kept_y), settings))
    return entry


def kept(v: Any, tape: Tape) -> Array:
    """A constant operand, safe from what the program does to it later."""
    return v.twin() if isinstance(v, Node) else tape.keep(v)


def _spec(y: Any) -> Any:
    return tuple(Spec(y_i) for y_i in y) if isinstance(y, (tuple, list)) else Spec(y)
