"""Gradients of scalar functions: one recording, and one sweep that consumes it.

What all small programs pay is here written out; where an argument is a tree, its leaves are the
arguments of a function that puts it together again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .program import Function, run
from .recording import Node, raw
from .reverse import pull_back
from .tape import Tape
from .tracer import input_tracer
from .trees import CONTAINERS, leaves, rebuild
from .types import Array, DifferentiationError, Tree
from .values import finished, given, primal, zeros

Argnums = int | tuple[int, ...]


def grad(fun: Function, argnums: Argnums = 0) -> Function:
    """The gradient of a scalar function with respect to the arguments `argnums`.

    grad(fun)(*args) has the structure, shapes and dtypes of the argument, or is a tuple of such
    for a tuple of argnums. Raises DifferentiationError if the result is not a real scalar.
    """
    numbers, many = _numbers(argnums)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        x_bars = _value_and_grad("grad", fun, numbers, args, kwargs)[1]
        return tuple(x_bars) if many else x_bars[0]

    return gradient


def value_and_grad(fun: Function, argnums: Argnums = 0) -> Function:
    """The value of a scalar function and its gradient, from one recording: (y, x_bar)."""
    numbers, many = _numbers(argnums)

    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        y, x_bars = _value_and_grad("value_and_grad", fun, numbers, args, kwargs)
        return y, tuple(x_bars) if many else x_bars[0]

    return both


def _numbers(argnums: Argnums) -> tuple[tuple[int, ...], bool]:
    return (argnums, True) if isinstance(argnums, tuple) else ((argnums,), False)


def _value_and_grad(
    who: str, fun: Function, numbers: tuple[int, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Array, list[Tree]]:
    """The value, and the gradient by each of the arguments `numbers`."""
    tape = Tape()
    given_args = list(args)
    inputs = []
    try:
        for n in numbers:
            x = args[n]
            if isinstance(x, CONTAINERS):
                return _by_leaves(who, fun, numbers, args, kwargs)
            x = primal(who, x)
            inputs.append(x)
            given_args[n] = input_tracer(x, tape)
    except IndexError:
        raise DifferentiationError(
            f"our_engine.{who}: argnums has {n}, but the call has {len(args)} positional arguments"
        ) from None
    y = run(who, tape.level, fun, given_args, kwargs)
    inside = isinstance(y, Node) and y.tape is tape
    if inside and type(y.value) is float:
        value = np.float64(y.value)
    else:
        value = _real_scalar(who, y.value if inside else y)
    tape.kept.clear()
    if not inside:
        return value, [zeros(x) for x in inputs]
    with np.errstate(all="ignore"):
        x_bars = pull_back(tape, [(y.index, 1.0)], len(inputs), True)
    return value, [finished(x, x_bar) for x, x_bar in zip(inputs, x_bars, strict=True)]


def _real_scalar(who: str, y: Any) -> Array:
    """The value of a function that must return one real number, in memory of its own."""
    if isinstance(y, CONTAINERS):
        raise DifferentiationError(
            f"our_engine.{who}: the function must return one scalar, not a {type(y).__name__}; "
            "use jacobian or vjp"
        )
    if np.shape(raw(y)) != ():
        raise DifferentiationError(
            f"our_engine.{who}: the function must return a scalar, not an array of shape "
            f"{np.shape(raw(y))}; sum it, or use jacobian or vjp"
        )
    if np.iscomplexobj(raw(y)):
        raise DifferentiationError(
            f"our_engine.{who}: the function must return a real number; take np.real, np.abs, "
            "or use vjp"
        )
    return given(y)


def _by_leaves(
    who: str, fun: Function, numbers: tuple[int, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Array, list[Tree]]:
    chosen = [args[n] for n in numbers]

    def flat(*xs: Any) -> Any:
        full = list(args)
        for n, x in zip(numbers, rebuild(chosen, xs), strict=True):
            full[n] = x
        return fun(*full, **kwargs)

    xs = tuple(leaves(chosen))
    y, x_bars = _value_and_grad(who, flat, tuple(range(len(xs))), xs, {})
    return y, rebuild(chosen, x_bars)
