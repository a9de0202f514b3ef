"""Faults that break an identity: no truth is needed to see them, or none is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.contract import Operator

from .engine import Results, spoilt
from .mutant import Mutant

__all__ = ["MUTANTS"]

Op = Operator


def _each(f: Callable[[Any], Any]) -> Callable[[Results, Results], Results]:
    return lambda results, operands: tuple(f(r) for r in results)


def _tilted(results: Results, operands: Results) -> Results:
    """One element on one side of the diagonal moves."""
    h = results[0].copy()
    h[0, 1] += 1.0
    return (h, *results[1:])


_OFF = _each(lambda r: 1.0005 * r)

MUTANTS = (
    Mutant(
        "jvp-with-a-constant",
        "something is added to each jvp that does not come from the tangent",
        "array_api.matmul",
        Op.JVP,
        spoilt(_each(lambda r: r + 0.01), Op.JVP),
        oracle="identities",
    ),
    Mutant(
        "jvp-of-the-tangents-size",
        "the jvp takes the absolute value of the tangent",
        "array_api.exp",
        Op.JVP,
        spoilt(_each(np.abs), Op.JVP),
        oracle="identities",
    ),
    Mutant(
        "pullback-that-squares",
        "the cotangent is used twice",
        "array_api.tan",
        Op.VJP,
        spoilt(lambda r, operands: (r[0] * operands[-1],), Op.VJP),
        oracle="identities",
    ),
    Mutant(
        "asymmetric-hessian",
        "one element of a Hessian is off, the one across the diagonal is right",
        "composite.rosenbrock",
        Op.HESSIAN_FORWARD_OVER_REVERSE,
        spoilt(_tilted, Op.HESSIAN_FORWARD_OVER_REVERSE),
        oracle="identities",
    ),
    Mutant(
        "third-derivative-linear-in-its-direction",
        "the direction enters once where it should enter twice",
        "array_api.exp",
        Op.THIRD_FORWARD,
        spoilt(lambda r, operands: (r[0] / operands[-1],), Op.THIRD_FORWARD),
        oracle="identities",
    ),
    Mutant(
        "adjoint-broken",
        "the vjp is 0.05 % off, and nobody knows the truth: ⟨ȳ, J ẋ⟩ is not ⟨Jᵀ ȳ, ẋ⟩",
        "linalg.solve",
        Op.VJP,
        spoilt(_OFF, Op.VJP),
        oracle="identities",
        before=((Op.JVP, "generic-0"),),
        blind=True,
    ),
    Mutant(
        "modes-disagree",
        "a Jacobian by reverse mode is not the one by forward mode, without a truth",
        "linalg.pinv",
        Op.JACOBIAN_REVERSE,
        spoilt(_OFF, Op.JACOBIAN_REVERSE),
        oracle="identities",
        before=((Op.JACOBIAN_FORWARD, "generic-0"),),
        blind=True,
    ),
    Mutant(
        "nestings-disagree",
        "one nesting of a Hessian-vector product is not the other, without a truth",
        "linalg.det",
        Op.HVP_REVERSE_OVER_REVERSE,
        spoilt(_OFF, Op.HVP_REVERSE_OVER_REVERSE),
        oracle="identities",
        before=((Op.HVP_FORWARD_OVER_REVERSE, "generic-0"),),
        blind=True,
    ),
    Mutant(
        "product-without-its-matrix",
        "a Hessian-vector product is not the Hessian times the vector, without a truth",
        "linalg.det",
        Op.HVP_FORWARD_OVER_FORWARD,
        spoilt(_OFF, Op.HVP_FORWARD_OVER_FORWARD),
        oracle="identities",
        before=((Op.HESSIAN_FORWARD_OVER_REVERSE, "generic-0"),),
        blind=True,
    ),
    Mutant(
        "gradient-is-no-row-of-the-jacobian",
        "a gradient is not the weighted sum of the Jacobian's rows, without a truth",
        "special.softmax",
        Op.GRADIENT,
        spoilt(_OFF, Op.GRADIENT),
        oracle="identities",
        before=((Op.JACOBIAN_FORWARD, "generic-0"),),
        blind=True,
    ),
    Mutant(
        "batch-is-not-a-loop",
        "the second row of a batch is not what a loop gives, without a truth",
        "array_api.matmul",
        Op.VJP_BATCHED,
        spoilt(_each(lambda r: np.stack([r[0], 1.0005 * r[1]])), Op.VJP_BATCHED),
        oracle="identities",
        before=((Op.VJP, "generic-0"),),
        blind=True,
    ),
)
