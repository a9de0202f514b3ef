"""A question's function on plain NumPy arrays: what floating-point oracles evaluate."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Any

import array_api_compat.numpy as numpy_namespace
import numpy as np

from harness.contract import Operator
from harness.verification.oracles.multiprecision_namespace import FloatNumbers
from harness.verification.oracles.oracle import Question
from harness.verification.oracles.sensitivity import conditioning

__all__ = ["Function", "float_function", "rounding_noise", "widest"]

Arrays = tuple[np.ndarray, ...]
Function = Callable[[Arrays], np.ndarray]


def float_function(
    question: Question, dtype: Any, operands: Sequence[np.ndarray] | None = None
) -> tuple[Function, Arrays]:
    """φ of the question on plain NumPy arrays of ``dtype``, and its primals."""
    given = [
        x.astype(dtype) if x.dtype.kind in "fc" else x
        for x in (operands or (*question.args, *question.seeds))
    ]
    args, seeds = given[: len(question.args)], given[len(question.args) :]
    argnums, fun = question.problem.argnums, question.fun
    # Not the contract's NUMPY: SciPy's special functions are not for these oracles, whose bounds
    # rest on values that are right to a few roundings. Complex steps through its log_ndtr, exp1 and
    # hyp2f1 were seen outside their bound, up to a hundredfold. Without them, nothing is decided.

    def phi(primals: Arrays) -> np.ndarray:
        full = list(args)
        for position, x in zip(argnums, primals, strict=True):
            full[position] = x
        y = np.asarray(fun(numpy_namespace, *full))
        return np.asarray(np.sum(y * seeds[0])) if question.operator is Operator.VJP else y

    return phi, tuple(args[i] for i in argnums)


def widest(question: Question, dtypes: Sequence[Any]) -> Any:
    """The first of ``dtypes`` that φ runs in; whatever it raises in the last of them."""
    for dtype in dtypes[:-1]:
        with contextlib.suppress(Exception):
            function, primals = float_function(question, dtype)
            function(primals)
            return dtype
    return dtypes[-1]


def rounding_noise(question: Question, dtype: Any) -> np.ndarray:
    """The rounding error of one value of φ: its own, and that of its operands, in y's shape."""
    function, primals = float_function(question, dtype)
    value = function(primals)
    unit = float(np.finfo(value.dtype).eps)

    def at(operands: Arrays) -> Arrays:
        perturbed, moved = float_function(question, dtype, operands)
        return (perturbed(moved),)

    numbers = FloatNumbers(dtype)
    operands = (*question.args, *question.seeds)
    (condition,) = conditioning(at, operands, (value,), numbers)
    return np.asarray(unit * (np.abs(value) + condition))
