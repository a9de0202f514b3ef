"""Jacobi's rotations: eigenvalues of Hermitian matrices, and singular values.

They converge quadratically, to all digits, and small singular values keep theirs.
"""

from __future__ import annotations

from typing import Any

from harness.verification.oracles.multiprecision_namespace.factorizations.stacks import (
    Matrix,
    Vector,
    norm_squared,
)
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["eigh", "svd"]

_SWEEPS = 60
_GUARD = 32


def eigh(numbers: Numbers, a: Matrix) -> tuple[Vector, Matrix]:
    """Ascending eigenvalues and their unit vectors, as a list of vectors, from A's lower triangle.

    Vectors are as the rotations leave them; ``gauges`` gives them their signs.
    """
    n = len(a)
    zero, one = numbers.number(0), numbers.number(1)
    with numbers.guarded(_GUARD):
        rows = [
            [
                a[i][i].real if i == j else a[i][j] if i > j else a[j][i].conjugate()
                for j in range(n)
            ]
            for i in range(n)
        ]
        vectors = [[one if i == j else zero for j in range(n)] for i in range(n)]
        size = numbers.scalars.sqrt(sum((norm_squared(row, zero) for row in rows), zero))
        if size - size != 0:
            return [size - size] * n, [[size - size] * n for _ in range(n)]
        negligible = size * _settled(numbers)
        for _ in range(_SWEEPS):
            if not _sweep(numbers, rows, vectors, negligible):
                break
        values = [_cleaned(numbers, rows[i][i].real, size) for i in range(n)]
    order = sorted(range(n), key=values.__getitem__)
    return [values[i] for i in order], [vectors[i] for i in order]


def svd(numbers: Numbers, a: Matrix) -> tuple[Matrix, Vector, Matrix]:
    """U, σ and V of an m × n matrix with m ≥ n: A = Σ σ_k u_k v_kᴴ, σ descending.

    U and V are lists of n vectors. By one-sided rotations of A's columns (Hestenes). Where σ is 0
    the vector of U is left out: ``None`` stands in its place.
    """
    n = len(a[0])
    zero, one = numbers.number(0), numbers.number(1)
    with numbers.guarded(_GUARD):
        columns = [list(column) for column in zip(*a, strict=True)]
        right = [[one if i == j else zero for j in range(n)] for i in range(n)]
        total = sum((norm_squared(column, zero) for column in columns), zero)
        size = numbers.scalars.sqrt(total)
        if size - size != 0:
            nothing = size - size
            return [[nothing] * len(a)] * n, [nothing] * n, [[nothing] * n] * n
        unit = _settled(numbers)
        for _ in range(_SWEEPS):
            if not _one_sided_sweep(numbers, columns, right, unit, total * unit * unit):
                break
        lengths = [numbers.scalars.sqrt(norm_squared(c, zero)) for c in columns]
        values = [_cleaned(numbers, s, size) for s in lengths]
        order = sorted(range(n), key=values.__getitem__, reverse=True)
        left: Matrix = [
            [x / values[k] for x in columns[k]] if values[k] != 0 else [] for k in order
        ]
    return left, [values[k] for k in order], [right[k] for k in order]


def _sweep(numbers: Numbers, rows: Matrix, vectors: Matrix, negligible: Any) -> bool:
    """Rotate every pair once; whether any was worth it."""
    rotated = False
    n = len(rows)
    for p in range(n):
        for q in range(p + 1, n):
            size = abs(rows[p][q])
            if size <= negligible:
                continue
            rotated = True
            phase = (rows[p][q] / size).conjugate()
            c, s = _rotation(numbers, rows[p][p].real, rows[q][q].real, size)
            # Columns, then rows: A ← Jᴴ A J with J = diag(1, phase) and a plane rotation.
            for row in rows:
                x, y = row[p], row[q] * phase
                row[p], row[q] = c * x - s * y, s * x + c * y
            back = phase.conjugate()
            top, low = rows[p], [y * back for y in rows[q]]
            rows[p] = [c * x - s * y for x, y in zip(top, low, strict=True)]
            rows[q] = [s * x + c * y for x, y in zip(top, low, strict=True)]
            _turn(vectors, p, q, c, s, phase)
    return rotated


def _one_sided_sweep(
    numbers: Numbers, columns: Matrix, right: Matrix, unit: Any, negligible: Any
) -> bool:
    rotated = False
    zero = numbers.number(0)
    root = numbers.scalars.sqrt
    for p in range(len(columns)):
        for q in range(p + 1, len(columns)):
            alpha, beta = norm_squared(columns[p], zero), norm_squared(columns[q], zero)
            if alpha <= negligible or beta <= negligible:
                continue
            inner = sum(
                (x.conjugate() * y for x, y in zip(columns[p], columns[q], strict=True)), zero
            )
            size = abs(inner)
            if size <= unit * root(alpha * beta):
                continue
            rotated = True
            phase = (inner / size).conjugate()
            c, s = _rotation(numbers, alpha, beta, size)
            _turn(columns, p, q, c, s, phase)
            _turn(right, p, q, c, s, phase)
    return rotated


def _rotation(numbers: Numbers, alpha: Any, beta: Any, size: Any) -> tuple[Any, Any]:
    """The smaller angle that makes [[alpha, size], [size, beta]] diagonal: its cosine and sine."""
    root = numbers.scalars.sqrt
    theta = (beta - alpha) / (2 * size)
    tangent = 1 / (abs(theta) + root(theta * theta + 1))
    if theta < 0:
        tangent = -tangent
    c = 1 / root(tangent * tangent + 1)
    return c, tangent * c


def _turn(vectors: Matrix, p: int, q: int, c: Any, s: Any, phase: Any) -> None:
    first, second = vectors[p], [y * phase for y in vectors[q]]
    vectors[p] = [c * x - s * y for x, y in zip(first, second, strict=True)]
    vectors[q] = [s * x + c * y for x, y in zip(first, second, strict=True)]


def _unit(numbers: Numbers) -> Any:
    return numbers.number(2) ** -numbers.bits


def _settled(numbers: Numbers) -> Any:
    """What is as good as 0, relatively: far below a rounding where there are guard bits."""
    return _unit(numbers) * (2.0 if numbers.dtype.kind == "f" else 2.0**-8)


def _cleaned(numbers: Numbers, value: Any, size: Any) -> Any:
    """0 in place of what rounding leaves of a 0."""
    return value if abs(value) > size * _unit(numbers) else numbers.number(0)
