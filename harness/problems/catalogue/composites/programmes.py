"""Small programmes, and functions in which an argument does not matter."""

from __future__ import annotations

import numpy as np

from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.composites.writing import (
    POSITIVE,
    SIGNED,
    VECTOR,
    composite,
    of_x,
)
from harness.problems.catalogue.entry import Entry, Kind, Variant
from harness.problems.catalogue.points import edge, generic

__all__ = ["PROGRAMMES"]

PROGRAMMES: tuple[Entry, ...] = (
    composite(
        "rosenbrock",
        Kind.SMOOTH,
        "everywhere",
        of_x(
            "",
            "xp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)",
            *generic((SIGNED, (4,))),
            edge("minimum", [1.0, 1.0, 1.0, 1.0], both=True),
        ),
    ),
    composite(
        "fourier_convolution",
        Kind.SMOOTH,
        "everywhere",
        Variant(
            "",
            expression("x y", "xp.fft.irfft(xp.fft.rfft(x) * xp.fft.rfft(y), n=4)"),
            generic((SIGNED, (4,)), (SIGNED, (4,))),
            ("x", "y"),
            operations=24,
        ),
    ),
    composite(
        "power_spectrum",
        Kind.SMOOTH,
        "everywhere",
        of_x(
            "",
            "xp.real(xp.fft.fft(x)) ** 2 + xp.imag(xp.fft.fft(x)) ** 2",
            *generic((SIGNED, (4,))),
            edge("constant", [1.0, 1.0, 1.0, 1.0]),
        ),
    ),
    composite(
        "top_two",
        Kind.KINK,
        "where the second and third largest elements differ",
        of_x(
            "",
            "xp.sum(xp.sort(x)[-2:] ** 2)",
            *generic((SIGNED, (4,))),
            edge("tie-inside", [3.0, 3.0, 1.0, 0.5], both=True),
        ),
    ),
    composite(
        "smooth_maximum_gap",
        Kind.KINK,
        "where the largest element is one alone",
        of_x("", "xp.max(x) - xp.mean(x)", *generic((SIGNED, (4,)))),
    ),
    composite(
        "products_of_powers",
        Kind.SMOOTH,
        "x > 0",
        Variant(
            "",
            expression("x p", "xp.prod(x**p)"),
            generic((POSITIVE, (3,)), (SIGNED, (3,))),
            ("x", "p"),
            operations=12,
        ),
    ),
    composite(
        "horner",
        Kind.SMOOTH,
        "everywhere",
        Variant(
            "",
            expression("c x", "((c[3] * x + c[2]) * x + c[1]) * x + c[0]"),
            (
                *generic((SIGNED, (4,)), (SIGNED, (2,))),
                edge("at-zero", [1.0, -2.0, 0.5, 3.0], [0.0, 0.0], both=True),
            ),
            ("c", "x"),
            operations=12,
        ),
    ),
    composite(
        "unused_argument",
        Kind.SMOOTH,
        "everywhere; one argument does not matter",
        Variant(
            "",
            expression("x y", "xp.sin(x)"),
            generic((SIGNED, (3,)), (SIGNED, (2,))),
            ("x", "y"),
        ),
    ),
    composite(
        "constant_function",
        Kind.SMOOTH,
        "everywhere; nothing depends on x",
        of_x("zeros-like", "xp.zeros_like(x)", *VECTOR),
        of_x("ones-like", "xp.ones_like(x) * 2.0", *VECTOR),
        of_x("product-with-zero", "x * 0.0", *VECTOR),
    ),
    composite(
        "identity",
        Kind.SMOOTH,
        "everywhere",
        of_x("", "x", *VECTOR, edge("empty", np.zeros((0,)))),
        of_x("plus-zero", "x + 0.0", *VECTOR),
    ),
)
