"""Faults that show at one order, in one nesting, in one dtype or at the second call only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.contract import NESTINGS, Operator, VerdictKind

from .engine import Frozen, Results, Unstrided, spoilt
from .mutant import Mutant

__all__ = ["MUTANTS"]

Op, Kind = Operator, VerdictKind

HVPS = tuple(NESTINGS)


def _scaled(results: Results, operands: Results) -> Results:
    return tuple(r * r.dtype.type(1.0005) for r in results)


def _second_row_is_first(results: Results, operands: Results) -> Results:
    return tuple(np.stack([r[0], r[0]]) for r in results)


def _rows_exchanged(results: Results, operands: Results) -> Results:
    return tuple(r[::-1].copy() for r in results)


def _summed_rows(results: Results, operands: Results) -> Results:
    """What a map gives that shares one cotangent between all rows."""
    return tuple(np.broadcast_to(r.sum(0), r.shape).copy() for r in results)


def _first_forever() -> Callable[[Results, Results], Results]:
    """Whatever is asked, the first answer again: seeds were not part of its key."""
    kept: list[Results] = []

    def change(results: Results, operands: Results) -> Results:
        kept.append(tuple(r.copy() for r in results))
        return tuple(r.copy() for r in kept[0])

    return change


def _of_the_first_point() -> Callable[[Results, Results], Results]:
    """The first answer again for arguments of the same shapes."""
    kept: dict[Any, Results] = {}

    def change(results: Results, operands: Results) -> Results:
        key = tuple(x.shape for x in operands)
        return tuple(r.copy() for r in kept.setdefault(key, results))

    return change


def _transposed_product(results: Results, operands: Results) -> Results:
    """(H + A)ᵀ v for H v, where A is one element off the diagonal."""
    off = np.zeros_like(results[0])
    off[2] = 0.25 * operands[-1][0]
    return (results[0] + off,)


MUTANTS = (
    Mutant(
        "only-for-non-contiguous-results",
        "an array leaves the backend in the order of its memory, whatever its strides",
        "array_api.matrix_transpose",
        Op.GRADIENT,
        Unstrided,
    ),
    Mutant(
        "only-in-float32",
        "a gradient is 0.05 % off in float32, and right in float64",
        "array_api.atan",
        Op.GRADIENT,
        spoilt(_scaled, Op.GRADIENT, dtypes=("float32",)),
        dtype="float32",
    ),
    Mutant(
        "only-in-second-order",
        "each Hessian-vector product is 0.05 % off; first derivatives are right",
        "array_api.tanh",
        Op.HVP_FORWARD_OVER_REVERSE,
        spoilt(_scaled, *HVPS),
        before=((Op.GRADIENT, "generic-0"), (Op.JVP, "generic-0")),
    ),
    Mutant(
        "only-in-one-nesting",
        "forward over forward alone is 0.05 % off",
        "special.expit",
        Op.HVP_FORWARD_OVER_FORWARD,
        spoilt(_scaled, Op.HVP_FORWARD_OVER_FORWARD),
        before=tuple((op, "generic-0") for op in HVPS if op is not Op.HVP_FORWARD_OVER_FORWARD),
    ),
    Mutant(
        "only-in-third-order",
        "third derivatives by reverse mode are 0.05 % off; second ones are right",
        "array_api.sin",
        Op.THIRD_REVERSE,
        spoilt(_scaled, Op.THIRD_REVERSE),
        before=((Op.HVP_REVERSE_OVER_REVERSE, "generic-0"), (Op.THIRD, "generic-0")),
    ),
    Mutant(
        "only-in-reverse-mode",
        "the Jacobian by columns is right, by rows it is 0.05 % off",
        "linalg.cross",
        Op.JACOBIAN_REVERSE,
        spoilt(_scaled, Op.JACOBIAN_REVERSE),
        before=((Op.JACOBIAN_FORWARD, "generic-0"),),
    ),
    Mutant(
        "transposed-hessian-product",
        "Hᵀ v in place of H v, for a Hessian that has come out asymmetric",
        "composite.rosenbrock",
        Op.HVP_REVERSE_OVER_FORWARD,
        spoilt(_transposed_product, Op.HVP_REVERSE_OVER_FORWARD),
    ),
    Mutant(
        "result-of-the-first-point",
        "the first point's gradient is given at each other point of the same shape",
        "linalg.inv",
        Op.GRADIENT,
        lambda: spoilt(_of_the_first_point(), Op.GRADIENT)(),
        point="generic-1",
        before=((Op.GRADIENT, "generic-0"),),
    ),
    Mutant(
        "compiled-for-its-example",
        "what was compiled at the first point has its numbers in it",
        "linalg.inv",
        Op.HVP_FORWARD_OVER_REVERSE,
        Frozen,
        oracle="identities",
        point="generic-1",
    ),
    Mutant(
        "compiled-for-its-point",
        "a gradient that was compiled at the first point is of that point",
        "array_api.var",
        Op.GRADIENT,
        Frozen,
        point="generic-2",
        before=((Op.GRADIENT, "generic-0"),),
    ),
    Mutant(
        "cached-pullback",
        "a pullback gives its first result again, whatever the cotangent",
        "array_api.matmul",
        Op.VJP,
        lambda: spoilt(_first_forever(), Op.VJP)(),
        oracle="identities",
    ),
    Mutant(
        "cached-third-derivative",
        "the third derivative does not change with its direction",
        "array_api.exp",
        Op.THIRD,
        lambda: spoilt(_first_forever(), Op.THIRD)(),
        oracle="identities",
    ),
    Mutant(
        "batch-repeats-its-first-row",
        "under vmap each row is the first one's",
        "array_api.matmul",
        Op.JVP_BATCHED,
        spoilt(_second_row_is_first, Op.JVP_BATCHED),
        before=((Op.JVP, "generic-0"),),
    ),
    Mutant(
        "batch-exchanges-its-rows",
        "under vmap the rows come in the other order",
        "linalg.solve",
        Op.VJP_BATCHED,
        spoilt(_rows_exchanged, Op.VJP_BATCHED),
        before=((Op.VJP, "generic-0"),),
    ),
    Mutant(
        "batch-sums-over-its-rows",
        "under vmap the cotangents of all rows are summed into each",
        "array_api.hypot",
        Op.VJP_BATCHED,
        spoilt(_summed_rows, Op.VJP_BATCHED),
        before=((Op.VJP, "generic-0"),),
    ),
)
