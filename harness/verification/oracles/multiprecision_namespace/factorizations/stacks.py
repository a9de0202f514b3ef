"""A function of one matrix, applied to each matrix of a stack."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["Matrix", "Vector", "adjoint", "conjugate", "norm", "norm_squared", "over_stacks"]

Vector = list[Any]
Matrix = list[list[Any]]


def over_stacks(
    numbers: Numbers,
    function: Callable[..., tuple[Any, ...]],
    operands: Sequence[np.ndarray],
    ranks: Sequence[int],
    shapes: Sequence[tuple[int, ...]],
) -> tuple[np.ndarray, ...]:
    """``function`` of the last ``ranks`` axes of each operand, batches broadcast.

    It is given lists (of lists) of numbers and gives as many as there are ``shapes``.
    """
    batches = [x.shape[: x.ndim - rank] for x, rank in zip(operands, ranks, strict=True)]
    batch = np.broadcast_shapes(*batches)
    spread = [
        np.broadcast_to(x, batch + x.shape[x.ndim - rank :])
        for x, rank in zip(operands, ranks, strict=True)
    ]
    dtype = numbers.dtype if numbers.dtype.kind == "O" else np.result_type(*operands)
    results = [np.empty(batch + shape, dtype) for shape in shapes]
    for index in np.ndindex(batch):
        parts = function(*(_listed(x[index]) for x in spread))
        for result, part, shape in zip(results, parts, shapes, strict=True):
            if len(shape) == 0:
                result[index] = part
            elif result[index].size:
                _fill(result[index], part)
    return tuple(results)


def adjoint(a: Matrix) -> Matrix:
    """The conjugate transpose."""
    return [[x.conjugate() for x in column] for column in zip(*a, strict=True)]


def conjugate(v: Vector) -> Vector:
    """The conjugates."""
    return [x.conjugate() for x in v]


def norm_squared(v: Sequence[Any], zero: Any) -> Any:
    """Σ|v_i|², a real number."""
    total = zero
    for x in v:
        total = total + (x.real * x.real + x.imag * x.imag if _is_complex(x) else x * x)
    return total


def norm(numbers: Numbers, v: Sequence[Any]) -> Any:
    """The Euclidean norm."""
    return numbers.scalars.sqrt(norm_squared(v, numbers.number(0)))


def _is_complex(x: Any) -> bool:
    # Real types have no ordering with themselves missing; asking for the type is the quick way.
    return type(x).__name__ in _COMPLEX_NAMES


_COMPLEX_NAMES = frozenset({"mpc", "complex", "complex64", "complex128", "clongdouble"})


def _listed(x: Any) -> Any:
    """Lists of NumPy's scalars, not of Python's: those of Python raise when divided by 0."""
    if not isinstance(x, np.ndarray) or x.ndim == 0:
        return x if not isinstance(x, np.ndarray) else x[()]
    return [list(row) for row in x] if x.ndim == 2 else list(x)


def _fill(target: np.ndarray, part: Any) -> None:
    if target.ndim == 1:
        for i, x in enumerate(part):
            target[i] = x
        return
    for i, row in enumerate(part):
        for j, x in enumerate(row):
            target[i, j] = x
