"""Colourings: which columns of a sparse matrix can share a sweep.

Gebremedhin, Manne and Pothen, "What color is your Jacobian? Graph coloring for computing
derivatives", SIAM Review 47 (2005).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from our_engine.types import Array

from .pattern import Pattern


def column_colouring(pattern: Pattern) -> Array:
    """A colour for each column: two columns with an entry in one row differ.

    Greedy, in the order of the columns and in the smallest-last order, whichever takes fewer
    colours: never more than the width of a band, and never more than 1 + (the most columns that
    one column shares a row with).
    """
    transpose = pattern.T
    near = [
        np.unique(pattern.take(transpose.columns[start:stop]).columns)
        for start, stop in pairwise(transpose.starts)
    ]
    return _better(_greedy(near, range(len(near))), _greedy(near, _smallest_last(near)))


def _greedy(near: list[Array], order: Iterable[int]) -> Array:
    colour = np.full(len(near), -1)
    for j in order:
        colour[j] = _free(colour[near[j]])
    return colour


def _smallest_last(near: list[Array]) -> list[int]:
    """Matula and Beck's order: the last has the fewest neighbours, the one before it the fewest
    among those that are left, and so on.
    """
    degree = [len(n) for n in near]
    queue = [(d, j) for j, d in enumerate(degree)]
    heapq.heapify(queue)
    placed = [False] * len(near)
    order = []
    while queue:
        d, j = heapq.heappop(queue)
        if placed[j] or d != degree[j]:
            continue  # an entry from before a neighbour was placed
        placed[j] = True
        order.append(j)
        for i in near[j].tolist():
            if not placed[i]:
                degree[i] -= 1
                heapq.heappush(queue, (degree[i], i))
    return order[::-1]


def star_colouring(pattern: Pattern) -> Array:
    """A colour for each vertex of a symmetric pattern's graph; see `recover_symmetric`.

    Neighbours differ, and every path of four vertices has three colours at least: then each entry
    of the matrix stands alone in one of its two columns' colours.
    """
    neighbours = [
        row[row != i] for i, row in enumerate(np.split(pattern.columns, pattern.starts[1:-1]))
    ]
    fullest = np.argsort(-pattern.counts, kind="stable").tolist()
    return _better(_star(neighbours, range(pattern.height)), _star(neighbours, fullest))


def _star(neighbours: list[Array], order: Iterable[int]) -> Array:
    """Algorithm 4.1 of the paper: what would make a path of two colours is forbidden."""
    colour = np.full(len(neighbours), -1)
    for v in order:
        forbidden = set()
        for w in neighbours[v]:
            if colour[w] < 0:
                # Both sides of a vertex that has no colour yet differ, so that any will do there.
                forbidden.update(colour[neighbours[w]].tolist())
                continue
            forbidden.add(int(colour[w]))
            for x in neighbours[w]:
                # The path v - w - x - y with y coloured as w may not have v coloured as x.
                if colour[x] >= 0 and np.count_nonzero(colour[neighbours[x]] == colour[w]) > 1:
                    forbidden.add(int(colour[x]))
        colour[v] = _free(np.array(sorted(forbidden), dtype=int))
    return colour


def _free(taken: Array) -> int:
    """The least colour that is not taken."""
    used = np.zeros(len(taken) + 1, bool)
    used[taken[(taken >= 0) & (taken <= len(taken))]] = True
    return int(np.argmin(used))


def _better(a: Array, b: Array) -> Array:
    return a if colours(a) <= colours(b) else b


def colours(colouring: Array) -> int:
    """How many colours there are."""
    return int(colouring.max(initial=-1)) + 1
