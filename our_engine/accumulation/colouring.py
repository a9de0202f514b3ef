"""Colourings: which columns of a sparse matrix can share a sweep.

Gebremedhin, Manne and Pothen, "What color is your Jacobian? Graph coloring for computing
derivatives", SIAM Review 47 (2005).
"""

from __future__ import annotations

import numpy as np

from our_engine.types import Array

from .pattern import Pattern


def column_colouring(pattern: Pattern) -> Array:
    """A colour for each column: two columns with an entry in one row differ.

    Greedy, in the order of the columns and, if that takes fewer colours, in the order of their
    counts of entries, the fullest first. Never more than 1 + (the most columns that one column
    shares a row with); for a band, its width.
    """
    transpose = pattern.T
    natural = _greedy(pattern, transpose, np.arange(pattern.width))
    fullest = _greedy(pattern, transpose, np.argsort(-transpose.counts, kind="stable"))
    return natural if colours(natural) <= colours(fullest) else fullest


def _greedy(pattern: Pattern, transpose: Pattern, order: Array) -> Array:
    colour = np.full(pattern.width, -1)
    for j in order:
        rows = transpose.columns[transpose.starts[j] : transpose.starts[j + 1]]
        shared = pattern.take(rows).columns
        colour[j] = _free(colour[shared])
    return colour


def star_colouring(pattern: Pattern) -> Array:
    """A colour for each vertex of a symmetric pattern's graph; see `recover_symmetric`.

    Neighbours differ, and every path of four vertices has three colours at least: then each entry
    of the matrix stands alone in one of its two columns' colours.
    """
    neighbours = [
        row[row != i] for i, row in enumerate(np.split(pattern.columns, pattern.starts[1:-1]))
    ]
    order = np.argsort(-pattern.counts, kind="stable")
    first = _star(neighbours, range(pattern.height))
    second = _star(neighbours, order)
    return first if colours(first) <= colours(second) else second


def _star(neighbours: list[Array], order: Array | range) -> Array:
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


def colours(colouring: Array) -> int:
    """How many colours there are."""
    return int(colouring.max(initial=-1)) + 1
