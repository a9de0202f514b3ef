"""The arguments of a compiled call: which change from call to call, and which are fixed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from our_engine.node import Node
from our_engine.stand_in import StandIn
from our_engine.trees import CONTAINERS
from our_engine.types import Tree

from .errors import NotRecordedError

_FIXED = (int, bool, str, bytes, complex, type(None), type(Ellipsis), np.dtype)
KINDS = "fciub"


class TracedArgumentError(Exception):
    """An argument belongs to a derivative or a recording under way, of which the call is a part."""


@dataclass(slots=True)
class Varying:
    """An array (`scalar` None), or a scalar of the type `scalar`, which may be Python's float."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    scalar: type | None


@dataclass(slots=True)
class Fixed:
    """A value that is part of the program."""

    value: Any


Leaf = Varying | Fixed


def described(tree: Tree) -> Tree:
    """The tree with a `Varying` or `Fixed` for each leaf.

    Raises NotRecordedError for a leaf that is neither, TracedArgumentError for a traced one.
    """
    return _mapped(tree, _leaf)


def key_of(tree: Tree) -> Any:
    """What two calls have in common that one recording can serve; hashable."""
    if isinstance(tree, dict):
        return (dict, *((name, key_of(item)) for name, item in tree.items()))
    if isinstance(tree, (tuple, list)):
        return (type(tree), *map(key_of, tree))
    if type(tree) is Varying:
        return (tree.shape, tree.dtype, tree.scalar)
    value = tree.value
    return (type(value), repr(value) if isinstance(value, complex) else value)


def staged(tree: Tree, values: Tree, stage: Callable[[Any, bool], Any]) -> Tree:
    """`values`, of which `tree` is the description, with stage(value, weak) where they vary."""
    if isinstance(tree, dict):
        return {name: staged(item, values[name], stage) for name, item in tree.items()}
    if isinstance(tree, (tuple, list)):
        items = [staged(item, value, stage) for item, value in zip(tree, values, strict=True)]
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)
    if type(tree) is Fixed:
        return values
    if tree.scalar is float:
        return stage(np.float64(values), True)
    return stage(values.copy() if tree.scalar is None else values, False)


def _mapped(tree: Tree, f: Callable[[Any], Any]) -> Tree:
    if not isinstance(tree, CONTAINERS):
        return f(tree)
    kind = type(tree)
    if type(tree) is dict:
        return {name: _mapped(item, f) for name, item in tree.items()}
    if hasattr(tree, "_fields"):
        return kind(*(_mapped(item, f) for item in tree))
    if kind is tuple or kind is list:
        return kind(_mapped(item, f) for item in tree)
    raise NotRecordedError(f"a {kind.__name__} is among the arguments")


def _leaf(x: Any) -> Leaf:
    kind = type(x)
    if kind is np.ndarray and x.dtype.kind in KINDS:
        return Varying(x.shape, x.dtype, None)
    if kind is float:
        return Varying((), np.dtype(float), float)
    if isinstance(x, (Node, StandIn)):
        raise TracedArgumentError
    if isinstance(x, np.generic) and x.dtype.kind in KINDS and kind is x.dtype.type:
        return Varying((), x.dtype, kind)
    if kind in _FIXED or callable(x) or isinstance(x, np.dtype):
        return Fixed(x)
    raise NotRecordedError(f"a {kind.__name__} is among the arguments")
