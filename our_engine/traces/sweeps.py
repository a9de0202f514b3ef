"""The numbers of a trace's sweeps: tangents forward, cotangents in reverse."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from our_engine.forward import push_forward
from our_engine.linear_maps import ONE
from our_engine.reverse import pull_back
from our_engine.tape import Tape
from our_engine.types import Array

from .rows import Recorded


@dataclass(frozen=True)
class Sweep:
    """One pass over the rows: `seeds` are (row, tangent or cotangent), `values` one for each row.

    `place` is the row and the element that a unit seed is at; None for a seed of one's own.
    """

    seeds: tuple[tuple[int, Any], ...]
    values: tuple[Any, ...]
    place: tuple[int, tuple[int, ...]] | None


def forward_sweeps(recorded: Recorded, limit: int) -> list[Sweep]:
    """The first `limit` of the sweeps with unit seeds, one for each element of the inputs."""
    places = _places([(k, recorded.rows[k].value) for k in range(recorded.inputs)])
    return [
        forward_sweep(recorded, [(place[0], _unit(recorded, place))], place)
        for place, _ in zip(places, range(limit), strict=False)
    ]


def reverse_sweeps(recorded: Recorded, limit: int) -> list[Sweep]:
    """The first `limit` of the sweeps with unit seeds, one for each element of the outputs."""
    places = _places([(k, y) for k, y in recorded.outputs if k is not None])
    return [
        reverse_sweep(recorded, [(place[0], _unit(recorded, place))], place)
        for place, _ in zip(places, range(limit), strict=False)
    ]


def forward_sweep(recorded: Recorded, seeds: Sequence[tuple[int, Any]], place: Any = None) -> Sweep:
    """The tangents of all rows for those of the inputs; zeros where they do not depend on them."""
    tape = Tape()
    for row in recorded.rows:
        tape.append(tuple(x for J in row.local_jacobians for m in J.maps for x in (J.parent, m)))
    given = dict(seeds)
    start = [given.get(k) for k in range(recorded.inputs)]
    with np.errstate(all="ignore"):
        dots = push_forward(tape, start, keep=False)
    return Sweep(tuple(seeds), _filled(recorded, dots), place)


def reverse_sweep(recorded: Recorded, seeds: Sequence[tuple[int, Any]], place: Any = None) -> Sweep:
    """The cotangents of all rows for those of the outputs.

    x̄_k is the derivative by a perturbation p_k that is added to x_k. The sweep is run over a tape
    with these perturbations as its inputs.
    """
    n = len(recorded.rows)
    tape = Tape()
    tape.extend(() for _ in range(n))
    for k, row in enumerate(recorded.rows):
        parents = tuple(x for J in row.local_jacobians for m in J.maps for x in (n + J.parent, m))
        tape.append((*parents, k, ONE))
    with np.errstate(all="ignore"):
        bars = pull_back(tape, [(n + k, y_bar) for k, y_bar in seeds], n, release=False)
    return Sweep(tuple(seeds), _filled(recorded, bars), place)


def count(values: Sequence[Any]) -> int:
    """How many numbers there are in all."""
    return sum(math.prod(np.shape(v)) for v in values)


def _places(ends: list[tuple[int, Any]]) -> Iterator[tuple[int, tuple[int, ...]]]:
    for k, value in ends:
        for place in np.ndindex(*np.shape(value)):
            yield k, place


def _unit(recorded: Recorded, place: tuple[int, tuple[int, ...]]) -> Any:
    k, element = place
    x = recorded.rows[k].value
    if not np.shape(x):
        return x.dtype.type(1)
    seed = np.zeros_like(x)
    seed[element] = 1
    return seed


def _filled(recorded: Recorded, derivatives: Sequence[Any]) -> tuple[Array, ...]:
    pairs = zip(recorded.rows, derivatives, strict=True)
    return tuple(_nonzero(row.value, d) for row, d in pairs)


def _nonzero(value: Any, derivative: Any) -> Any:
    """The derivative with zeros of the value's shape where it is None."""
    if isinstance(value, tuple):
        parts = derivative if isinstance(derivative, tuple) else (None,) * len(value)
        return tuple(_nonzero(v, d) for v, d in zip(value, parts, strict=True))
    return np.zeros(np.shape(value))[()] if derivative is None else derivative
