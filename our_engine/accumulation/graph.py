"""The linear program that a recording left: nodes that matter, their maps and their shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import Compose, LeftMul, LinearMap, RightMul
from our_engine.primitives import Deferred
from our_engine.program import Program
from our_engine.recording import Node
from our_engine.tape import Tape


class LinearGraph:
    """The nodes of a recorded program that matter, their maps, shapes and dtypes.

    One sweep with tangents of zero finds the shapes, computes the maps that were deferred, and
    shows which nodes depend on the inputs at all. It multiplies no matrix: of that the result is
    known to be zero.
    """

    def __init__(self, program: Program) -> None:
        """Look through `program`."""
        tape = program.tape
        self.inputs = len(program.inputs)
        self.outputs = [
            y.index if isinstance(y, Node) and y.tape is tape else None for y in program.outputs
        ]
        with np.errstate(all="ignore"):
            dots = _swept(tape, [_zeros(x) for x in program.inputs])
        self.shapes: list[Any] = [None if isinstance(d, tuple) else np.shape(d) for d in dots]
        self.sizes: list[Any] = [_size(d) for d in dots]
        self.real = [d is not None and not isinstance(d, tuple) and _is_real(d) for d in dots]
        self.edges: list[list[tuple[int, Any]]] = []
        for entry in tape:
            pairs = zip(entry[::2], entry[1::2], strict=True)
            self.edges.append([(i, J) for i, J in pairs if dots[i] is not None])
        self.live = self._live(dots)

    def _live(self, dots: list[Any]) -> list[bool]:
        live = [False] * len(dots)
        for k in self.outputs:
            if k is not None:
                live[k] = dots[k] is not None
        for k in range(len(dots) - 1, -1, -1):
            if live[k]:
                for i, _ in self.edges[k]:
                    live[i] = True
        return live

    def cuts(self) -> list[int]:
        """The real nodes between inputs and outputs that every path leads through."""
        ends = [k for k in self.outputs if k is not None and self.live[k]]
        starts = [i for i in range(self.inputs) if self.live[i]]
        # A node is no cut if an edge jumps over it, one from before the inputs or to after the
        # outputs included.
        reach = max(starts, default=0)
        last = min(ends, default=0)
        farthest = [0] * len(self.live)
        for k, edges in enumerate(self.edges):
            if self.live[k]:
                for i, _ in edges:
                    farthest[i] = max(farthest[i], k)
        found = []
        jump = 0
        for k, alive in enumerate(self.live):
            if alive and k >= reach and jump <= k <= last and self.real[k]:
                found.append(k)
            if alive:
                jump = max(jump, farthest[k])
        return found


def _swept(tape: Tape, dots: list[Any]) -> list[Any]:
    """The tangents of all nodes for zeros as those of the inputs; maps stay on the tape."""
    for k in range(len(dots), len(tape)):
        entry = tape[k]
        total: Any = None
        for position in range(0, len(entry), 2):
            v, J = dots[entry[position]], entry[position + 1]
            if v is None:
                continue
            if isinstance(J, Deferred):
                J = J.force()
                tape[k] = entry = (*entry[: position + 1], J, *entry[position + 2 :])
            term = _of_zeros(J, v)
            if type(term) is tuple and type(total) is tuple:
                total = tuple(b if a is None else a for a, b in zip(total, term, strict=True))
            elif total is None:
                total = term
            elif term is not None:
                total = total + term
        dots.append(total)
    return dots


def _of_zeros(J: Any, v: Any) -> Any:
    if isinstance(J, Compose):
        for m in reversed(J.maps):
            v = None if v is None else _of_zeros(m, v)
        return v
    if isinstance(J, LeftMul | RightMul):
        matrix = J.A if isinstance(J, LeftMul) else J.B
        return np.zeros(J.out_shape(), np.result_type(matrix, v))
    return J.apply(v) if isinstance(J, LinearMap) else J * v


def _zeros(x: Any) -> Any:
    return 0.0 if isinstance(x, float) else np.zeros_like(x)[()]


def _is_real(d: Any) -> bool:
    return not np.iscomplexobj(d)


def _size(d: Any) -> Any:
    """How many numbers; of a tuple that of each part, None for zero."""
    if d is None:
        return None
    return tuple(map(_size, d)) if isinstance(d, tuple) else int(np.size(d))
