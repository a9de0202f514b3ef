"""The node of a tape: what every traced value is."""

from __future__ import annotations

from typing import Any

import numpy as np

from .tape import Tape
from .types import Array

_new = object.__new__
_DOUBLE = np.float64


class Node:
    """A value on a tape; its class adds the behaviour of an array.

    `index` is what the entries of its children name it by: its place on the tape, or on a
    `ForwardTape` its tangent. Classes of nodes: `weak` marks a Python float, whose dtype yields
    to any other by NumPy's rules, `cell` an array of no axes. These are `INPUTS`: what is computed
    from them is of the class that belongs to theirs there, from any other of its own.
    """

    __slots__ = ("index", "tape", "value")
    weak = False
    cell = False

    value: Array
    tape: Tape
    index: Any

    def twin(self) -> Node:
        """Another node of the same value, out of reach of operations in place on this one."""
        twin = _new(self.__class__)
        twin.value = self.value
        twin.tape = self.tape
        twin.index = self.index
        return twin


INPUTS: dict[type, Any] = {}


def place(y: Any, entry: tuple[Any, ...], like: Node) -> Node:
    """A new node of the tape and class of `like`, with its local Jacobians `entry`."""
    kind = type(like)
    node: Node = _new(INPUTS.get(kind, kind))
    node.tape = tape = like.tape
    node.value = float(y) if type(y) is _DOUBLE and tape.unboxed else y
    node.index = tape.place(entry)
    return node


def stop_gradient(x: Any) -> Any:
    """The plain value of x, a constant to all derivatives; of a tree, that of each leaf.

    It is a copy: what is done to it in place does not reach what was recorded.
    """
    if isinstance(x, Node):
        value = raw(x)
        return value.copy() if isinstance(value, np.ndarray) else value
    if type(x) is tuple or type(x) is list:
        return type(x)(stop_gradient(item) for item in x)
    if type(x) is dict:
        return {name: stop_gradient(item) for name, item in x.items()}
    return x


def raw(x: Any) -> Any:
    """The plain value under all tracers, in arrays, tuples, lists and dicts."""
    while isinstance(x, Node):
        x = x.value
    if type(x) is tuple or type(x) is list:
        return type(x)(raw(item) for item in x)
    if type(x) is dict:
        return {name: raw(item) for name, item in x.items()}
    return x
