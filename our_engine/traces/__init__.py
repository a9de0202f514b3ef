"""Evaluation traces as the lecture writes them, of any function written for NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from our_engine.types import Array, Tree

    from .view import Trace


def trace(
    fun: Callable[..., Tree],
    *args: Tree,
    mode: str = "both",
    names: Sequence[str] | None = None,
    constants: Mapping[str, Array] | None = None,
    seeds: Any = None,
) -> Trace:
    """The evaluation trace of `fun(*args)`: each intermediate, its local Jacobians, its sweeps.

    mode is "forward" (one sweep for each input), "reverse" (one for each output) or "both". With
    more than a few inputs or outputs one sweep is shown, along the first unit vector; `seeds`, a
    tuple of tangents of the arguments or the cotangent of the result, asks for another.

    `names` are those of the arguments, by default the function's parameters; intermediates are
    x_k from the next free k on. `constants` gives names to arrays that `fun` closes over. Equal
    expressions of the same operands are one row, as in the lecture.

    The result has text(), latex(), html(), svg(), and `rows` as data. Raises ValueError for an
    unknown mode and DifferentiationError where no derivative could be recorded.
    """
    # The engine is imported far more often than a trace is asked for.
    from .view import trace as view

    return view(fun, args, mode, names, constants or {}, seeds)


__all__ = ["trace"]
