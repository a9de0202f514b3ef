"""An entry of the catalogue: one function, the ways of calling it, and the points that matter."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from harness.contract import Array, Operator, Point, PointKind, Problem, Size, Written

__all__ = ["CATALOGUE", "OPERATORS", "THIRD", "At", "Depth", "Entry", "Kind", "Variant"]

CATALOGUE = "catalogue"
"""The suite that all of the catalogue's problems belong to."""

OPERATORS: frozenset[Operator] = frozenset(
    {
        Operator.VALUE,
        Operator.JVP,
        Operator.JVP_BATCHED,
        Operator.VJP,
        Operator.VJP_BATCHED,
        Operator.GRADIENT,
        Operator.JACOBIAN_FORWARD,
        Operator.JACOBIAN_REVERSE,
        Operator.HVP_FORWARD_OVER_REVERSE,
        Operator.HVP_REVERSE_OVER_FORWARD,
        Operator.HVP_REVERSE_OVER_REVERSE,
        Operator.HVP_FORWARD_OVER_FORWARD,
        Operator.HESSIAN_FORWARD_OVER_REVERSE,
        Operator.HESSIAN_REVERSE_OVER_FORWARD,
        Operator.HESSIAN_REVERSE_OVER_REVERSE,
        Operator.HESSIAN_FORWARD_OVER_FORWARD,
    }
)
"""What every entry is asked, up to the order that its points allow. The blocks of a Hessian that
belong to two arguments are the mixed partial derivatives."""

THIRD: frozenset[Operator] = frozenset(
    {Operator.THIRD, Operator.THIRD_FORWARD, Operator.THIRD_REVERSE}
)
"""What functions of scalars are asked beside that."""


class Depth(StrEnum):
    """How much is asked at a point of a catalogue that is asked tens of thousands of things.

    An operator's own way to a result (Jacobians, batches, Hessians) is tried once for each call, in
    float64; elsewhere a Hessian says no more than its products with random directions do, by the
    same nesting. What is asked everywhere: the value, jvp, vjp, gradient, the four nestings of the
    hvp, and the third derivative by either mode.
    """

    WHOLE = "whole"
    AGAIN = "again"
    EDGE = "edge"

    def omitted(self) -> frozenset[tuple[str, Operator]]:
        """What is not asked, by dtype."""
        return _OMITTED[self]


_HESSIANS = frozenset(o for o in OPERATORS if o.base is Operator.HESSIAN)
_BATCHED = frozenset(o for o in OPERATORS if o.batched)
_JACOBIANS = frozenset(o for o in OPERATORS if o.base is Operator.JACOBIAN)


def _pairs(double: frozenset[Operator], single: frozenset[Operator]) -> frozenset[Any]:
    return frozenset(("float64", o) for o in double) | frozenset(("float32", o) for o in single)


_OMITTED: dict[Depth, frozenset[tuple[str, Operator]]] = {
    Depth.WHOLE: _pairs(frozenset(), _HESSIANS | _BATCHED),
    Depth.AGAIN: _pairs(_HESSIANS, _HESSIANS | _BATCHED),
    Depth.EDGE: _pairs(*[_HESSIANS | _BATCHED | _JACOBIANS | {Operator.THIRD}] * 2),
}


