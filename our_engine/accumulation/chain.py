"""A recorded program as a chain of factors, and its Jacobian in the bracketing that is cheapest.

A node through which every path from the inputs to the outputs leads cuts the program in two. Such
nodes make it a chain, whose factors are the parts between them: single maps, where the program is
a straight line, else small programs of their own, which are swept as such.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np

from our_engine.linear_maps import plain
from our_engine.linear_maps.masked import plus
from our_engine.program import Program
from our_engine.types import Array, Shape

from .bracketing import Bracketing, Factor, optimal_bracketing
from .graph import LinearGraph
from .held import costs, held_matrix
from .stacks import Stack, pulled, pushed

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

    @functools.cached_property
    def _costs(self) -> tuple[int, bool]:
        """The multiplications of one sweep, and whether a single map holds the matrix."""
        found = [costs(J, self.graph.shapes[i]) for k in self.nodes for i, J in self.graph.edges[k]]
        single = len(found) == 1 == len(self.sources) and self.sinks == self.nodes
        return sum(count for count, _ in found), single and found[0][1]

    def factor(self) -> Factor:
        """What it costs to sweep this part, and to form its matrix."""
        once, held = self._costs
        return Factor(0 if held else min(self.columns, self.rows) * once, once, once)

    def matrix(self) -> Array:
        """The matrix, shape (rows, columns), formed the cheapest way."""
        if self._costs[1]:
            ((_, J),) = self.graph.edges[self.nodes[0]]
            return held_matrix(J, self.in_shapes[0])
        if self.columns <= self.rows:
            return self.push(np.eye(self.columns))
        return self.pull(np.eye(self.rows))

    def push(self, V: Array) -> Array:
        """This part applied to the columns of V, shape (columns, c); gives (rows, c)."""
        dots: dict[int, Stack] = {}
        start, count = 0, V.shape[1]
        for source, shape in zip(self.sources, self.in_shapes, strict=True):
            size = math.prod(shape)
            dots[source] = V[start : start + size].T.reshape(count, *shape)
            start += size
        for k in self.nodes:
            total: Stack = dots.get(k)
            for i, J in self.graph.edges[k]:
                total = plus(total, pushed(J, dots.get(i), count))
            dots[k] = total
        found = [None if k is None else dots.get(k) for k in self.sinks]
        return _joined(found, self.out_shapes, count).T

    def pull(self, U: Array) -> Array:
        """The transpose applied to the rows of U, shape (c, rows); gives (c, columns)."""
        bars: dict[int, Stack] = {}
        start, count = 0, len(U)
        for sink, shape in zip(self.sinks, self.out_shapes, strict=True):
            size = math.prod(shape)
            if sink is not None:
                block = U[:, start : start + size].reshape(count, *shape)
                bars[sink] = plus(bars.get(sink), block)
            start += size
        for k in reversed(self.nodes):
            bar = bars.pop(k, None)
            for i, J in self.graph.edges[k]:
                bars[i] = plus(bars.get(i), pulled(J, bar, count))
        return _joined([bars.get(k) for k in self.sources], self.in_shapes, count)


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
        """The Jacobian, shape (n_t, n_0), multiplied as the bracketing says, in fresh memory."""
        with np.errstate(all="ignore"):
            product = self._product(bracketing)
        # Of one map it may be the very matrix that the map holds, or a view of it.
        return product if product.base is None and bracketing.way == "multiply" else product.copy()

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


def _joined(stacks: list[Stack], shapes: tuple[Shape, ...], count: int) -> Array:
    """The stacks side by side, as an array of shape (c, all their numbers)."""
    parts = [
        np.zeros((count, math.prod(shape)))
        if b is None
        else np.reshape(plain(b), (count, math.prod(shape)))
        for b, shape in zip(stacks, shapes, strict=True)
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
