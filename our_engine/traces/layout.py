"""A layered drawing of a graph without cycles: where the nodes lie and where the edges pass.

Sugiyama's three steps: nodes into layers by their longest path from the inputs; an order within
each layer by barycentres, which leaves few crossings; then heights near those of the neighbours.
An edge that spans layers gets a waypoint in each, so that it passes between nodes, not over them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

Edge = tuple[int, int]
SWEEPS = 12


@dataclass(frozen=True)
class Layout:
    """`column` and `height` of each node; `paths`, the (column, height) that each edge passes.

    Heights are from 0 to `bottom`.
    """

    column: list[int]
    height: list[float]
    bottom: float
    paths: dict[Edge, list[tuple[int, float]]]


def layered(count: int, edges: Sequence[Edge], apart: float) -> Layout:
    """Lay out `count` nodes in topological order, at least `apart` from each other in a layer."""
    column = [0] * count
    for a, b in sorted(edges, key=lambda edge: edge[1]):
        column[b] = max(column[b], column[a] + 1)
    layers: list[list[int]] = [[] for _ in range(max(column, default=-1) + 1)]
    for node in range(count):
        layers[column[node]].append(node)
    chains, links = _with_waypoints(count, edges, column, layers)
    above, below = _neighbours(links)
    _order(layers, links, above, below)
    height = _heights(layers, above, below, apart)
    where = {n: i for i, layer in enumerate(layers) for n in layer}
    paths = {edge: [(where[n], height[n]) for n in chain] for edge, chain in chains.items()}
    bottom = max(height.values(), default=0.0)
    return Layout(column, [height[n] for n in range(count)], bottom, paths)


def _with_waypoints(
    count: int, edges: Sequence[Edge], column: list[int], layers: list[list[int]]
) -> tuple[dict[Edge, list[int]], list[Edge]]:
    """Each edge as a chain of nodes and waypoints, and all its links from layer to layer."""
    chains: dict[Edge, list[int]] = {}
    links: list[Edge] = []
    fresh = count
    for a, b in edges:
        chain = [a]
        for layer in range(column[a] + 1, column[b]):
            layers[layer].append(fresh)
            chain.append(fresh)
            fresh += 1
        chain.append(b)
        chains[a, b] = chain
        links += itertools.pairwise(chain)
    return chains, links


def _neighbours(links: Sequence[Edge]) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for a, b in links:
        below.setdefault(a, []).append(b)
        above.setdefault(b, []).append(a)
    return above, below


def _order(
    layers: list[list[int]],
    links: Sequence[Edge],
    above: dict[int, list[int]],
    below: dict[int, list[int]],
) -> None:
    """Sort each layer by the barycentres of its neighbours, to and fro; keep the best."""
    best = [list(layer) for layer in layers]
    fewest = _crossings(layers, links)
    for sweep in range(SWEEPS):
        forward = sweep % 2 == 0
        neighbours = above if forward else below
        order = range(1, len(layers)) if forward else range(len(layers) - 2, -1, -1)
        for i in order:
            fixed = layers[i - 1] if forward else layers[i + 1]
            place = {n: float(p) for p, n in enumerate(fixed)}
            own = {n: float(p) for p, n in enumerate(layers[i])}
            layers[i].sort(key=lambda n: _mean([place[m] for m in neighbours.get(n, [])], own[n]))
        crossings = _crossings(layers, links)
        if crossings < fewest:
            fewest, best = crossings, [list(layer) for layer in layers]
    layers[:] = best


def _crossings(layers: list[list[int]], links: Sequence[Edge]) -> int:
    place = {n: (i, p) for i, layer in enumerate(layers) for p, n in enumerate(layer)}
    by_layer: dict[int, list[tuple[int, int]]] = {}
    for a, b in links:
        by_layer.setdefault(place[a][0], []).append((place[a][1], place[b][1]))
    return sum(
        (a - c) * (b - d) < 0
        for pairs in by_layer.values()
        for i, (a, b) in enumerate(pairs)
        for c, d in pairs[:i]
    )


def _heights(
    layers: list[list[int]],
    above: dict[int, list[int]],
    below: dict[int, list[int]],
    apart: float,
) -> dict[int, float]:
    """Near the mean of the neighbours, in the order of the layer, never nearer than `apart`."""
    height = {n: p * apart for layer in layers for p, n in enumerate(layer)}
    for sweep in range(SWEEPS):
        neighbours = above if sweep % 2 else below
        for layer in layers if sweep % 2 else reversed(layers):
            wish = [_mean([height[m] for m in neighbours.get(n, [])], height[n]) for n in layer]
            down, up = list(wish), list(wish)
            for i in range(1, len(layer)):
                down[i] = max(wish[i], down[i - 1] + apart)
            for i in range(len(layer) - 2, -1, -1):
                up[i] = min(wish[i], up[i + 1] - apart)
            for n, a, b in zip(layer, down, up, strict=True):
                height[n] = (a + b) / 2
    lowest = min(height.values(), default=0.0)
    return {n: h - lowest for n, h in height.items()}


def _mean(values: list[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
