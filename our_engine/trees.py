"""Nested tuples, lists and dicts of arrays, flattened to a list of leaves and put back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .types import Tree

CONTAINERS = (tuple, list, dict)


def leaves(tree: Tree) -> list[Any]:
    """The leaves, in order; a dict's in the order of its keys."""
    if not isinstance(tree, CONTAINERS):
        return [tree]
    if _is_flat(tree):
        return list(tree)
    found: list[Any] = []
    for item in tree.values() if isinstance(tree, dict) else tree:
        found.extend(leaves(item))
    return found


def rebuild(tree: Tree, new: Iterable[Any]) -> Tree:
    """A tree of the structure of `tree` with the leaves `new`."""
    if not isinstance(tree, CONTAINERS):
        return next(iter(new))
    if _is_flat(tree):
        return tuple(new)
    return _rebuild(tree, iter(new))


def _is_flat(tree: Tree) -> bool:
    """Whether the tree is a tuple of leaves, the most common of all."""
    if type(tree) is not tuple:
        return False
    for item in tree:  # noqa: SIM110 - a generator costs as much as the rest of a call
        if isinstance(item, CONTAINERS):
            return False
    return True


def _rebuild(tree: Tree, new: Iterator[Any]) -> Tree:
    if isinstance(tree, dict):
        return {key: _rebuild(item, new) for key, item in tree.items()}
    if isinstance(tree, list):
        return [_rebuild(item, new) for item in tree]
    if isinstance(tree, tuple):
        items = [_rebuild(item, new) for item in tree]
        return type(tree)(*items) if hasattr(tree, "_fields") else tuple(items)
    return next(new)


def matched(what: str, like: Tree, tree: Tree) -> list[Any]:
    """The leaves of `tree`, which must have the structure of `like`."""
    if not isinstance(like, CONTAINERS) and not isinstance(tree, CONTAINERS):
        return [tree]
    if structure(like) != structure(tree):
        raise TypeError(
            f"our_engine: {what} has the structure {structure(tree)}, expected {structure(like)}"
        )
    return _in_order(like, tree)


def _in_order(like: Tree, tree: Tree) -> list[Any]:
    if isinstance(like, dict):
        return [leaf for key in like for leaf in _in_order(like[key], tree[key])]
    if isinstance(like, (tuple, list)):
        pairs = zip(like, tree, strict=True)
        return [leaf for a, b in pairs for leaf in _in_order(a, b)]
    return [tree]


def structure(tree: Tree) -> str:
    """The structure as text: (*, [*, *], {'a': *})."""
    if isinstance(tree, dict):
        inner = ", ".join(f"{key!r}: {structure(tree[key])}" for key in sorted(tree, key=repr))
        return "{" + inner + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(map(structure, tree)) + "]"
    if isinstance(tree, tuple):
        return "(" + ", ".join(map(structure, tree)) + ")"
    return "*"
