"""Gaussian elimination and Cholesky: solve, inverse, determinant, triangular factors."""

from __future__ import annotations

import functools
from typing import Any

from harness.verification.oracles.multiprecision_namespace.factorizations.stacks import (
    Matrix,
    norm_squared,
)
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["cholesky", "determinant", "solve"]

_SUBSETS_UP_TO = 6
"""Up to this size a determinant is expanded over subsets of columns: n 2^(n-1) products."""

_BITS_OF_A_FLOAT = 53


def solve(numbers: Numbers, a: Matrix, b: Matrix) -> Matrix:
    """X with A X = B, by elimination with partial pivoting; NaN where A is singular."""
    n = len(a)
    if n == 0:
        return []
    if n <= _SUBSETS_UP_TO and determinant(numbers, a) == 0:
        # Told from the determinant, for elimination leaves roundings in place of a 0.
        return _nothing(numbers, n, len(b[0]))
    rows = [list(row) + list(right) for row, right in zip(a, b, strict=True)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: _size(rows[i][k]))
        if rows[pivot][k] == 0:
            return _nothing(numbers, n, len(b[0]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        top = rows[k]
        for i in range(k + 1, n):
            row = rows[i]
            if row[k] != 0:
                factor = row[k] / top[k]
                rows[i] = row[: k + 1] + [
                    x - factor * y for x, y in zip(row[k + 1 :], top[k + 1 :], strict=True)
                ]
    solution: Matrix = [[] for _ in range(n)]
    for i in reversed(range(n)):
        row = rows[i]
        right = row[n:]
        for j in range(i + 1, n):
            right = [x - row[j] * y for x, y in zip(right, solution[j], strict=True)]
        solution[i] = [x / row[i] for x in right]
    return solution


def determinant(numbers: Numbers, a: Matrix) -> Any:
    """det A without a division that rounds, exactly 0 for a singular matrix of floats.

    Small matrices by expansion, larger ones by Bareiss' fraction-free elimination with complete
    pivoting, both with as many bits more as the minors of a matrix of floats have.
    """
    n = len(a)
    with numbers.guarded(2 * n * _BITS_OF_A_FLOAT):
        return _expanded(numbers, a) if n <= _SUBSETS_UP_TO else _bareiss(numbers, a)


def cholesky(numbers: Numbers, a: Matrix) -> Matrix:
    """The lower factor L of A = L Lᴴ, from A's lower triangle alone, as LAPACK reads it.

    NaN throughout unless A is positive definite.
    """
    n = len(a)
    zero = numbers.number(0)
    factor = [[zero] * n for _ in range(n)]
    for j in range(n):
        row = factor[j]
        square = a[j][j].real - norm_squared(row[:j], zero)
        if not square > 0:
            return _nothing(numbers, n, n)
        row[j] = root = numbers.scalars.sqrt(square)
        conjugates = [x.conjugate() for x in row[:j]]
        for i in range(j + 1, n):
            entry = a[i][j]
            for x, y in zip(factor[i], conjugates, strict=False):
                entry = entry - x * y
            factor[i][j] = entry / root
    return factor


def _expanded(numbers: Numbers, a: Matrix) -> Any:
    """By rows: the minors of the first k rows from those of the first k - 1."""
    minors: dict[int, Any] = {0: numbers.number(1)}
    for row, terms in zip(a, _expansion(len(a)), strict=True):
        following: dict[int, Any] = {}
        for subset, column, smaller, negative in terms:
            product = row[column] * minors[smaller]
            if negative:
                product = -product
            known = following.get(subset)
            following[subset] = product if known is None else known + product
        minors = following
    return minors[2 ** len(a) - 1]


@functools.cache
def _expansion(n: int) -> tuple[tuple[tuple[int, int, int, bool], ...], ...]:
    """For each row: the subset of columns, the column taken from it, the rest, and the sign."""
    rows = []
    for k in range(1, n + 1):
        terms = []
        for subset in range(2**n):
            if subset.bit_count() != k:
                continue
            for column in range(n):
                if subset >> column & 1:
                    after = (subset >> (column + 1)).bit_count()
                    terms.append((subset, column, subset & ~(1 << column), after % 2 == 1))
        rows.append(tuple(terms))
    return tuple(rows)


def _bareiss(numbers: Numbers, a: Matrix) -> Any:
    """E. H. Bareiss, Math. Comp. 22 (1968): each entry is a minor of A, so 0 stays 0."""
    rows = [list(row) for row in a]
    n, negative, previous = len(rows), False, numbers.number(1)
    for k in range(n - 1):
        at, column = max(
            ((i, j) for i in range(k, n) for j in range(k, n)),
            key=lambda place: _size(rows[place[0]][place[1]]),
        )
        if rows[at][column] == 0:
            return numbers.number(0)
        if at != k:
            rows[k], rows[at], negative = rows[at], rows[k], not negative
        if column != k:
            negative = not negative
            for row in rows:
                row[k], row[column] = row[column], row[k]
        top, pivot = rows[k], rows[k][k]
        for row in rows[k + 1 :]:
            for j in range(k + 1, n):
                row[j] = (pivot * row[j] - row[k] * top[j]) / previous
        previous = pivot
    return -rows[-1][-1] if negative else rows[-1][-1]


def _size(x: Any) -> Any:
    """|x|, NaN first, so that it spreads."""
    size = abs(x)
    return size if size == size else float("inf")


def _nothing(numbers: Numbers, rows: int, columns: int) -> Matrix:
    return [[numbers.number(float("nan"))] * columns for _ in range(rows)]
