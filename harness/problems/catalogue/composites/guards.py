"""Branches that are not taken: guards against what is infinite or NaN."""

from __future__ import annotations

import numpy as np

from harness.problems.catalogue.composites.writing import (
    POSITIVE,
    VECTOR,
    composite,
    of_x,
)
from harness.problems.catalogue.entry import Entry, Kind
from harness.problems.catalogue.points import edge, generic

__all__ = ["GUARDS"]

_ONES = "xp.ones_like(x)"

GUARDS: tuple[Entry, ...] = (
    composite(
        "where_guard",
        Kind.SMOOTH,
        "in the branch that is taken; the other may be infinite or NaN",
        of_x(
            "double,sqrt",
            f"xp.where(x > 0, xp.sqrt(xp.where(x > 0, x, {_ONES})), xp.zeros_like(x))",
            edge("negative", [-1.0], both=True),
            edge("positive", [2.0], both=True),
            *generic((POSITIVE, (3,))),
        ),
        of_x(
            "single,sqrt",
            "xp.where(x > 0, xp.sqrt(x), xp.zeros_like(x))",
            edge("negative", [-1.0], both=True),
            edge("positive", [2.0], both=True),
        ),
        of_x(
            "single,log",
            "xp.where(x > 0, xp.log(x), x)",
            edge("negative", [-1.0], both=True),
            edge("positive", [2.0], both=True),
        ),
        of_x(
            "single,quotient",
            "xp.where(x != 0, xp.sin(x) / x, xp.ones_like(x))",
            # Nearer to 0, cos(x)/x - sin(x)/x² cancels, as the quotient rule has it.
            *generic((POSITIVE, (3,))),
        ),
        of_x(
            "single,overflow",
            "xp.where(x < 1, xp.exp(x), x * 2.718281828459045)",
            edge("large", [800.0], both=True),
            edge("small", [0.5], both=True),
        ),
    ),
    composite(
        "masked_mean",
        Kind.SMOOTH,
        "everywhere; masked elements may be infinite or NaN",
        of_x(
            "",
            "xp.sum(xp.where(xp.asarray([True, True, False]), x, xp.zeros_like(x))) / 2",
            *VECTOR,
            edge("nan-in-the-masked", [1.0, 2.0, np.nan], max_order=1),
            edge("infinity-in-the-masked", [1.0, 2.0, np.inf], max_order=1),
        ),
    ),
    composite(
        "entropy",
        Kind.SMOOTH,
        "positive probabilities",
        of_x("", "-xp.sum(x * xp.log(x))", *generic((POSITIVE, (3,)))),
        of_x(
            "guarded",
            f"-xp.sum(xp.where(x > 0, x * xp.log(xp.where(x > 0, x, {_ONES})), xp.zeros_like(x)))",
            *generic((POSITIVE, (3,))),
        ),
    ),
)
