"""Recording: what happens when a primitive meets a traced operand."""

from __future__ import annotations

from typing import Any

import numpy as np

from .deferred import broadcast_factor
from .entries import entry_of, kept
from .linear_maps import ZERO, Pick
from .linear_maps.diagonal import real_dtype
from .node import Node, place, raw
from .primitives import Deferred, DeferredBroadcast, Primitive, Spec, refused
from .tape import Tape, frozen
from .types import DifferentiationError, Settings

_NONE: Settings = {}


def call(primitive: Primitive, args: tuple[Any, ...], kwargs: Settings) -> Any:
    """Sort the arguments of a call and record it."""
    operands, settings = primitive.bind(args, kwargs)
    return record(primitive, operands, settings)


def record(primitive: Primitive, operands: tuple[Any, ...], settings: Settings) -> Any:
    """Evaluate on the values of the newest tape, and write the local Jacobians on it.

    Tracers of older tapes are constants to it; that their operations are recorded in their turn
    follows from evaluating on them.
    """
    newest: Node | None = None
    level = 0
    for x in operands:
        if isinstance(x, Node) and x.tape.level > level:
            newest = x
            level = x.tape.level
    if newest is None:
        return primitive.evaluate(*operands, **settings)
    if settings:
        for name, setting in settings.items():
            if isinstance(setting, Node):
                raise DifferentiationError(
                    f"our_engine: {primitive.name} cannot be differentiated with respect to "
                    f"{name}; pass our_engine.stop_gradient({name}) if it is meant as a constant"
                )
        settings = {name: frozen(setting) for name, setting in settings.items()}
    elif primitive.elementwise:
        if len(operands) == 1:
            return record_unary(primitive, newest)
        if len(operands) == 2:
            return record_binary(primitive, operands[0], operands[1], newest)
    tape = newest.tape
    values = [
        _boxed(x)
        if isinstance(x, Node) and x.tape is tape
        else np.array(x)
        if type(x) is list or type(x) is tuple
        else x
        for x in operands
    ]
    # On tracers of older tapes this records in its turn.
    y = record(primitive, tuple(values), settings)
    values = [
        _strong(v, y) if type(v) is float and isinstance(x, Node) else v
        for x, v in zip(operands, values, strict=True)
    ]
    if type(y) is not np.ndarray:
        if isinstance(y, (tuple, list)):
            return _many(primitive, operands, values, settings, y, newest)
        if not hasattr(y, "dtype"):
            y = np.asarray(y)[()]
    else:
        for v in values:
            if (y is v or y.base is not None) and isinstance(v, np.ndarray):
                tape.see_view(y, v)
    if y.dtype.kind not in "fc":
        return y
    entry = entry_of(primitive, operands, values, settings, y, tape)
    if not entry:
        return y
    node = place(y, entry, newest)
    if tape.noting:
        tape.note((primitive, operands, settings), node)
    return node


def record_unary(primitive: Primitive, x: Node) -> Any:
    """The same for an elementwise function of one operand, without settings."""
    v = x.value
    if type(v) is float:
        v = np.float64(v)
    y = record(primitive, (v,), _NONE) if isinstance(v, Node) else primitive.evaluate(v)
    if type(y) is not np.ndarray:
        if isinstance(y, (tuple, list)):
            return _many(primitive, (x,), [v], _NONE, y, x)
        if not hasattr(y, "dtype"):
            y = np.asarray(y)[()]
    if y.dtype.kind not in "fc":
        return y
    jacobian = primitive.fixed[0]
    alike = v.dtype == y.dtype
    if jacobian is None:
        keep_x, keep_y = primitive.keeps[0]
        args = (v if keep_x else None, y if keep_y else None)
        if alike:
            jacobian = Deferred(primitive.jacobians[0], args, _NONE)
        else:
            jacobian = DeferredBroadcast(primitive.jacobians[0], args, _NONE, v, y)
    elif jacobian is ZERO:
        return y
    elif not alike:
        jacobian = broadcast_factor(jacobian, Spec(v), Spec(y))
    node = place(y, (x.index, jacobian), x)
    if x.tape.noting:
        x.tape.note((primitive, (x,), _NONE), node)
    return node


def record_binary(primitive: Primitive, a: Any, b: Any, newest: Node) -> Any:
    """The same for an elementwise function of two operands, without settings."""
    tape = newest.tape
    in_a = isinstance(a, Node) and a.tape is tape
    in_b = isinstance(b, Node) and b.tape is tape
    v = _boxed(a) if in_a else np.array(a) if type(a) is list or type(a) is tuple else a
    w = _boxed(b) if in_b else np.array(b) if type(b) is list or type(b) is tuple else b
    if isinstance(v, Node) or isinstance(w, Node):
        y = record(primitive, (v, w), _NONE)
    else:
        y = primitive.evaluate(v, w)
    if type(y) is not np.ndarray:
        if isinstance(y, (tuple, list)):
            return _many(primitive, (a, b), [v, w], _NONE, y, newest)
        if not hasattr(y, "dtype"):
            y = np.asarray(y)[()]
    if y.dtype.kind not in "fc":
        return y
    if in_a and type(v) is float:
        v = _strong(v, y)
    if in_b and type(w) is float:
        w = _strong(w, y)
    entry: tuple[Any, ...] = ()
    for i in (0, 1):
        if not (in_b if i else in_a):
            continue
        factor = primitive.fixed[i]
        if factor is ZERO:
            continue
        x = w if i else v
        if (b if i else a).weak:
            x = Spec(b if i else a)
        alike = x.shape == y.shape and x.dtype == y.dtype
        if factor is None:
            jacobian = primitive.jacobians[i]
            if jacobian is refused:
                entry_of(primitive, (a, b), (v, w), _NONE, y, tape)
            keep_v, keep_w, keep_y = primitive.keeps[i]
            args = (
                None if not keep_v else v if in_a else kept(v, tape),
                None if not keep_w else w if in_b else kept(w, tape),
                y if keep_y else None,
            )
            if alike:
                factor = Deferred(jacobian, args, _NONE)
            else:
                factor = DeferredBroadcast(jacobian, args, _NONE, x, y)
        elif not alike:
            factor = broadcast_factor(factor, Spec(x), Spec(y))
        entry += (b.index if i else a.index, factor)
    if not entry:
        return y
    node = place(y, entry, newest)
    if tape.noting:
        tape.note((primitive, (a, b), _NONE), node)
    return node


def _boxed(x: Node) -> Any:
    """The value as NumPy's scalar, which takes part in the choice of dtype as a float does not."""
    v = x.value
    return np.float64(v) if type(v) is float and not x.weak else v


def _strong(v: float, y: Any) -> Any:
    """A Python float as a NumPy scalar, of the precision that it had in the computation of y."""
    if isinstance(y, (tuple, list)) or not hasattr(y, "dtype") or y.dtype.kind not in "fc":
        return np.float64(v)
    return real_dtype(y.dtype).type(v)


def _many(
    primitive: Primitive,
    operands: tuple[Any, ...],
    values: list[Any],
    settings: Settings,
    y: Any,
    newest: Node,
) -> Any:
    """One node for the tuple of outputs, and one that picks each output that can vary."""
    tape: Tape = newest.tape
    entry = entry_of(primitive, operands, values, settings, y, tape)
    if not entry:
        return y
    whole = place(tuple(y), entry, newest)
    if tape.noting:
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


__all__ = ["Node", "call", "raw", "record", "record_binary", "record_unary"]
