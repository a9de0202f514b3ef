"""What a recording is made of: variables, operations on them, and conditions on their values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from our_engine.types import Shape


class Variable:
    """A value of the program that changes from call to call.

    `shape`, `dtype` and `scalar` (a NumPy scalar, not an array) are the same in every call.
    """

    __slots__ = ("dtype", "number", "scalar", "shape")

    def __init__(self, number: int, value: Any) -> None:
        """Number `number`, of the kind that `value` is."""
        self.number = number
        self.shape: Shape = value.shape
        self.dtype: np.dtype[Any] = value.dtype
        self.scalar = not isinstance(value, np.ndarray)

    def __repr__(self) -> str:
        """The name it has in the generated code."""
        return f"v{self.number}"


@dataclass(slots=True)
class Operation:
    """results = function(*args, **kwargs), with variables anywhere in the arguments.

    `function` is called with NumPy's values; a `str` names an attribute or method of the first
    argument ("T" and "copy()"). `results` is a variable, or a list with a variable or None for
    each item of a tuple. `errors` is NumPy's floating-point error handling, where it is not the
    caller's own.
    """

    function: Callable[..., Any] | str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    results: Any
    errors: tuple[tuple[str, str], ...] | None = None

    def reads(self) -> Iterator[Variable]:
        """The variables among the arguments."""
        yield from variables((self.args, self.kwargs))

    def writes(self) -> Iterator[Variable]:
        """The variables it gives a value."""
        yield from variables(self.results)


@dataclass(slots=True)
class Condition:
    """What must be so of a variable for the recording to hold: it decided how the program went on.

    `kind` is "true" (its truth is `expected`), "kind" (its type, shape and dtype are the
    variable's) or "bits" (its bytes are `expected`).
    """

    variable: Variable
    kind: str
    expected: Any = None

    def reads(self) -> Iterator[Variable]:
        """The variable."""
        yield self.variable

    def writes(self) -> Iterator[Variable]:
        """Nothing."""
        yield from ()


Step = Operation | Condition


@dataclass(slots=True)
class Recorded:
    """A recorded program: straight-line steps from the inputs to the tree of results."""

    inputs: list[Variable]
    steps: list[Step]
    results: Any
    constants: list[Any] = field(default_factory=list)


def variables(tree: Any) -> Iterator[Variable]:
    """The variables in nested tuples, lists, dicts and slices."""
    kind = type(tree)
    if kind is Variable:
        yield tree
    elif isinstance(tree, (tuple, list)):
        for item in tree:
            yield from variables(item)
    elif kind is dict:
        for item in tree.values():
            yield from variables(item)
    elif kind is slice:
        yield from variables((tree.start, tree.stop, tree.step))


def mapped(tree: Any, f: Callable[[Any], Any]) -> Any:
    """The tree with f applied to what is in its tuples, lists, dicts and slices."""
    kind = type(tree)
    if kind is tuple or kind is list:
        return kind(mapped(item, f) for item in tree)
    if kind is dict:
        return {key: mapped(item, f) for key, item in tree.items()}
    if kind is slice:
        return slice(mapped(tree.start, f), mapped(tree.stop, f), mapped(tree.step, f))
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return kind(*(mapped(item, f) for item in tree))
    return f(tree)


def applied(function: Callable[..., Any] | str, args: Any, kwargs: Any) -> Any:
    """The result of an operation on values."""
    if not isinstance(function, str):
        return function(*args, **kwargs)
    if function.endswith("()"):
        return getattr(args[0], function[:-2])(*args[1:], **kwargs)
    return getattr(args[0], function)
