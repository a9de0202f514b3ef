"""How entries say their points: generic ones drawn at random, and edges by their values."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.contract import PointKind
from harness.problems.catalogue.entry import At, Depth, Shape

__all__ = [
    "Draw",
    "at",
    "broadcast",
    "drawn",
    "edge",
    "edges",
    "empty",
    "generic",
    "integers",
    "label",
    "uniform",
]

Draw = Callable[["np.random.Generator", Shape], np.ndarray]
"""Draws one argument of a shape; everything that it gives is exact in float32."""

_GRID = 2.0**-12

_TAIL = (20.0, 40.0)
"""Edges of this size are asked in float32 too: further out, little is left in its range."""

_SHAPES: dict[int, tuple[tuple[Shape, ...], ...]] = {
    1: (((3,),), ((2, 2),), ((),)),
    2: (((3,), (3,)), ((3,), (2, 3)), ((), (3,)), ((2, 1), (1, 3))),
    3: (((3,), (3,), (3,)), ((2, 1), (3,), ()), ((2, 3), (), (2, 1))),
}
"""The shapes of generic points of elementwise functions, by the number of arguments."""


def uniform(low: float, high: float) -> Draw:
    """Between ``low`` and ``high``, on a grid of at most 2^-12 that float32 holds exactly.

    The grid is finer than the interval by a factor of 64 at least.
    """
    grid = min(_GRID, 2.0 ** np.floor(np.log2((high - low) / 64)))

    def draw(rng: np.random.Generator, shape: Shape) -> np.ndarray:
        steps = rng.integers(int(np.ceil(low / grid)), int(np.floor(high / grid)) + 1, size=shape)
        return np.asarray(steps * grid)

    return draw


def integers(*values: int) -> Draw:
    """The integers ``values``, whatever the generator: an argument that is not differentiated."""

    def draw(_rng: np.random.Generator, shape: Shape) -> np.ndarray:
        return np.array(values, dtype=np.int64).reshape(shape)

    return draw


def drawn(name: str, *arguments: tuple[Draw, Shape], **facts: Any) -> At:
    """A point whose arguments are drawn, each by its own rule; ``facts`` are At's fields."""
    build = functools.partial(_drawn, arguments)
    return At(name, tuple(shape for _, shape in arguments), build, **facts)


def _drawn(
    arguments: tuple[tuple[Draw, Shape], ...], rng: np.random.Generator
) -> tuple[np.ndarray, ...]:
    return tuple(draw(rng, shape) for draw, shape in arguments)


def generic(*arguments: tuple[Draw, Shape], count: int = 3, **facts: Any) -> tuple[At, ...]:
    """``generic-0``, ``generic-1``, …: the first in float32 too."""
    return tuple(
        drawn(f"generic-{i}", *arguments, both=i == 0, depth=_depth(i), **facts)
        for i in range(count)
    )


def _depth(number: int) -> Depth:
    return Depth.AGAIN if number else Depth.WHOLE


def edge(
    name: str,
    *values: Any,
    kind: PointKind = PointKind.SMOOTH,
    max_order: int = 3,
    both: bool = False,
) -> At:
    """One point given by its values, an array or nested lists for each argument.

    Lists of Python integers are floats here; an integer argument is given as an integer array.
    """
    # Made when they are asked for: most commands load the catalogue and build few of its points.
    build = functools.partial(_given, values)
    return At(name, tuple(map(_shape, values)), build, kind, max_order, both, Depth.EDGE)


def _given(values: tuple[Any, ...], _rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    return tuple(
        value.copy() if isinstance(value, np.ndarray) else np.array(value, dtype=np.float64)
        for value in values
    )


def _shape(value: Any) -> Shape:
    """Of an array, of a number, or of lists that are all as long as the first one."""
    if isinstance(value, list):
        return (len(value), *_shape(value[0])) if value else (0,)
    return value.shape if isinstance(value, np.ndarray) else ()


def edges(
    named: Sequence[tuple[str, float]],
    *,
    kind: PointKind = PointKind.SMOOTH,
    max_order: int = 3,
    both: bool = False,
) -> tuple[At, ...]:
    """Points of one argument with one element, by name and value."""
    return tuple(
        edge(name, [value], kind=kind, max_order=max_order, both=both) for name, value in named
    )


def at(
    *values: float | tuple[float, ...],
    kind: PointKind = PointKind.SMOOTH,
    max_order: int = 3,
) -> tuple[At, ...]:
    """Points of arguments with one element each, named by their values: ``1e-300``, ``0,-1``.

    A number is a point of one argument, a tuple one of several. Zeros, kinks, infinite derivatives
    and what lies in the tails, between 20 and 40, are asked in float32 too, where it holds the
    values exactly: there it is plausible that a library errs in one dtype alone. At infinity a
    derivative is a limit, and only the first is asked for.
    """
    return tuple(
        edge(
            label(*numbers),
            *([number] for number in numbers),
            kind=kind,
            max_order=min(max_order, 1) if math.inf in map(abs, numbers) else max_order,
            both=_tells_in_float32(numbers, kind),
        )
        for numbers in (v if isinstance(v, tuple) else (v,) for v in values)
    )


def _tells_in_float32(numbers: tuple[float, ...], kind: PointKind) -> bool:
    largest = max(map(abs, numbers))
    if kind is PointKind.OUTSIDE or not largest <= _TAIL[1]:
        return False
    tells = kind is not PointKind.SMOOTH or largest >= _TAIL[0] or 0.0 in numbers
    return tells and all(float(np.float32(x)) == x for x in numbers)


def label(*numbers: float) -> str:
    """``numbers`` as a person writes them, between commas: ``1e-300``, ``-0``, ``0.5,inf``."""
    return ",".join(map(_written, numbers))


def _written(number: float) -> str:
    short = f"{number:g}"
    text = short if float(short) == number else repr(number)
    digits, e, exponent = text.partition("e")
    return f"{digits.removesuffix('.0')}e{int(exponent)}" if e else digits.removesuffix(".0")


def broadcast(*draws: Draw, count: int | None = None, **facts: Any) -> tuple[At, ...]:
    """Generic points of an elementwise function of one to three arguments.

    ``generic-0`` has arguments of three elements each and is asked in float32 too; the others
    have two and no dimensions, and where there are several arguments they are broadcast: a row to
    a matrix, a scalar to a row, a column and a row to each other.
    """
    return tuple(
        drawn(
            f"generic-{i}",
            *zip(draws, shapes, strict=True),
            both=i == 0,
            depth=_depth(i),
            **facts,
        )
        for i, shapes in enumerate(_SHAPES[len(draws)][:count])
    )


def empty(*draws: Draw, **facts: Any) -> At:
    """No elements at all; of several arguments, one of one element is broadcast to none."""
    shapes: list[Shape] = [(0,), *((1,) for _ in draws[1:])]
    return drawn("empty", *zip(draws, shapes, strict=True), **facts)
