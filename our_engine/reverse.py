"""Reverse accumulation: x_bar_k = sum over children m of J_mk^T x_bar_m, from the last node down.

Who owns memory. The cotangent of a node is released when the node is done, so that a chain needs
no more than one at a time. One that was computed for this sweep alone is *owned*: further terms
are added into it, and a factor is multiplied into it, in place. One that came through a map that
shares memory (an identity, a reshape) is owned only if that memory is, and by nobody else; else
it is replaced by the sum when a second term comes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .linear_maps import LinearMap, Masked
from .linear_maps.masked import plus
from .linear_maps.shaping import spread
from .primitives import Deferred
from .stacking import Entries
from .types import Array, Cotangent

_ARRAY = np.ndarray
_DOUBLE = np.float64


def pull_back(tape: Entries, seeds: list[tuple[int, Cotangent]], inputs: int, release: bool) -> Any:
    """The cotangents of the first `inputs` nodes, None where zero; all memory is the caller's.

    `seeds` are (node, cotangent). With `release` the tape is consumed as the sweep goes down, and
    the memory of its maps with it; without, maps are kept for the next sweep.
    """
    bars: list[Cotangent] = [None] * len(tape)
    owned = bytearray(len(tape))
    for k, y_bar in seeds:
        if bars[k] is None:
            bars[k] = y_bar
        else:
            _accumulate(bars, owned, k, y_bar)
    deferred = Deferred.kinds
    next_bar = bars.pop
    next_entry = tape.pop if release else reversed(tape).__next__
    for k in range(len(tape) - 1, inputs - 1, -1):
        y_bar = next_bar()
        entry = next_entry()
        if y_bar is None:
            continue
        count = len(entry)
        kind = type(y_bar)
        if kind is _DOUBLE:
            y_bar = float(y_bar)
            kind = float
        if kind is float:
            if count == 2:
                i, J = entry
                if type(J) is float:
                    old = bars[i]
                    if old is None:
                        bars[i] = J * y_bar
                        continue
                    if type(old) is float:
                        bars[i] = old + J * y_bar
                        continue
            elif count == 4:
                i, J, m, K = entry
                if type(J) is float and type(K) is float:
                    old = bars[i]
                    bars[i] = J * y_bar if old is None else old + J * y_bar
                    old = bars[m]
                    bars[m] = K * y_bar if old is None else old + K * y_bar
                    continue
            alone = 1  # a number has no memory to share
        else:
            alone = owned[k]
        steps = iter(entry)
        for i in steps:
            J = next(steps)
            count -= 2
            if type(J) in deferred:
                J = J.force()
                if not release:
                    tape[k] = _replaced(tape[k], -count - 1, J)
            # The last parent may take over the memory.
            mine = alone and not count
            if type(J) is not _ARRAY and isinstance(J, LinearMap):
                if kind is Masked and not J.takes_masked:
                    x_bar = J.pull(y_bar.value)
                else:
                    x_bar = J.pull(y_bar)
                if J.fresh:
                    mine = True
                else:
                    alone = 0
                if x_bar is None:
                    continue
            elif kind is Masked:
                x_bar = y_bar.scaled(J)
                mine = True
            elif mine and kind is _ARRAY and _fits(J, y_bar):
                y_bar *= J
                x_bar = y_bar
            else:
                x_bar = _scaled(J, y_bar) if kind is _ARRAY else J * y_bar
                mine = True
            if bars[i] is None:
                bars[i] = x_bar
                owned[i] = mine
            else:
                _accumulate(bars, owned, i, x_bar)
        # The memory of a map goes before the next one is built.
        J = None
    return [_released(bars[k], owned[k]) for k in range(inputs)]


def _replaced(entry: tuple[Any, ...], position: int, J: Any) -> tuple[Any, ...]:
    """The entry with J at `position`, counted from its end."""
    new = list(entry)
    new[position] = J
    return tuple(new)


def _scaled(J: Any, y_bar: Array) -> Array:
    """J times y_bar, which is one number in every place if it comes from a sum."""
    if y_bar.ndim and not any(y_bar.strides) and y_bar.size:
        u = y_bar[(0,) * y_bar.ndim]
        if type(J) is float:
            return spread(J * u, y_bar.shape)
        if type(J) is _ARRAY and J.shape == y_bar.shape:
            return J * u
    return J * y_bar


def _fits(J: Any, y_bar: Any) -> bool:
    """Whether y_bar can be multiplied by J in place: a broadcast is not writeable."""
    if not y_bar.flags.writeable:
        return False
    return type(J) is float or (
        type(J) is np.ndarray
        and J.dtype == y_bar.dtype
        and y_bar.shape[y_bar.ndim - J.ndim :] == J.shape
    )


def _accumulate(bars: list[Cotangent], owned: bytearray, i: int, x_bar: Any) -> None:
    """Add a further term to the cotangent of node i."""
    old = bars[i]
    if type(old) is tuple:
        bars[i] = tuple(map(plus, old, x_bar))
        owned[i] = False
    elif type(old) is Masked or type(x_bar) is Masked:
        bars[i] = plus(old, x_bar)
        owned[i] = True
    elif (
        owned[i]
        and type(old) is np.ndarray
        and type(x_bar) is np.ndarray
        and old.dtype == x_bar.dtype
        and old.shape == x_bar.shape
        and old.flags.writeable
    ):
        np.add(old, x_bar, out=old)
    else:
        total = old + x_bar
        bars[i] = float(total) if type(total) is np.float64 else total
        owned[i] = True


def _released(x_bar: Any, owned: int) -> Any:
    if type(x_bar) is Masked:
        x_bar = x_bar.value
    if type(x_bar) is np.ndarray and not (owned and x_bar.flags.writeable):
        return x_bar.copy()
    return x_bar
