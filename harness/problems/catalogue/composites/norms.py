"""Norms, distances and standard deviations, and their squares."""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.composites.writing import (
    SIGNED,
    VECTOR,
    composite,
    of_x,
)
from harness.problems.catalogue.entry import Entry, Kind, Variant
from harness.problems.catalogue.points import edge, generic

__all__ = ["NORMS"]

_ZERO = edge("zero", [0.0, 0.0, 0.0], both=True)
_ZERO_KINK = edge("zero", [0.0, 0.0, 0.0], kind=PointKind.KINK, both=True)
_CONSTANT = edge("constant", [0.75, 0.75, 0.75], both=True)
_CONSTANT_KINK = edge("constant", [0.75, 0.75, 0.75], kind=PointKind.KINK, both=True)

NORMS: tuple[Entry, ...] = (
    composite(
        "euclidean_norm",
        Kind.KINK,
        "x ≠ 0",
        of_x("root", "xp.sqrt(xp.sum(x * x))", *VECTOR, _ZERO_KINK),
        of_x("squared", "xp.sum(x * x)", *VECTOR, _ZERO),
        of_x("root-squared", "xp.sqrt(xp.sum(x * x)) ** 2", *VECTOR, _ZERO),
        of_x("norm-squared", "xp.linalg.vector_norm(x) ** 2", *VECTOR, _ZERO),
        of_x(
            "norm-cubed",
            "xp.linalg.vector_norm(x) ** 3",
            *VECTOR,
            edge("zero", [0.0, 0.0, 0.0], max_order=2, both=True),
        ),
        of_x(
            "regularised",
            "xp.sqrt(xp.sum(x * x) + 2.0**-20)",
            *VECTOR,
            _ZERO,
        ),
        of_x(
            "guarded",
            "xp.sqrt(xp.where(xp.sum(x * x) > 0, xp.sum(x * x), xp.ones_like(xp.sum(x * x))))",
            *VECTOR,
        ),
    ),
    composite(
        "unit_vector",
        Kind.SMOOTH,
        "x ≠ 0",
        of_x("", "x / xp.sqrt(xp.sum(x * x))", *VECTOR),
    ),
    composite(
        "cosine_similarity",
        Kind.SMOOTH,
        "x ≠ 0 and y ≠ 0",
        Variant(
            "",
            expression("x y", "xp.sum(x * y) / xp.sqrt(xp.sum(x * x) * xp.sum(y * y))"),
            (
                *generic((SIGNED, (3,)), (SIGNED, (3,))),
                edge("parallel", [1.0, 2.0, -1.0], [2.0, 4.0, -2.0], both=True),
                edge("orthogonal", [1.0, 2.0, 0.0], [-2.0, 1.0, 5.0], both=True),
            ),
            ("x", "y"),
            operations=12,
        ),
    ),
    composite(
        "standard_deviation",
        Kind.KINK,
        "where x is not constant; its square everywhere",
        of_x("squared", "xp.std(x) ** 2", *VECTOR, _CONSTANT),
        of_x("root-of-variance", "xp.sqrt(xp.var(x))", *VECTOR, _CONSTANT_KINK),
        of_x("standardised", "(x - xp.mean(x)) / xp.std(x)", *VECTOR),
    ),
    composite(
        "distances",
        Kind.KINK,
        "where no two points coincide; their squares everywhere",
        of_x(
            "squared",
            "xp.sum((x[:, None, :] - x[None, :, :]) ** 2, axis=-1)",
            *generic((SIGNED, (3, 2))),
            edge("coinciding", [[1.0, 2.0], [1.0, 2.0], [0.5, 0.0]], both=True),
        ),
        of_x(
            "gaussian-kernel",
            "xp.exp(-0.5 * xp.sum((x[:, None, :] - x[None, :, :]) ** 2, axis=-1))",
            *generic((SIGNED, (3, 2))),
            edge("coinciding", [[1.0, 2.0], [1.0, 2.0], [0.5, 0.0]], both=True),
        ),
    ),
)
