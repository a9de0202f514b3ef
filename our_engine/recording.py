"""Recording: what happens when a primitive meets a traced operand."""

from __future__ import annotations

from typing import Any

import numpy as np

from .linear_maps import Pick, Zero
from .primitives import Deferred, DeferredBroadcast, Primitive, Spec, refused
from .tape import Tape, frozen
from .types import Array, DifferentiationError, Settings

_new = object.__new__
_NONE: Settings = {}


class Node:
    """A value on a tape: the node `index` of `tape`. Its class adds the behaviour of an array."""

    __slots__ = ("index", "tape", "value")

    value: Array
    tape: Tape
    index: int


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
    if not settings and not primitive.variadic:
        if len(operands) == 1:
            return _unary(primitive, newest)
        if len(operands) == 2:
            return _binary(primitive, operands[0], operands[1], newest)
    tape = newest.tape
    values: list[Any] = []
    for x in operands:
        if isinstance(x, Node):
            if x.tape is tape:
                v = x.value
                # As NumPy's scalar, which takes part in the choice of dtype; a float does not.
                values.append(np.float64(v) if type(v) is float else v)
            else:
                values.append(x)
        elif type(x) is list or type(x) is tuple:
            values.append(np.array(x))
        else:
            values.append(x)
    if settings:
        for name, setting in settings.items():
            if isinstance(setting, Node):
                raise DifferentiationError(
                    f"our_engine: {primitive.name} cannot be differentiated with respect to "
                    f"{name}; pass our_engine.stop_gradient({name}) if it is meant as a constant"
                )
        settings = {name: frozen(setting) for name, setting in settings.items()}
    # On tracers of older tapes this records in its turn.
    y = record(primitive, tuple(values), settings)
    if isinstance(y, (tuple, list)):
        return _many(primitive, operands, values, settings, y, newest)
    if type(y) is float or type(y) is complex:
        y = np.asarray(y)[()]
    if y.dtype.kind not in "fc":
        return y
    entry = _entry(primitive, operands, values, settings, y, tape)
    if not entry:
        return y
    return _place(y, entry, newest, (primitive, operands, settings))


def _unary(primitive: Primitive, x: Node) -> Any:
    """The same for one operand and no settings."""
    v = x.value
    if type(v) is float:
        v = np.float64(v)
    y = record(primitive, (v,), _NONE) if isinstance(v, Node) else primitive.evaluate(v)
    if isinstance(y, (tuple, list)):
        return _many(primitive, (x,), [v], _NONE, y, x)
    if type(y) is float or type(y) is complex:
        y = np.asarray(y)[()]
    jacobian = primitive.jacobians[0]
    if isinstance(jacobian, Zero) or y.dtype.kind not in "fc":
        return y
    if jacobian is refused:
        raise _no_rule(primitive, 0)
    keep_x, keep_y = primitive.keeps[0]
    if not primitive.elementwise:
        args = (v if keep_x else Spec(v), y if keep_y else Spec(y))
        deferred = Deferred(jacobian, args, _NONE)
        return _place(y, (x.index, deferred), x, (primitive, (x,), _NONE))
    args = (v if keep_x else None, y if keep_y else None)
    if v.dtype is y.dtype or v.dtype == y.dtype:
        deferred = Deferred(jacobian, args, _NONE)
    else:
        deferred = DeferredBroadcast(jacobian, args, _NONE, v, y)
    return _place(y, (x.index, deferred), x, (primitive, (x,), _NONE))


def _binary(primitive: Primitive, a: Any, b: Any, newest: Node) -> Any:
    """The same for two operands and no settings."""
    tape = newest.tape
    entry: tuple[Any, ...] = ()
    in_a = isinstance(a, Node) and a.tape is tape
    in_b = isinstance(b, Node) and b.tape is tape
    v = a.value if in_a else np.array(a) if type(a) is list or type(a) is tuple else a
    w = b.value if in_b else np.array(b) if type(b) is list or type(b) is tuple else b
    if in_a and type(v) is float:
        v = np.float64(v)
    if in_b and type(w) is float:
        w = np.float64(w)
    if isinstance(v, Node) or isinstance(w, Node):
        y = record(primitive, (v, w), _NONE)
    else:
        y = primitive.evaluate(v, w)
    if isinstance(y, (tuple, list)):
        return _many(primitive, (a, b), [v, w], _NONE, y, newest)
    if type(y) is float or type(y) is complex:
        y = np.asarray(y)[()]
    if y.dtype.kind not in "fc":
        return y
    if not primitive.elementwise:
        entry = _entry(primitive, (a, b), [v, w], _NONE, y, tape)
        return _place(y, entry, newest, (primitive, (a, b), _NONE)) if entry else y
    for i in (0, 1):
        if not (in_b if i else in_a):
            continue
        jacobian = primitive.jacobians[i]
        if isinstance(jacobian, Zero):
            continue
        if jacobian is refused:
            raise _no_rule(primitive, i)
        keep_v, keep_w, keep_y = primitive.keeps[i]
        args = (
            None if not keep_v else v if in_a else tape.keep(v),
            None if not keep_w else w if in_b else tape.keep(w),
            y if keep_y else None,
        )
        x = w if i else v
        index = b.index if i else a.index
        if x.shape == y.shape and x.dtype == y.dtype:
            entry += (index, Deferred(jacobian, args, _NONE))
        else:
            entry += (index, DeferredBroadcast(jacobian, args, _NONE, x, y))
    if not entry:
        return y
    return _place(y, entry, newest, (primitive, (a, b), _NONE))


