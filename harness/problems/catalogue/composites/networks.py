"""Layers and losses of neural networks."""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.composites.writing import (
    MATRIX,
    POSITIVE,
    SIGNED,
    VECTOR,
    composite,
    of_x,
)
from harness.problems.catalogue.entry import Entry, Kind, Variant
from harness.problems.catalogue.points import edge, generic

__all__ = ["NETWORKS"]

_NORMALISED = "(x - xp.mean(x, axis=-1, keepdims=True))"

NETWORKS: tuple[Entry, ...] = (
    composite(
        "layer_norm",
        Kind.SMOOTH,
        "everywhere, by the ε under the root",
        of_x(
            "",
            f"{_NORMALISED} / xp.sqrt(xp.var(x, axis=-1, keepdims=True) + 2.0**-10)",
            *MATRIX,
            edge("constant", [[1.5, 1.5, 1.5], [0.0, 0.0, 0.0]], both=True),
        ),
    ),
    composite(
        "batch_norm",
        Kind.SMOOTH,
        "everywhere, by the ε under the root",
        Variant(
            "",
            expression(
                "x gamma beta",
                "gamma * (x - xp.mean(x, axis=0)) / xp.sqrt(xp.var(x, axis=0) + 2.0**-10) + beta",
            ),
            generic((SIGNED, (3, 2)), (POSITIVE, (2,)), (SIGNED, (2,))),
            ("x", "gamma", "beta"),
            operations=24,
        ),
    ),
    composite(
        "attention",
        Kind.SMOOTH,
        "everywhere",
        Variant(
            "",
            expression(
                "q k v",
                "(xp.exp(q @ xp.matrix_transpose(k) / 2**0.5) / xp.sum(xp.exp("
                "q @ xp.matrix_transpose(k) / 2**0.5), axis=-1, keepdims=True)) @ v",
            ),
            generic((SIGNED, (2, 2)), (SIGNED, (2, 2)), (SIGNED, (2, 2))),
            ("q", "k", "v"),
            operations=40,
        ),
    ),
    composite(
        "relu",
        Kind.KINK,
        "x ≠ 0",
        of_x(
            "maximum",
            "xp.maximum(x, xp.zeros_like(x))",
            *VECTOR,
            edge("zero", [0.0], kind=PointKind.KINK, both=True),
            edge("negative-zero", [-0.0], kind=PointKind.KINK),
        ),
        of_x(
            "where",
            "xp.where(x > 0, x, xp.zeros_like(x))",
            *VECTOR,
            edge("zero", [0.0], kind=PointKind.KINK, both=True),
        ),
        of_x(
            "clip",
            "xp.clip(x, 0.0, 6.0)",
            *VECTOR,
            edge("zero", [0.0], kind=PointKind.KINK),
            edge("six", [6.0], kind=PointKind.KINK),
        ),
    ),
    composite(
        "gelu",
        Kind.SMOOTH,
        "everywhere",
        of_x(
            "tanh",
            "0.5 * x * (1 + xp.tanh(0.7978845608028654 * (x + 0.044715 * x**3)))",
            *VECTOR,
            edge("zero", [0.0]),
            # 1 + tanh(…) cancels on the left, as it is written: further out there is nothing left.
            edge("left", [-2.0]),
            edge("right", [8.0]),
        ),
    ),
    composite(
        "silu",
        Kind.SMOOTH,
        "everywhere",
        of_x(
            "",
            "x / (1 + xp.exp(-x))",
            *VECTOR,
            edge("zero", [0.0]),
            edge("large", [40.0]),
            edge("small", [-40.0]),
        ),
    ),
    composite(
        "huber",
        Kind.KINK,
        "everywhere; the second derivative jumps at |x| = 1",
        of_x(
            "",
            "xp.where(abs(x) < 1, 0.5 * x * x, abs(x) - 0.5)",
            *VECTOR,
            edge("joint", [1.0], max_order=1),
            edge("zero", [0.0], both=True),
        ),
    ),
    composite(
        "perceptron",
        Kind.SMOOTH,
        "everywhere",
        Variant(
            "tanh",
            expression("w b v x", "xp.sum(v * xp.tanh(w @ x + b))"),
            generic((SIGNED, (2, 2)), (SIGNED, (2,)), (SIGNED, (2,)), (SIGNED, (2,))),
            ("w", "b", "v", "x"),
            operations=12,
        ),
    ),
)
