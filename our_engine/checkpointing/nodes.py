"""The node that stands for a part of the program, and what a sweep over it needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.forward import ForwardTape
from our_engine.linear_maps import LinearMap, Pick, plain
from our_engine.node import Node, place, raw
from our_engine.program import Program
from our_engine.stand_in import StandIn
from our_engine.tape import Tape
from our_engine.trees import leaves, rebuild
from our_engine.types import Array, Cotangent, DifferentiationError, Tree

Leaves = list[Any]


class Turned(LinearMap):
    """The transpose of a map between tuples that has both directions."""

    __slots__ = ("original",)
    fresh = False

    def __init__(self, original: LinearMap) -> None:
        """The transpose of `original`."""
        self.original = original

    def apply(self, v: Array) -> Array:
        """Its pull."""
        return self.original.pull(v)

    def pull(self, u: Cotangent) -> Cotangent:
        """Its apply."""
        return self.original.apply(u)

    def stacked(self, count: int) -> LinearMap:
        """The same for stacks."""
        return Turned(self.original.stacked(count))

    def transpose(self) -> LinearMap:
        """The original."""
        return self.original


def recording_tape(given: Leaves) -> Tape | None:
    """The newest tape among the leaves, if it is one that remembers."""
    tapes = [x.tape for x in given if isinstance(x, Node)]
    newest = max(tapes, key=lambda tape: tape.level, default=None)
    if newest is None or newest.noting or isinstance(newest, ForwardTape):
        return None
    return newest


def stripped(given: Leaves, tape: Tape) -> tuple[list[int], Leaves]:
    """Which leaves are on the tape, and all of them without it, safe from changes in place."""
    places = [i for i, x in enumerate(given) if isinstance(x, Node) and x.tape is tape]
    traced = set(places)
    return places, [_value(x) if i in traced else tape.keep(x) for i, x in enumerate(given)]


def _value(x: Node) -> Any:
    """The value as the plain function would have it."""
    v = x.value
    if type(v) is not float or x.weak:
        return v
    return np.array(v) if x.cell else np.float64(v)


def skeleton(tree: Tree) -> Tree:
    """The structure of a tree without its leaves, which would keep their tape alive."""
    return rebuild(tree, [None] * len(leaves(tree)))


def again(xs: Leaves) -> Leaves:
    """The leaves for a further run, which a compiler must not take for the one before."""
    return [x.anew() if isinstance(x, StandIn) else x for x in xs]


def copied(xs: Leaves) -> Leaves:
    """Leaves that can be changed in place without harm to these."""
    return [
        x.copy() if isinstance(x, np.ndarray) else x.twin() if isinstance(x, Node) else x
        for x in again(xs)
    ]


def filled(fixed: Leaves, places: list[int], xs: Leaves) -> Leaves:
    """The leaves `fixed` with `xs` at `places`."""
    full = list(fixed)
    for i, x in zip(places, xs, strict=True):
        full[i] = x
    return full


def without_none(tangents: Any, xs: Leaves) -> Leaves:
    """Tangents with zeros in place of None."""
    return [np.zeros_like(raw(x)) if t is None else t for t, x in zip(tangents, xs, strict=True)]


def plain_outputs(tree: Tree, tape: Tape) -> Leaves:
    """The leaves of a result; an error if the function closes over a value of the tape."""
    outputs = leaves(tree)
    if any(isinstance(y, Node) and y.tape is tape for y in outputs):
        raise DifferentiationError(
            "our_engine.checkpoint: the function uses a traced value that is not among its "
            "arguments, and its derivative would be lost; pass it as an argument"
        )
    return outputs


def placed(traced: list[Node], outputs: Leaves, J: LinearMap) -> Leaves:
    """The outputs as nodes: of the tuple of inputs, the tuple of outputs, and each of these."""
    like, count = traced[0], len(traced)
    entry = tuple(x for i, t in enumerate(traced) for x in (t.index, Pick(i, count).transpose()))
    inputs = place(tuple(t.value for t in traced), entry, like)
    whole = place(tuple(outputs), (inputs.index, J), like)
    return [
        place(y, (whole.index, Pick(i, len(outputs))), like) if is_floating(y) else y
        for i, y in enumerate(outputs)
    ]


def pulled(program: Program, u: Cotangent, stack: int) -> Leaves:
    """The cotangents of the inputs; the recording is used up."""
    if stack:
        return program.pull_stack([plain(y_bar) for y_bar in u], stack)
    y_bars = [
        np.zeros_like(raw(y)) if y_bar is None else plain(y_bar)
        for y, y_bar in zip(program.outputs, u, strict=True)
    ]
    return program.pull(y_bars, release=True)


def is_floating(x: Any) -> bool:
    """Whether x is a real or complex array or number, which a derivative can pass."""
    x = raw(x)
    return isinstance(x, (float, complex)) or getattr(x, "dtype", np.dtype(int)).kind in "fc"


def signature_of(outputs: Leaves) -> Leaves:
    """The sum and the sum of squares of each output, to know it again by; None for other things."""
    found: Leaves = []
    for y in outputs:
        flat = np.reshape(raw(y), -1)
        with np.errstate(all="ignore"):
            found.append((np.sum(flat), np.vdot(flat, flat), flat) if is_floating(y) else None)
    return [None if one is None else (*one[:2], one[2].size, one[2].dtype) for one in found]


def require_same(signature: Leaves, program: Program) -> None:
    """Raise if the outputs differ from what they were, by more than rounding does."""
    for before, after in zip(signature, signature_of(program.outputs), strict=True):
        if before is None or after is None:
            continue
        total, squares, size, dtype = before
        bound = np.sqrt(np.finfo(dtype).eps) * np.sqrt(size * abs(squares))
        same = abs(after[0] - total) <= bound and abs(after[1] - squares) <= bound**2 + bound
        if size == after[2] and (same or not np.isfinite(total + squares)):
            continue
        raise DifferentiationError(
            "our_engine.checkpoint: the function gave another result when it was run again for the "
            "reverse sweep; it must not depend on what changes meanwhile (random numbers, arrays "
            "that are overwritten)"
        )
