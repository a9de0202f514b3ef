"""Which of the many eigenvectors: the ones beside LAPACK's.

A unit eigenvector is fixed up to a sign, or a phase. Here it is the one whose inner product
with the vector that LAPACK finds in double precision, for the same matrix, is real and positive.
So values agree with NumPy's; and since a difference quotient moves the matrix by less than a
float's rounding, the sign does not change under it, and vᴴ dv = 0, which is the gauge that
engines differentiate in. Where LAPACK's vector is of no use (a repeated eigenvalue, or no finite
matrix), a fixed combination of the elements is made positive instead.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.factorizations.stacks import (
    Matrix,
    Vector,
)
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["as_floats", "phase_towards"]

_USABLE = 0.5
"""Of the inner product of two unit vectors: below, LAPACK's is another one."""


def as_floats(numbers: Numbers, a: Matrix) -> np.ndarray:
    """The matrix in double precision, complex where it is."""
    high, _ = numbers.split(np.array(a, dtype=object if numbers.dtype.kind == "O" else None))
    return high


def phase_towards(numbers: Numbers, vector: Vector, reference: np.ndarray | None) -> Any:
    """The factor, of modulus 1, that turns ``vector`` (of norm 1) towards ``reference``."""
    zero = numbers.number(0)
    for target in (reference, _generic(len(vector))):
        if target is None:
            continue
        weights = list(numbers.array(target))
        inner = sum((x.conjugate() * y for x, y in zip(vector, weights, strict=True)), zero)
        size = abs(inner)
        if size > (_USABLE if target is reference else 0):
            return inner / size
    return numbers.number(1)


def _generic(n: int) -> np.ndarray:
    """Weights that no vector of a textbook is orthogonal to."""
    return np.asarray(1.0 / np.sqrt(np.arange(2.0, n + 2)))
