"""Forward accumulation: x_dot_k = sum over parents l of J_kl x_dot_l, from the inputs up."""

from __future__ import annotations

from typing import Any

import numpy as np

from .linear_maps import LinearMap
from .primitives import Deferred
from .stacking import Entries, stacked
from .tape import Tape
from .types import Array


class ForwardTape(Tape):
    """A tape that is not written: what would be an entry is pushed forward at once.

    A node's `index` is its tangent, None where zero, and lives as long as the node does: the
    memory of a pass is that of the values alive, twice.
    """

    __slots__ = ()

    def place(self, entry: tuple[Any, ...]) -> Any:
        """The tangent of the new node, of an entry (x_dot_l, J_l, x_dot_m, J_m, ...)."""
        total = None
        for position in range(0, len(entry), 2):
            x_dot, J = entry[position], entry[position + 1]
            if x_dot is None:
                continue
            if type(J) is float:
                term = J * x_dot
            else:
                with np.errstate(all="ignore"):
                    term = _applied(J.force() if isinstance(J, Deferred) else J, x_dot)
            total = term if total is None else _plus(total, term)
        return total

    def keep(self, x: Array) -> Array:
        """x itself: what reads it reads it now."""
        return x


def push_forward(tape: Tape, seeds: list[Array], keep: bool = True) -> list[Array]:
    """The tangents of all nodes, None where zero, for the tangents `seeds` of the inputs.

    With `keep` the maps that had to be built stay on the tape for the next sweep.
    """
    dots: list[Any] = [None] * len(tape)
    dots[: len(seeds)] = seeds
    for k in range(len(seeds), len(tape)):
        dots[k] = _tangent(tape, k, dots, keep)
    return dots


def push_stack(tape: Tape, seeds: list[Array], outputs: list[int], stack: int) -> list[Array]:
    """The tangents of the nodes `outputs`, each seed a stack of `stack` tangents on a first axis.

    A stack is released after its last use: they are large, and there may be many nodes.
    """
    entries = stacked(tape, stack)
    last: dict[int, int] = dict.fromkeys(outputs, len(tape))
    for k in range(len(tape) - 1, len(seeds) - 1, -1):
        for i in tape[k][::2]:
            last.setdefault(i, k)
    dots: list[Any] = [None] * len(tape)
    dots[: len(seeds)] = seeds
    for k in range(len(seeds), len(tape)):
        dots[k] = _tangent(entries, k, dots, False) if k in last else None
        for i in tape[k][::2]:
            if last[i] == k:
                dots[i] = None
    return [dots[k] for k in outputs]


def _tangent(entries: Entries, k: int, dots: list[Any], keep: bool) -> Any:
    entry = entries[k]
    total = None
    for position in range(0, len(entry), 2):
        x_dot = dots[entry[position]]
        if x_dot is None:
            continue
        J = entry[position + 1]
        if isinstance(J, Deferred):
            J = J.force()
            if keep:
                entries[k] = entry = (*entry[: position + 1], J, *entry[position + 2 :])
        term = _applied(J, x_dot)
        total = term if total is None else _plus(total, term)
    return total


def _applied(J: Any, x_dot: Array) -> Array:
    y_dot = J.apply(x_dot) if isinstance(J, LinearMap) else J * x_dot
    return float(y_dot) if type(y_dot) is np.float64 else y_dot


def _plus(a: Any, b: Any) -> Any:
    """The sum of two tangents, of which None is zero; tuples belong to a node of many outputs."""
    if a is None or b is None:
        return b if a is None else a
    return tuple(map(_plus, a, b)) if type(a) is tuple else a + b
