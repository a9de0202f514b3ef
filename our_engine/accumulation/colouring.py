"""Colourings: which columns of a sparse matrix can share a sweep.

Gebremedhin, Manne and Pothen, "What color is your Jacobian? Graph coloring for computing
derivatives", SIAM Review 47 (2005).
"""

from __future__ import annotations

import functools
import heapq
import itertools
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from our_engine.types import Array

from .pattern import Pattern

REMEMBERED = 8
"""Patterns whose colourings are kept: Newton's method asks for the same one at every step."""


@functools.lru_cache(maxsize=REMEMBERED)
def column_colouring(pattern: Pattern) -> Array:
    """A colour for each column: two columns with an entry in one row differ.

    Greedy, in the order of the columns and, where that is more than the fullest row needs, in the
    smallest-last order: never more than the width of a band, and never more than 1 + (the most
    columns that one column shares a row with).
    """
    transpose = pattern.T
    near = _split(pattern.after(transpose.rows, transpose.columns, pattern.width))
    first = _greedy(near, range(len(near)))
    if colours(first) == fullest_row(pattern):
        return first
    return _better(first, _greedy(near, _smallest_last(near)))


def fullest_row(pattern: Pattern) -> int:
    """The most entries in one row: no colouring of the columns has fewer colours."""
    return int(pattern.counts.max(initial=0))


def _split(pattern: Pattern) -> list[list[int]]:
    columns = pattern.columns.tolist()
    return [columns[start:stop] for start, stop in pairwise(pattern.starts.tolist())]


def _greedy(near: list[list[int]], order: Iterable[int]) -> Array:
    colour = [-1] * len(near)
    for j in order:
        colour[j] = _free({colour[i] for i in near[j]})
    return _frozen(colour)


def _smallest_last(near: list[list[int]]) -> list[int]:
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
        for i in near[j]:
            if not placed[i]:
                degree[i] -= 1
                heapq.heappush(queue, (degree[i], i))
    return order[::-1]


@functools.lru_cache(maxsize=REMEMBERED)
def star_colouring(pattern: Pattern) -> Array:
    """A colour for each vertex of a symmetric pattern's graph.

    Neighbours differ, and every path of four vertices has three colours at least. Then each entry
    (i, j) of the matrix stands alone in row i among the columns of j's colour, or else in row j
    among those of i's.
    """
    near = [[j for j in row if j != i] for i, row in enumerate(_split(pattern))]
    fullest = np.argsort(-pattern.counts, kind="stable").tolist()
    return _better(_star(near, range(len(near))), _star(near, fullest))


def _star(near: list[list[int]], order: Iterable[int]) -> Array:
    """Algorithm 4.1 of the paper: what would make a path of two colours is forbidden."""
    colour = [-1] * len(near)
    for v in order:
        forbidden: set[int] = set()
        for w in near[v]:
            if colour[w] < 0:
                # Both sides of a vertex that has no colour yet differ, so that any will do there.
                forbidden.update(colour[x] for x in near[w])
                continue
            forbidden.add(colour[w])
            for x in near[w]:
                # The path v - w - x - y with y coloured as w may not have v coloured as x.
                c = colour[x]
                if c not in forbidden and any(colour[y] == colour[w] and y != w for y in near[x]):
                    forbidden.add(c)
        colour[v] = _free(forbidden)
    return _frozen(colour)


def _frozen(colour: list[int]) -> Array:
    found = np.array(colour, dtype=int)
    found.flags.writeable = False
    return found


def _free(taken: set[int]) -> int:
    """The least colour that is not taken."""
    return next(c for c in itertools.count() if c not in taken)


def _better(a: Array, b: Array) -> Array:
    return a if colours(a) <= colours(b) else b


def colours(colouring: Array) -> int:
    """How many colours there are."""
    return int(colouring.max(initial=-1)) + 1
