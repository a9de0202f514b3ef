"""Softmax and what is made of it, with the usual shift by the maximum."""

from __future__ import annotations

from harness.problems.catalogue.composites.writing import (
    MATRIX,
    VECTOR,
    composite,
    of_x,
)
from harness.problems.catalogue.entry import Entry, Kind
from harness.problems.catalogue.points import edge

__all__ = ["SOFTMAXES"]

_SHIFTED = "(x - xp.max(x, axis=-1, keepdims=True))"
_EXPONENTIALS = f"xp.exp({_SHIFTED})"
_SOFTMAX = f"{_EXPONENTIALS} / xp.sum({_EXPONENTIALS}, axis=-1, keepdims=True)"
_TAILS = (
    edge("far-apart", [[-400.0, 0.0, 400.0], [800.0, -800.0, 0.0]]),
    edge("all-large", [[800.0, 801.0, 799.5], [-800.0, -801.0, -799.5]]),
)
# What the largest leaves to the others is 0 in float64: a small rest of it would be lost beside 1.
_SPREAD = edge("far-apart", [[-800.0, 0.0, 800.0], [1600.0, -1600.0, 0.0]])
# The shift by the largest element cancels: the function is smooth where max has a tie.
_TIE = edge("tie", [[1.5, 1.5, 0.25], [0.5, 0.5, 0.5]], both=True)

SOFTMAXES: tuple[Entry, ...] = (
    composite(
        "softmax",
        Kind.SMOOTH,
        "everywhere; the shift by the maximum cancels",
        of_x("", _SOFTMAX, *MATRIX, _SPREAD, _TAILS[1], _TIE),
    ),
    composite(
        "logsumexp",
        Kind.SMOOTH,
        "everywhere; the shift by the maximum cancels",
        of_x(
            "",
            f"xp.log(xp.sum({_EXPONENTIALS}, axis=-1)) + xp.max(x, axis=-1)",
            *MATRIX,
            *_TAILS,
            _TIE,
        ),
        of_x("unshifted", "xp.log(xp.sum(xp.exp(x), axis=-1))", *MATRIX),
    ),
    composite(
        "cross_entropy",
        Kind.SMOOTH,
        "everywhere",
        of_x(
            "",
            f"-xp.mean(xp.take(({_SHIFTED} - xp.log(xp.sum({_EXPONENTIALS}, axis=-1, "
            "keepdims=True))), xp.asarray([2]), axis=-1))",
            *MATRIX,
            *_TAILS,
        ),
    ),
    composite(
        "softplus",
        Kind.SMOOTH,
        "everywhere",
        of_x(
            "",
            "xp.logaddexp(x, xp.zeros_like(x))",
            *VECTOR,
            edge("zero", [0.0], both=True),
            edge("large", [800.0]),
            edge("small", [-800.0]),
        ),
        of_x(
            "stable",
            "xp.maximum(x, xp.zeros_like(x)) + xp.log1p(xp.exp(-abs(x)))",
            *VECTOR,
            edge("large", [800.0]),
            edge("small", [-800.0]),
        ),
    ),
)
