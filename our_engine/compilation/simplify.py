"""Less work for the same bits: what a recording does in vain is left out."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from .functions import is_numpy, may_raise
from .operations import Condition, Operation, Recorded, Step, Variable, mapped, variables

_UFUNCS: dict[Any, np.ufunc] = {
    operator.add: np.add,
    operator.sub: np.subtract,
    operator.mul: np.multiply,
    operator.truediv: np.divide,
    operator.neg: np.negative,
    operator.lt: np.less,
    operator.le: np.less_equal,
    operator.gt: np.greater,
    operator.ge: np.greater_equal,
    operator.eq: np.equal,
    operator.ne: np.not_equal,
    operator.and_: np.bitwise_and,
    operator.or_: np.bitwise_or,
    operator.invert: np.invert,
}
_OPERATORS = {
    ufunc: function
    for function, ufunc in _UFUNCS.items()
    if ufunc in (np.add, np.subtract, np.multiply, np.divide, np.negative)
}
_RESHAPES = (np.reshape, "reshape()")
_COMPARISONS = (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
_BINARY = (np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, *_COMPARISONS)


def simplified(recorded: Recorded) -> Recorded:
    """The same program without what is done for its form alone, done before, or not used."""
    same: dict[Variable, Variable] = {}
    spread: dict[Variable, Variable] = {}
    done: dict[Any, Operation] = {}
    steps: list[Step] = []
    seen: set[Any] = set()

    def current(x: Any) -> Any:
        return same.get(x, x) if type(x) is Variable else x

    for step in recorded.steps:
        if isinstance(step, Condition):
            if step.kind == "kind" and step.variable in same:
                continue
            condition = Condition(current(step.variable), step.kind, step.expected)
            mark = (condition.variable, condition.kind, condition.expected)
            if mark not in seen:
                seen.add(mark)
                steps.append(condition)
            continue
        found = _spelled(_renamed(step, current))
        y = found.results
        if type(y) is Variable:
            if found.function is np.broadcast_to and type(found.args[0]) is Variable:
                spread[y] = found.args[0]
            found = _narrowed(found, spread)
            source = _identity(found)
            if source is not None:
                same[y] = source
                continue
        earlier = _earlier(found, done)
        if earlier is not None:
            same.update(zip(found.writes(), earlier.writes(), strict=True))
            continue
        steps.append(found)
    results = mapped(recorded.results, current)
    return Recorded(recorded.inputs, _used(steps, results), results)


def _earlier(step: Operation, done: dict[Any, Operation]) -> Operation | None:
    """The same operation on the same operands, done before; else this one is noted in `done`."""
    if not is_numpy(step.function):
        return None
    key = (step.function, _mark(step.args), _mark(step.kwargs))
    earlier = done.setdefault(key, step)
    # Where errors were to be told, they have been.
    return earlier if earlier is not step and earlier.errors in (None, step.errors) else None


def _mark(x: Any) -> Any:
    """What only equal arguments have in common, as long as they live."""
    kind = type(x)
    if kind is Variable:
        return x
    if kind in (tuple, list):
        return (kind, *map(_mark, x))
    if kind is dict:
        return (kind, *((name, _mark(item)) for name, item in x.items()))
    if kind is slice:
        return (kind, _mark(x.start), _mark(x.stop), _mark(x.step))
    # A float's text tells zeros of both signs apart.
    return (kind, repr(x)) if kind in (int, float, bool, str, type(None)) else id(x)


def _renamed(step: Operation, current: Callable[[Any], Any]) -> Operation:
    return Operation(
        step.function,
        mapped(step.args, current),
        mapped(step.kwargs, current),
        step.results,
        step.errors,
    )


def _spelled(step: Operation) -> Operation:
    """The ufunc of an operator between arrays, which can be told where to write, and back."""
    y = step.results
    if type(y) is not Variable or step.kwargs:
        return step
    function, args = step.function, step.args
    if not y.scalar and function in _UFUNCS and all(map(_is_number_or_array, args)):
        function = _UFUNCS[function]
    elif not y.scalar and function is operator.pow and y.dtype.kind == "f":
        # NumPy's own operator does so.
        if type(args[1]) in (int, float) and args[1] == 2 and args[0].dtype == y.dtype:
            function, args = np.square, args[:1]
    elif y.scalar and function in _OPERATORS and all(map(_is_double, args)):
        function = _OPERATORS[function]
    return Operation(function, args, step.kwargs, y, step.errors)


def _narrowed(step: Operation, spread: dict[Variable, Variable]) -> Operation:
    """One number in place of an array that has it everywhere, beside an operand of full shape."""
    y = step.results
    if step.function not in _BINARY or step.kwargs or len(step.args) != 2 or y.scalar:
        return step
    args = list(step.args)
    for i in (0, 1):
        other = args[1 - i]
        if not isinstance(other, (Variable, np.ndarray)) or other.shape != y.shape:
            continue
        x = args[i]
        if type(x) is Variable and x in spread:
            args[i] = spread[x]
        elif type(x) is np.ndarray and x.size and x.ndim and _is_uniform(x):
            number = x.reshape(-1)[0]
            # The dtype of the result is that of the other operand's, or NumPy's scalar decides.
            args[i] = float(number) if type(number) is np.float64 and _is_wide(other) else number
    return Operation(step.function, tuple(args), step.kwargs, y, step.errors)


def _identity(step: Operation) -> Any:
    """The variable that the result is equal to, bit by bit; None if there is none."""
    y, args = step.results, step.args
    x = args[0] if args else None
    if step.function is np.multiply and not step.kwargs and len(args) == 2:
        for x, factor in (args, args[::-1]):
            if type(factor) is float and factor == 1.0 and _is_alike(x, y):
                return x
    if not _is_alike(x, y) or any(other is not x for other in step.reads()):
        return None
    if step.function in (operator.pos, np.positive, np.copy) and y.dtype.kind != "b":
        return x
    if step.function == "astype()" or (step.function in _RESHAPES and not step.kwargs):
        return x
    if step.function is np.asarray:
        return x
    if step.function is operator.getitem and (y.scalar or (type(args[1]) is tuple and not args[1])):
        return x
    return None


def _used(steps: list[Step], results: Any) -> list[Step]:
    """The steps on which the results depend, or on which it depends that they are right.

    What raises where the program would has to stay, too.
    """
    needed = set(variables(results))
    kept = []
    for step in reversed(steps):
        asked = isinstance(step, Condition) or may_raise(step.function)
        if asked or any(v in needed for v in step.writes()):
            kept.append(step)
            needed.update(step.reads())
    return kept[::-1]


def _is_alike(x: Any, y: Variable) -> bool:
    if type(x) is not Variable:
        return False
    return x.shape == y.shape and x.dtype == y.dtype and x.scalar == y.scalar


def _is_number_or_array(x: Any) -> bool:
    return isinstance(x, (Variable, np.ndarray, np.generic, int, float, complex))


def _is_double(x: Any) -> bool:
    if type(x) is Variable:
        return x.scalar and x.dtype == np.float64
    return type(x) is float or type(x) is np.float64


def _is_wide(x: Any) -> bool:
    return bool(x.dtype == np.float64)


def _is_uniform(x: Any) -> bool:
    first = x.reshape(-1)[:1]
    return bool((x == first).all()) and not bool((first == 0).any())
