"""Rules of indexing, and of the sums that are its transpose."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import Gather
from our_engine.linear_maps.gathering import is_unique_index, scatter
from our_engine.primitives import rule
from our_engine.recording import raw
from our_engine.types import Array, Settings, Shape


def _getitem(x: Array, index: Any) -> Array:
    return x[index]


def _scatter_add(u: Array, shape: Shape, index: Any) -> Array:
    return scatter(u, shape, index, is_unique_index(index))


def _bind(x: Array, **settings: Any) -> tuple[tuple[Array], Settings]:
    """Arrays in an index are plain; a list in it is made an array, as NumPy would."""
    index = raw(settings["index"])
    if type(index) is list:
        index = np.asarray(index)
    elif type(index) is tuple:
        index = tuple(np.asarray(i) if type(i) is list else i for i in index)
    return (x,), {**settings, "index": index}


getitem = rule(
    _getitem, lambda _x, _y, index=None: Gather(_x.shape, index), bind=_bind, name="indexing"
)
scatter_add = rule(
    _scatter_add,
    lambda _u, _y, shape=None, index=None: Gather(shape, index).T,
    bind=_bind,
    name="scatter_add",
)
