"""Faults in the numbers of a result, whatever the function: multiprecision sees each of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.contract import Operator, VerdictKind

from .engine import Results, spoilt
from .mutant import Mutant

__all__ = ["MUTANTS"]

Op, Kind = Operator, VerdictKind


def _each(f: Callable[[Any], Any]) -> Callable[[Results, Results], Results]:
    return lambda results, operands: tuple(f(r) for r in results)


def _one(index: tuple[int, ...], f: Callable[[Any], Any]) -> Callable[[Results, Results], Results]:
    """The first result with the element at ``index`` changed."""

    def change(results: Results, operands: Results) -> Results:
        first = results[0].copy()
        first[index] = f(first[index])
        return (first, *results[1:])

    return change


def _exchanged(results: Results, operands: Results) -> Results:
    return (results[1], results[0])


def _last_lost(results: Results, operands: Results) -> Results:
    return (*results[:-1], np.zeros_like(results[-1]))


def _hessian_rows(results: Results, operands: Results) -> Results:
    """H[i, j, k, l] for H[j, i, k, l]: the axes of the row's argument are exchanged."""
    (h,) = results
    return (h.transpose(1, 0, 2, 3).copy(),)


MUTANTS = (
    Mutant(
        "sign",
        "every gradient has the other sign",
        "array_api.tanh",
        Op.GRADIENT,
        spoilt(_each(np.negative), Op.GRADIENT),
    ),
    Mutant(
        "factor-two",
        "every vjp is twice what it should be",
        "array_api.hypot",
        Op.VJP,
        spoilt(_each(lambda r: 2 * r), Op.VJP),
    ),
    Mutant(
        "off-by-a-two-thousandth",
        "every jvp is 0.05 % too large",
        "special.gammaln",
        Op.JVP,
        spoilt(_each(lambda r: r * r.dtype.type(1.0005)), Op.JVP),
    ),
    Mutant(
        "off-in-the-ninth-digit",
        "every gradient is off by 1e-9 relative: right digits, but not all that there are",
        "special.erf",
        Op.GRADIENT,
        spoilt(_each(lambda r: r * (1 + 1e-9)), Op.GRADIENT),
        kind=Kind.ACCURACY_LOSS,
    ),
    Mutant(
        "one-element-of-many",
        "one of 16,000 partial derivatives of a perceptron is 0.1 % off",
        "lecture.perceptron",
        Op.GRADIENT,
        spoilt(_one((11, 3), lambda v: 1.001 * v), Op.GRADIENT),
        oracle="closed-form",
        size="batch=32,hidden=1024",
    ),
    Mutant(
        "one-element-of-a-jacobian",
        "one element of a Jacobian is 1.5 times what it should be",
        "lecture.chain.funnel",
        Op.JACOBIAN_REVERSE,
        spoilt(_one((2, 1), lambda v: 1.5 * v), Op.JACOBIAN_REVERSE),
        size="n_0=4,n_1=5,n_2=6,n_3=7,n_4=8",
    ),
    Mutant(
        "all-zeros",
        "every gradient is zero",
        "array_api.log1p",
        Op.GRADIENT,
        spoilt(_each(np.zeros_like), Op.GRADIENT),
        point="1e160",
    ),
    Mutant(
        "nan-in-one-element",
        "one element of a gradient is NaN",
        "composite.attention",
        Op.GRADIENT,
        spoilt(_one((1, 0), lambda v: np.nan), Op.GRADIENT),
        kind=Kind.NONFINITE,
    ),
    Mutant(
        "infinity-in-one-element",
        "one element of a Hessian is infinite",
        "composite.rosenbrock",
        Op.HESSIAN_REVERSE_OVER_REVERSE,
        spoilt(_one((1, 1), lambda v: np.inf), Op.HESSIAN_REVERSE_OVER_REVERSE),
        kind=Kind.NONFINITE,
    ),
    Mutant(
        "of-the-wrong-argument",
        "the gradients of two arguments are exchanged",
        "array_api.subtract",
        Op.GRADIENT,
        spoilt(_exchanged, Op.GRADIENT),
    ),
    Mutant(
        "silently-disconnected",
        "the last argument's gradient is zero",
        "composite.attention",
        Op.GRADIENT,
        spoilt(_last_lost, Op.GRADIENT),
    ),
    Mutant(
        "transposed-jacobian",
        "a square Jacobian is transposed",
        "lecture.chain.equal",
        Op.JACOBIAN_FORWARD,
        spoilt(lambda results, operands: (results[0].T.copy(),), Op.JACOBIAN_FORWARD),
        point="generic-1",
        size="n_0=4,n_1=4,n_2=4,n_3=4,n_4=4",
    ),
    Mutant(
        "transposed-gradient",
        "the gradient by a square matrix is transposed",
        "linalg.det",
        Op.GRADIENT,
        spoilt(lambda results, operands: (results[0].T.copy(),), Op.GRADIENT),
    ),
    Mutant(
        "missing-sum-over-a-broadcast-axis",
        "a broadcast column's gradient is its mean along the row, not its sum",
        "array_api.multiply",
        Op.GRADIENT,
        spoilt(lambda results, operands: (results[0] / 3, results[1]), Op.GRADIENT),
        point="generic-3",
    ),
    Mutant(
        "third-derivative-divided-by-two",
        "the third derivative is that of the Taylor coefficient",
        "array_api.tanh",
        Op.THIRD,
        spoilt(_each(lambda r: r / 2), Op.THIRD),
    ),
    Mutant(
        "mixed-partials-dropped",
        "the blocks of a Hessian that belong to two arguments are zero",
        "array_api.multiply",
        Op.HESSIAN_FORWARD_OVER_REVERSE,
        spoilt(
            lambda r, operands: (r[0], 0 * r[1], 0 * r[2], r[3]),
            Op.HESSIAN_FORWARD_OVER_REVERSE,
        ),
    ),
    Mutant(
        "finite-where-there-is-no-value",
        "a value is 0 outside the domain",
        "array_api.sqrt",
        Op.VALUE,
        spoilt(_each(np.zeros_like), Op.VALUE),
        oracle="structure",
        point="-1",
    ),
)