def _no_rule(primitive: Primitive, i: int) -> DifferentiationError:
    return DifferentiationError(
        f"our_engine: {primitive.name} has no derivative with respect to its argument {i + 1}; "
        "pass our_engine.stop_gradient(x) if it is meant as a constant"
    )


def _entry(
    primitive: Primitive,
    operands: tuple[Any, ...],
    values: list[Any],
    settings: Settings,
    y: Any,
    tape: Tape,
) -> tuple[Any, ...]:
    if primitive.variadic:
        return _variadic_entry(primitive, operands, values, settings, y, tape)
    entry: tuple[Any, ...] = ()
    elementwise = primitive.elementwise
    for i, x in enumerate(operands):
        if not isinstance(x, Node) or x.tape is not tape:
            continue
        jacobian = primitive.jacobians[i]
        if isinstance(jacobian, Zero):
            continue
        if jacobian is refused:
            raise _no_rule(primitive, i)
        keeps = primitive.keeps[i]
        args: list[Any] = []
        for operand, v, keep in zip(operands, values, keeps, strict=False):
            if keep:
                args.append(v if isinstance(operand, Node) else tape.keep(v))
            elif elementwise:
                args.append(None)
            else:
                args.append(Spec(v) if hasattr(v, "shape") else v)
        if keeps[-1]:
            args.append(y)
        else:
            args.append(None if elementwise else _spec(y))
        if elementwise:
            v = values[i]
            if v.shape == y.shape and v.dtype == y.dtype:
                entry += (x.index, Deferred(jacobian, args, settings))
            else:
                entry += (x.index, DeferredBroadcast(jacobian, args, settings, v, y))
        else:
            entry += (x.index, Deferred(jacobian, args, settings))
    return entry


def _spec(y: Any) -> Any:
    return tuple(Spec(y_i) for y_i in y) if isinstance(y, (tuple, list)) else Spec(y)


def _variadic_entry(
    primitive: Primitive,
    operands: tuple[Any, ...],
    values: list[Any],
    settings: Settings,
    y: Any,
    tape: Tape,
) -> tuple[Any, ...]:
    jacobian = primitive.jacobians[0].jacobian
    keep_xs, keep_y = primitive.keeps[0]
    xs = tuple(
        (v if isinstance(x, Node) else tape.keep(v))
        if keep_xs
        else Spec(np.asanyarray(v))
        if not hasattr(v, "shape")
        else Spec(v)
        for x, v in zip(operands, values, strict=True)
    )
    kept_y = y if keep_y else _spec(y)
    entry: tuple[Any, ...] = ()
    for k, x in enumerate(operands):
        if isinstance(x, Node) and x.tape is tape:
            entry += (x.index, Deferred(jacobian, (k, xs, kept_y), settings))
    return entry


def _place(y: Any, entry: tuple[Any, ...], like: Node, noted: Any) -> Node:
    """A new node of the class and tape of `like`."""
    tape = like.tape
    node = _new(type(like))
    if tape.unboxed and (
        type(y) is np.float64 or (type(y) is np.ndarray and not y.ndim and y.dtype == np.float64)
    ):
        y = float(y)
    node.value = y
    node.tape = tape
    node.index = len(tape)
    tape.append(entry)
    if tape.noting and noted is not None:
        tape.note(noted, node)
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
    entry = _entry(primitive, operands, values, settings, y, newest.tape)
    if not entry:
        return y
    whole = _place(tuple(y), entry, newest, (primitive, operands, settings))
    picked = [
        _place(y_i, (whole.index, Pick(i, len(y))), newest, None)
        if np.result_type(y_i).kind in "fc"
        else y_i
        for i, y_i in enumerate(y)
    ]
    if isinstance(y, list):
        return picked
    # A named tuple (EighResult, SVDResult) takes its fields one by one.
    return tuple(picked) if type(y) is tuple else type(y)(*picked)


def raw(x: Any) -> Any:
    """The plain value under all tracers, in arrays, tuples, lists and dicts."""
    while isinstance(x, Node):
        x = x.value
    if type(x) is tuple or type(x) is list:
        return type(x)(raw(item) for item in x)
    if type(x) is dict:
        return {name: raw(item) for name, item in x.items()}
    return x
