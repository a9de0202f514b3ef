"""Structure: what can be said of an evaluation without knowing the derivative. Exact.

Shared memory is a fault where it can do harm behind a caller's back: when a derivative can be
written to and is the memory of an argument, ``g *= 0.1`` changes the x that the caller goes on
with. A result that cannot be written to can do nothing of the kind. Nor is it a fault when a
linear map gives back the seed that it was given, or a view of it: the pullback of a reshape is a
reshape, as the function itself is, every library does so, and whoever hands in a cotangent made it
for this call. It is noted in the verdict's details. A library that writes to its operands itself
is at fault whatever they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.contract import Case, Evaluation, Operator, Problem

__all__ = ["NAME", "expected_shapes", "structural_fault", "value_fault"]

NAME = "structure"

_OF_THE_OUTPUT = frozenset(
    {
        Operator.VALUE,
        Operator.JVP,
        Operator.JVP_BATCHED,
        Operator.JACOBIAN,
        Operator.JACOBIAN_FORWARD,
        Operator.HVP,
        Operator.HVP_FORWARD_OVER_FORWARD,
        Operator.HESSIAN,
        Operator.HESSIAN_FORWARD_OVER_FORWARD,
        Operator.THIRD,
        Operator.THIRD_FORWARD,
    }
)
"""What may be of the output's dtype: it is made of tangents of the output, or leaves the way to the
backend. What a pullback has made is a cotangent of the arguments, and of their dtype."""


def structural_fault(
    problem: Problem,
    case: Case,
    args: Sequence[np.ndarray],
    output_shape: tuple[int, ...],
    evaluation: Evaluation,
    output_dtype: np.dtype[Any] | None = None,
) -> str | None:
    """The first thing wrong with the form of an evaluation, as one line; None when there is none.

    In order: how many results, their shapes, whether they are real, their dtype; operands that
    were written to; results that an argument could be written to through; other bits from a
    second call. A value may be a view of an argument, as the plain function's is.
    ``output_dtype`` is that of f(x) where it is not the case's: what moves forward may be of it
    too.
    """
    expected = expected_shapes(problem, case.operator, args, output_shape)
    dtypes = [np.dtype(case.dtype)]
    if output_dtype is not None and case.operator in _OF_THE_OUTPUT:
        dtypes.append(output_dtype)
    groups = {"": evaluation.results}
    if evaluation.probe:
        groups["for a second direction, "] = evaluation.probe
    if evaluation.combined:
        groups["for the sum of two directions, "] = evaluation.combined
    for where, results in groups.items():
        fault = _form_fault(results, expected, dtypes)
        if fault is not None:
            return where + fault
    if evaluation.mutated:
        return f"the call wrote to its operands: {', '.join(evaluation.mutated)}"
    if evaluation.aliased and case.operator is not Operator.VALUE:
        return f"results share memory with arguments: {', '.join(evaluation.aliased)}"
    if not evaluation.repeatable:
        return "a second call with the same operands gave other bits"
    return None


def value_fault(evaluation: Evaluation, tolerance: np.ndarray) -> str | None:
    """Whether the value seen under differentiation is not the plain one, within ``tolerance``."""
    under, plain = evaluation.value, evaluation.plain_value
    if under is None or plain is None:
        return None
    if under.shape != plain.shape:
        return f"the value under differentiation has shape {under.shape}, the plain {plain.shape}"
    if under.dtype != plain.dtype:
        return f"the value under differentiation is {under.dtype}, the plain one {plain.dtype}"
    with np.errstate(invalid="ignore", over="ignore"):
        same = (under == plain) | (np.isnan(under) & np.isnan(plain))
        near = np.abs(under.astype(np.float64) - plain.astype(np.float64)) <= tolerance
    if (same | near).all():
        return None
    at = np.unravel_index(int(np.argmin(same | near)), under.shape) if under.shape else ()
    return f"the value under differentiation is {under[at]!s}, the plain one {plain[at]!s}"


def expected_shapes(
    problem: Problem,
    operator: Operator,
    args: Sequence[np.ndarray],
    output_shape: tuple[int, ...],
) -> tuple[tuple[int, ...], ...]:
    """The shapes of the results, by the layout of ``harness.contract.derivation``."""
    if operator.batched:
        rows = expected_shapes(problem, operator.base, args, output_shape)
        return tuple((2, *shape) for shape in rows)
    primals = [args[i].shape for i in problem.argnums]
    match operator.base:
        case Operator.VALUE | Operator.JVP:
            return (output_shape,)
        case Operator.VJP | Operator.GRADIENT | Operator.HVP | Operator.THIRD:
            return tuple(primals)
        case Operator.JACOBIAN:
            return tuple((*output_shape, *shape) for shape in primals)
        case Operator.HESSIAN:
            return tuple((*row, *column) for row in primals for column in primals)
    if problem.descent is None:
        raise ValueError(f"{problem.name} declares no descent")
    return ((problem.descent.steps + 1,),)


def _form_fault(
    results: Sequence[np.ndarray],
    expected: Sequence[tuple[int, ...]],
    dtypes: Sequence[np.dtype[Any]],
) -> str | None:
    if len(results) != len(expected):
        return f"{len(results)} results instead of {len(expected)}"
    for i, (result, shape) in enumerate(zip(results, expected, strict=True)):
        if result.shape != shape:
            return f"result {i} has shape {result.shape} instead of {shape}"
        if result.dtype.kind == "c":
            return f"result {i} is complex ({result.dtype}) for a real function"
        if result.dtype not in dtypes:
            return f"result {i} is {result.dtype} instead of {dtypes[0]}"
    return None
