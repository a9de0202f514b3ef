"""Householder's QR with LAPACK's signs."""

from __future__ import annotations

from typing import Any

from harness.verification.oracles.multiprecision_namespace.factorizations.stacks import (
    Matrix,
    norm_squared,
)
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["completed", "qr"]

_VANISHING = 2.0**-130
"""Of |x|²: what is left of a column below its diagonal counts as 0 under 2^-65 of it.

LAPACK leaves such a column alone and keeps its sign, and turns the sign as soon as anything is
there. A difference quotient about a triangular matrix must see the sign of the point itself.
"""


def qr(numbers: Numbers, a: Matrix, *, complete: bool) -> tuple[Matrix, Matrix]:
    """Q and R with A = Q R; Q has min(m, n) columns, or m if ``complete``.

    R's diagonal has the sign that LAPACK's ``geqrf`` gives it: minus that of the real part it
    reflects, and its own where nothing is below it. Its imaginary part is 0.
    """
    m, n = len(a), len(a[0]) if a else 0
    rows = [list(row) for row in a]
    reflections: list[tuple[list[Any], Any]] = []
    for k in range(min(m, n)):
        reflections.append(_reflect(numbers, rows, k))
    zero, one = numbers.number(0), numbers.number(1)
    width = m if complete else min(m, n)
    q = [[one if i == j else zero for j in range(width)] for i in range(m)]
    for k in reversed(range(len(reflections))):
        vector, scale = reflections[k]
        _apply(q, k, vector, scale, k, zero)
    r = [[rows[i][j] if i <= j else zero for j in range(n)] for i in range(width)]
    return q, r


def completed(numbers: Numbers, columns: Matrix, candidates: Matrix, size: int) -> Matrix:
    """Orthonormal ``columns`` and so many of the ``candidates``, made orthonormal, as are missing.

    All of them are lists of vectors of length ``size``; the result is ``size`` of them.
    """
    zero, one = numbers.number(0), numbers.number(1)
    units = [[one if i == j else zero for j in range(size)] for i in range(size)]
    basis = list(columns)
    for candidate in (*candidates, *units):
        if len(basis) == size:
            break
        vector = candidate
        for _ in range(2):  # Twice is enough (Kahan, Parlett).
            for known in basis:
                inner = sum((x.conjugate() * y for x, y in zip(known, vector, strict=True)), zero)
                vector = [y - inner * x for x, y in zip(known, vector, strict=True)]
        length = numbers.scalars.sqrt(norm_squared(vector, zero))
        if length > 1e-6:
            basis.append([x / length for x in vector])
    return basis


def _reflect(numbers: Numbers, rows: Matrix, k: int) -> tuple[list[Any], Any]:
    """Zero column k below the diagonal, as ``larfg`` does; the vector and scale of I - τ v vᴴ."""
    zero = numbers.number(0)
    column = [row[k] for row in rows[k:]]
    head, below = column[0], norm_squared(column[1:], zero)
    size = head.real * head.real
    imaginary = norm_squared([head], zero) - size
    if below + imaginary <= _VANISHING * size:
        for row in rows[k + 1 :]:
            row[k] = zero
        return [], zero
    beta = numbers.scalars.sqrt(size + imaginary + below)
    if not head.real < 0:
        beta = -beta
    tau = (beta - head) / beta
    vector = [x / (head - beta) for x in column[1:]]
    _apply(rows, k, vector, tau.conjugate(), k + 1, zero)
    rows[k][k] = beta
    for row in rows[k + 1 :]:
        row[k] = zero
    return vector, tau


def _apply(rows: Matrix, k: int, vector: list[Any], scale: Any, start: int, zero: Any) -> None:
    """(I - scale·v vᴴ) on the rows from ``k`` and columns from ``start``; v begins with a 1."""
    if not vector and scale == 0:
        return
    for j in range(start, len(rows[k]) if rows else 0):
        inner = rows[k][j]
        for x, row in zip(vector, rows[k + 1 :], strict=True):
            inner = inner + x.conjugate() * row[j]
        inner = inner * scale
        rows[k][j] = rows[k][j] - inner
        for x, row in zip(vector, rows[k + 1 :], strict=True):
            row[j] = row[j] - x * inner
