"""A recorded program as a chain of factors, and its Jacobian in the bracketing that is cheapest.

A node through which every path from the inputs to the outputs leads cuts the program in two. Such
nodes make it a chain, whose factors are the parts between them: single maps, where the program is
a straight line, else small programs of their own, which are swept as such.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from our_engine.program import Program
from our_engine.types import Array, Shape

from .block_rules import Block
from .blocks import plus, pull_block, push_block
from .bracketing import Bracketing, Factor, optimal_bracketing
from .graph import LinearGraph
from .held import flops, held_matrix, holds_matrix

LIMIT = 64  # factors in one dynamic programme; of more cuts the narrowest are taken


@dataclass(frozen=True)
class Part:
    """The program between two stations: from `sources` to `sinks`, through `nodes`."""

    graph: LinearGraph
    sources: tuple[int, ...]
    sinks: tuple[int | None, ...]
    nodes: tuple[int, ...]
    in_shapes: tuple[Shape, ...]
    out_shapes: tuple[Shape, ...]

    @property
    def columns(self) -> int:
        """The numbers of the sources."""
        return sum(map(math.prod, self.in_shapes))

    @property
    def rows(self) -> int:
        """The numbers of the sinks."""
        return sum(map(math.prod, self.out_shapes))

    def factor(self) -> Factor:
        """What it costs to sweep this part, and to form its matrix."""
        once = sum(
            flops(J, self.graph.shapes[i]) for k in self.nodes for i, J in self.graph.edges[k]
        )
        form = min(self.columns, self.rows) * once
        return Factor(0 if self._held() is not None else form, once, once)

    def matrix(self) -> Array:
        """The matrix, shape (rows, columns), formed the cheapest way."""
        held = self._held()
        if held is not None:
            return held_matrix(held, self.in_shapes[0])
        if self.columns <= self.rows:
            return self.push(np.eye(self.columns))
        return self.pull(np.eye(self.rows))

    def _held(self) -> Any:
        """The only map of this part, if it holds its matrix; else None."""
        if len(self.nodes) != 1 or self.sinks != self.nodes or len(self.sources) != 1:
            return None
        (first, *others) = self.graph.edges[self.nodes[0]]
        return None if others or not holds_matrix(first[1], self.in_shapes[0]) else first[1]

    def push(self, V: Array) -> Array:
        """This part applied to the columns of V, shape (columns, c); gives (rows, c)."""
        dots: dict[int, Block] = {}
        start = 0
        for source, shape in zip(self.sources, self.in_shapes, strict=True):
            size = math.prod(shape)
            dots[source] = V[start : start + size].T.reshape(V.shape[1], *shape)
            start += size
        for k in self.nodes:
            total: Block = dots.get(k)
            for i, J in self.graph.edges[k]:
                total = plus(total, push_block(J, dots.get(i), self.graph.shapes[i]))
            dots[k] = total
        found = [None if k is None else dots.get(k) for k in self.sinks]
        return _joined(found, self.out_shapes, V.shape[1]).T

    def pull(self, U: Array) -> Array:
        """The transpose applied to the rows of U, shape (c, rows); gives (c, columns)."""
        bars: dict[int, Block] = {}
        start = 0
        for sink, shape in zip(self.sinks, self.out_shapes, strict=True):
            size = math.prod(shape)
            if sink is not None:
                block = U[:, start : start + size].reshape(len(U), *shape)
                bars[sink] = plus(bars.get(sink), block)
            start += size
        for k in reversed(self.nodes):
            bar = bars.pop(k, None)
            for i, J in self.graph.edges[k]:
                bars[i] = plus(bars.get(i), pull_block(J, bar, self.graph.shapes[i]))
        return _joined([bars.get(k) for k in self.sources], self.in_shapes, len(U))


class Chain:
    """The parts of a program, in order, and the product of their Jacobians."""

    def __init__(self, program: Program) -> None:
        """Cut `program` where all paths meet."""
        graph = LinearGraph(program)
        in_shapes = tuple(np.shape(x) for x in program.inputs)
        out_shapes = tuple(np.shape(y) for y in program.values())
        alive = [k if k is not None and graph.live[k] else None for k in graph.outputs]
        cuts = _narrowest(graph, graph.cuts())
        stations: list[tuple[tuple[int | None, ...], tuple[Shape, ...]]]
        stations = [((k,), (graph.shapes[k],)) for k in cuts]
        first: tuple[int | None, ...] = tuple(range(graph.inputs))
        last = tuple(alive)
        if not stations or stations[0][0] != first:
            stations.insert(0, (first, in_shapes))
        if len(stations) == 1 or stations[-1][0] != last:
            stations.append((last, out_shapes))
        self.parts: list[Part] = []
        for (sources, ins), (sinks, outs) in itertools.pairwise(stations):
            begin = max((k for k in sources if k is not None), default=-1) + 1
            begin = begin if len(self.parts) else graph.inputs
            end = max((k for k in sinks if k is not None), default=-1) + 1
            nodes = tuple(k for k in range(begin, end) if graph.live[k])
            given = tuple(k for k in sources if k is not None)
            self.parts.append(Part(graph, given, sinks, nodes, ins, outs))
        self.sizes = (self.parts[0].columns, *(part.rows for part in self.parts))
        self.factors = tuple(part.factor() for part in self.parts)

    def optimal(self) -> Bracketing:
        """The bracketing with the fewest multiplications."""
        return optimal_bracketing(self.sizes, self.factors)

    def product(self, bracketing: Bracketing) -> Array:
        """The Jacobian, shape (n_t, n_0), multiplied as the bracketing says."""
        with np.errstate(all="ignore"):
            return self._product(bracketing)

    def _product(self, b: Bracketing) -> Array:
        if b.way == "push" and b.right is not None:
            return self.parts[b.last - 1].push(self._product(b.right))
        if b.way == "pull" and b.left is not None:
            return self.parts[b.first].pull(self._product(b.left))
        if b.left is not None and b.right is not None:
            product: Array = self._product(b.left) @ self._product(b.right)
            return product
        return self.parts[b.first].matrix()


def _narrowest(graph: LinearGraph, cuts: list[int]) -> list[int]:
    if len(cuts) <= LIMIT:
        return cuts
    ends = {cuts[0], cuts[-1]}
    by_size = sorted(cuts, key=lambda k: (k not in ends, math.prod(graph.shapes[k])))
    return sorted(by_size[:LIMIT])


def _joined(blocks: list[Block], shapes: tuple[Shape, ...], count: int) -> Array:
    """The blocks side by side, as an array of shape (c, all their numbers)."""
    parts = [
        np.zeros((count, math.prod(shape)))
        if b is None
        else np.reshape(b, (count, math.prod(shape)))
        for b, shape in zip(blocks, shapes, strict=True)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
