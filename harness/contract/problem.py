"""Problem: one differentiable function, written once, with its sizes, points and closed forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from harness.contract.operators import Operator

__all__ = ["Array", "Descent", "Namespace", "Point", "PointKind", "Problem", "Size"]

Array = Any
"""A backend's own array: ``np.ndarray``, ``torch.Tensor``, ``jax.Array``, a tracer, …"""

Namespace = Any
"""A module or object with the names of the Python array API standard 2024.12."""


class PointKind(StrEnum):
    """What mathematics says of the derivative at a point; it decides what may be asked there."""

    SMOOTH = "smooth"
    KINK = "kink"  # one-sided derivatives exist and differ: any selection between them is accepted
    INFINITE = "infinite"  # on the boundary of the domain, the derivative diverges
    OUTSIDE = "outside"  # the function itself has no value there


@dataclass(frozen=True, slots=True)
class Size:
    """One size of a problem: dimensions by name, and ``scale``, the n of "cost grows as n^p"."""

    dims: Mapping[str, int]
    scale: int

    @property
    def name(self) -> str:
        """A stable, readable name such as ``batch=32,hidden=64``; ``scalar`` without dimensions."""
        return ",".join(f"{key}={n}" for key, n in self.dims.items()) or "scalar"


@dataclass(frozen=True, slots=True)
class Point:
    """Named arguments of a problem.

    ``build(dims, rng)`` returns all the problem's arguments as float64 arrays; ``rng`` is
    seeded from the problem, size and point, so the same point is the same numbers everywhere.
    ``sizes`` limits the point to some sizes by name (None: all). ``kind`` tells what to
    expect there; ``max_order`` is the highest order of derivative asked there (a function may have
    a first derivative and no second), ``dtypes`` limits the point to some dtypes by name (None: all
    of the problem's), ``omitted`` are pairs of a dtype and an operator that is not asked there,
    and ``timed`` marks the points whose cost is measured.
    """

    name: str
    build: Callable[[Mapping[str, int], np.random.Generator], tuple[np.ndarray, ...]]
    kind: PointKind = PointKind.SMOOTH
    sizes: frozenset[str] | None = None
    timed: bool = False
    max_order: int = 3
    dtypes: frozenset[str] | None = None
    omitted: frozenset[tuple[str, Operator]] = frozenset()

    def asks(self, operator: Operator, dtype: str) -> bool:
        """Whether ``operator`` is asked here in ``dtype``."""
        return (self.dtypes is None or dtype in self.dtypes) and (
            dtype,
            operator,
        ) not in self.omitted


@dataclass(frozen=True, slots=True)
class Descent:
    """Gradient descent of a problem: x ← x − learning_rate · ∇f(x), ``steps`` times.

    ``curve_bound`` is the largest relative distance of a loss curve from the reference;
    ``final_loss`` is the figure that the last loss must stay below.
    """

    steps: int
    learning_rate: float
    curve_bound: float
    final_loss: float


@dataclass(frozen=True, slots=True)
class Problem:
    """A differentiable function written once against the array API standard.

    ``fun(xp, *args)`` takes every argument as an array of the backend and returns one array.
    ``argnums`` are the positions that are differentiated; the others are constants.
    ``closed_forms[op](xp, *args, *seeds)`` returns the exact result as a tuple of arrays, in
    the layout that ``derivation.build`` documents, and is itself judged against rule-free
    truth. ``operations(dims)`` estimates the scalar operations in one value: it widens the
    tolerance by its square root. ``predicted_cost[op](dims)`` counts scalar multiplications,
    where the theory gives them. ``operator_sizes[op]`` limits an operator to some sizes by
    name, where its cost at the others is out of proportion (a Hessian grows as n^2);
    ``asks`` tells whether a combination belongs to the problem at all. ``uses`` names what the
    function takes from ``xp`` beyond the names that every backend has, such as ``linalg.det``: a
    backend whose library has no such name does not support the problem. ``suite`` is what the
    problem belongs to: ``lecture``, ``catalogue``, or a plug-in's own.
    """

    name: str
    source: str
    fun: Callable[..., Array]
    arguments: tuple[str, ...]
    argnums: tuple[int, ...]
    sizes: tuple[Size, ...]
    points: tuple[Point, ...]
    operators: frozenset[Operator]
    timed_operators: frozenset[Operator]
    closed_forms: Mapping[Operator, Callable[..., tuple[Array, ...]]]
    operations: Callable[[Mapping[str, int]], int]
    dtypes: frozenset[str] = frozenset({"float64", "float32"})
    predicted_cost: Mapping[Operator, Callable[[Mapping[str, int]], int]] = field(
        default_factory=dict
    )
    descent: Descent | None = None
    operator_sizes: Mapping[Operator, frozenset[str]] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    suite: str = "lecture"

    def asks(self, operator: Operator, size: Size, point: Point, dtype: str | None = None) -> bool:
        """Whether ``operator`` is asked at this size and point; the plan makes cases of these.

        ``dtype`` None: in any dtype at all.

        Where the first derivative jumps there is no second one to ask for, not even one-sided.
        """
        allowed = self.operator_sizes.get(operator)
        return (
            operator in self.operators
            and operator.order <= point.max_order
            and not (operator.order >= 2 and point.kind is PointKind.KINK)
            and (allowed is None or size.name in allowed)
            and (point.sizes is None or size.name in point.sizes)
            and any(point.asks(operator, d) for d in ((dtype,) if dtype else self.dtypes))
        )

    def size(self, name: str) -> Size:
        """The size called ``name``; KeyError names the sizes there are."""
        for size in self.sizes:
            if size.name == name:
                return size
        known = ", ".join(size.name for size in self.sizes)
        raise KeyError(f"{self.name} has no size {name!r}; its sizes are {known}")

    def point(self, name: str) -> Point:
        """The point called ``name``; KeyError names the points there are."""
        for point in self.points:
            if point.name == name:
                return point
        known = ", ".join(point.name for point in self.points)
        raise KeyError(f"{self.name} has no point {name!r}; its points are {known}")
