"""Forward accumulation: x_dot_k = sum over parents l of J_kl x_dot_l, from the inputs up."""

from __future__ import annotations

from typing import Any

from .linear_maps import LinearMap
from .primitives import Deferred
from .tape import Tape
from .types import Array


def push_forward(tape: Tape, seeds: list[Array], keep: bool = True) -> list[Array]:
    """The tangents of all nodes, None where zero, for the tangents `seeds` of the inputs.

    With `keep` the maps that had to be built stay on the tape for the next sweep.
    """
    dots: list[Any] = [None] * len(tape)
    dots[: len(seeds)] = seeds
    for k in range(len(seeds), len(tape)):
        entry = tape[k]
        total = None
        for position in range(0, len(entry), 2):
            x_dot = dots[entry[position]]
            if x_dot is None:
                continue
            J = entry[position + 1]
            if isinstance(J, Deferred):
                J = J.force()
                if keep:
                    tape[k] = entry = (*entry[: position + 1], J, *entry[position + 2 :])
            term = J.apply(x_dot) if isinstance(J, LinearMap) else J * x_dot
            if term is None:
                continue
            if total is None:
                total = term
            elif type(total) is tuple:
                total = tuple(
                    b if a is None else a if b is None else a + b
                    for a, b in zip(total, term, strict=True)
                )
            else:
                total = total + term
        dots[k] = total
    return dots