class Kind(StrEnum):
    """What a function is to differential calculus."""

    SMOOTH = "smooth"
    KINK = "kink"
    STEP = "step"


Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class At:
    """A point of a variant: ``build(rng)`` gives all arguments, float64 unless they are integers.

    ``shapes`` are those of the arguments; points of the same shapes make one size. ``both``
    asks the point in float32 too, where its values must then mean the same. ``depth`` says how
    much is asked.
    """

    name: str
    shapes: tuple[Shape, ...]
    build: Callable[[np.random.Generator], tuple[np.ndarray, ...]]
    kind: PointKind = PointKind.SMOOTH
    max_order: int = 3
    both: bool = False
    depth: Depth = Depth.WHOLE


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of calling the function: ``fun(xp, *arguments)``, with its keywords written out.

    ``name`` is empty for the plain call. ``argnums`` are the differentiable arguments (None:
    all of them). ``uses`` are dotted names of ``xp`` (None: those in the function's text).
    """

    name: str
    fun: Callable[..., Array]
    points: tuple[At, ...]
    arguments: tuple[str, ...] = ("x",)
    argnums: tuple[int, ...] | None = None
    uses: tuple[str, ...] | None = None
    operations: int = 1
    third: bool = True


@dataclass(frozen=True, slots=True)
class Entry:
    """One function of the catalogue.

    ``name`` is ``group.function``; ``function`` is the dotted name in ``xp`` (``linalg.det``),
    empty for a composite. ``covers`` are further names of the standard that the variants call and
    so test. ``domain`` says for a person where the function is differentiable. ``third`` asks for
    third derivatives too.
    """

    name: str
    function: str
    kind: Kind
    domain: str
    variants: tuple[Variant, ...]
    covers: tuple[str, ...] = ()
    third: bool = False

    def problems(self) -> Iterator[Problem]:
        """A problem for each variant."""
        for variant in self.variants:
            third = self.third and variant.third
            sizes = _sizes(variant.points)
            yield Problem(
                name=f"{self.name}/{variant.name}" if variant.name else self.name,
                source=f"catalogue: {self.function or self.name}; {self.domain}",
                fun=variant.fun,
                arguments=variant.arguments,
                argnums=_argnums(variant),
                sizes=tuple(sizes.values()),
                points=tuple(_points(variant.points, sizes)),
                operators=OPERATORS | THIRD if third else OPERATORS,
                timed_operators=frozenset(),
                closed_forms={},
                operations=_constant(variant.operations),
                uses=self._uses(variant),
                suite=CATALOGUE,
            )

    def _uses(self, variant: Variant) -> tuple[str, ...]:
        if variant.uses is not None:
            return variant.uses
        if isinstance(variant.fun, Written):
            return variant.fun.names
        return (self.function,) if self.function else ()


def _argnums(variant: Variant) -> tuple[int, ...]:
    if variant.argnums is None:
        return tuple(range(len(variant.arguments)))
    return variant.argnums


def _sizes(points: Iterable[At]) -> dict[tuple[Shape, ...], Size]:
    """A size for each set of shapes, named by the number of scalars in it."""
    sizes: dict[tuple[Shape, ...], Size] = {}
    for at in points:
        if at.shapes not in sizes:
            scalars = sum(map(math.prod, at.shapes))
            alike = sum(size.dims["n"] == scalars for size in sizes.values())
            dims = {"n": scalars} | ({"shape": alike + 1} if alike else {})
            sizes[at.shapes] = Size(dims, max(1, scalars))
    return sizes


def _points(points: Iterable[At], sizes: Mapping[tuple[Shape, ...], Size]) -> Iterator[Point]:
    limits = {shapes: frozenset({size.name}) for shapes, size in sizes.items()}
    for at in points:
        yield Point(
            at.name,
            functools.partial(_built, at.build),
            at.kind,
            sizes=limits[at.shapes],
            max_order=at.max_order,
            dtypes=None if at.both else _FLOAT64,
            omitted=at.depth.omitted(),
        )


_FLOAT64 = frozenset({"float64"})


def _built(
    build: Callable[[np.random.Generator], tuple[np.ndarray, ...]],
    _dims: Mapping[str, int],
    rng: np.random.Generator,
) -> tuple[np.ndarray, ...]:
    return build(rng)


@functools.cache
def _constant(count: int) -> Callable[[Mapping[str, int]], int]:
    return lambda _dims: count


def problems_of(entries: Sequence[Entry]) -> Iterator[Problem]:
    """The problems of all ``entries``, in their order."""
    for entry in entries:
        yield from entry.problems()
