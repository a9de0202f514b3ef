"""Eigenvectors and singular vectors with their signs; eigenvalues of general matrices."""

from __future__ import annotations

from typing import Any

import mpmath
import numpy as np

from harness.verification.oracles.multiprecision_namespace.factorizations import jacobi
from harness.verification.oracles.multiprecision_namespace.factorizations.elimination import solve
from harness.verification.oracles.multiprecision_namespace.factorizations.gauges import (
    as_floats,
    phase_towards,
)
from harness.verification.oracles.multiprecision_namespace.factorizations.orthogonal import (
    completed,
)
from harness.verification.oracles.multiprecision_namespace.factorizations.stacks import (
    Matrix,
    Vector,
    adjoint,
    norm,
)
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["eig", "eigh", "svd"]

_NEWTON_STEPS = 12


def eigh(numbers: Numbers, a: Matrix) -> tuple[Vector, Matrix]:
    """Ascending eigenvalues, and the matrix whose columns are the eigenvectors; see ``gauges``."""
    values, vectors = jacobi.eigh(numbers, a)
    references = _references(numbers, np.linalg.eigh, a)
    theirs = [None] * len(a) if references is None else list(references[1].T)
    return values, _columns(
        [_turned(numbers, v, reference) for v, reference in zip(vectors, theirs, strict=True)]
    )


def svd(numbers: Numbers, a: Matrix, *, full: bool) -> tuple[Matrix, Vector, Matrix]:
    """U, σ (descending) and Vᴴ; with ``full`` U and V are square.

    u_k and v_k share their sign, which is that of LAPACK's v_k. What is beyond the rank is an
    orthonormal basis of the rest, as near to LAPACK's vectors as it can be.
    """
    references = _references(numbers, np.linalg.svd, a)
    if len(a) >= len(a[0]):
        return _tall_svd(numbers, a, references, full)
    if references is not None:
        u, values, v_adjoint = references
        references = v_adjoint.conj().T, values, u.conj().T
    v, values, u_adjoint = _tall_svd(numbers, adjoint(a), references, full)
    return adjoint(u_adjoint), values, adjoint(v)


def _tall_svd(
    numbers: Numbers, a: Matrix, references: Any, full: bool
) -> tuple[Matrix, Vector, Matrix]:
    """For at least as many rows as columns; ``references`` are LAPACK's three."""
    m, n = len(a), len(a[0])
    left, values, right = jacobi.svd(numbers, a)
    their_u = their_v = None
    if references is not None:
        their_u, _, their_v_adjoint = references
        their_v = their_v_adjoint.conj()
    for k, v in enumerate(right):
        phase = phase_towards(numbers, v, None if their_v is None else their_v[k])
        right[k] = [x * phase for x in v]
        left[k] = [x * phase for x in left[k]]
    rank = sum(bool(u) for u in left)
    candidates = [] if their_u is None else [list(numbers.array(c)) for c in their_u.T[rank:]]
    if full or rank < n:
        basis = completed(numbers, left[:rank], candidates, m)
        left = basis if full else basis[:n]
    return _columns(left), values, [[x.conjugate() for x in v] for v in right]


def eig(numbers: Numbers, a: Matrix) -> tuple[Vector, Matrix]:
    """Eigenvalues in LAPACK's order and unit eigenvectors beside LAPACK's, always complex.

    Each of LAPACK's pairs is a start for Newton's iteration on A v = λ v, uᴴ v = 1 with its
    vector u, which is regular at simple eigenvalues; for others mpmath's QR iteration stands in.
    """
    references = _references(numbers, np.linalg.eig, a)
    if references is None:
        nothing = numbers.number(float("nan"))
        return [nothing] * len(a), [[nothing] * len(a) for _ in a]
    values, vectors = (x.astype(np.complex128) for x in references)
    pairs = []
    with numbers.guarded(16):
        for value, vector in zip(values, vectors.T, strict=True):
            pair = _newton(numbers, a, numbers.array(value)[()], list(numbers.array(vector)))
            if pair is None:
                return _by_mpmath(numbers, a, values, vectors)
            pairs.append(pair)
    return [value for value, _ in pairs], _columns([vector for _, vector in pairs])


def _newton(numbers: Numbers, a: Matrix, value: Any, vector: Vector) -> tuple[Any, Vector] | None:
    n = len(a)
    weights = [x.conjugate() for x in vector]
    zero = numbers.number(0)
    enough = numbers.number(2) ** -(numbers.bits // 2 + 8)
    size = sum((norm(numbers, row) for row in a), zero)
    for _ in range(_NEWTON_STEPS):
        system = [
            [x - value if i == j else x for j, x in enumerate(row)] + [-vector[i]]
            for i, row in enumerate(a)
        ]
        system.append([*weights, zero])
        residual = [
            [value * x - sum((p * q for p, q in zip(row, vector, strict=True)), zero)]
            for x, row in zip(vector, a, strict=True)
        ]
        inner = sum((p * q for p, q in zip(weights, vector, strict=True)), zero)
        step = [row[0] for row in solve(numbers, system, [*residual, [1 - inner]])]
        vector = [x + y for x, y in zip(vector, step[:n], strict=True)]
        value = value + step[n]
        change = norm(numbers, step[:n])
        if change != change or change > 0.1:
            return None
        # The step is quadratically convergent: what follows a step of 2^-p/2 is exact.
        if change <= enough and abs(step[n]) <= enough * size:
            length = norm(numbers, vector)
            return value, [x / length for x in vector]
    return None


def _by_mpmath(
    numbers: Numbers, a: Matrix, values: np.ndarray, vectors: np.ndarray
) -> tuple[Vector, Matrix]:
    """mpmath's eigenpairs, each put where LAPACK has the nearest value."""
    if numbers.dtype.kind == "f":
        return list(numbers.array(values)), [list(row) for row in numbers.array(vectors)]
    scalars = numbers.scalars
    with mpmath.workprec(numbers.bits + 32):
        found, columns = mpmath.eig(
            mpmath.matrix([[scalars.to_mpmath(x) for x in row] for row in a])
        )
        left = list(range(len(a)))
        order = []
        for value in values:
            order.append(min(left, key=lambda k: abs(complex(found[k]) - value)))
            left.remove(order[-1])
        result, basis = [], []
        for k, theirs in zip(order, vectors.T, strict=True):
            result.append(scalars.complex_number(scalars.from_mpmath(mpmath.mpc(found[k]))))
            vector = [scalars.from_mpmath(mpmath.mpc(columns[i, k])) for i in range(len(a))]
            length = norm(numbers, vector)
            basis.append(_turned(numbers, [x / length for x in vector], theirs))
    return result, _columns(basis)


def _references(numbers: Numbers, function: Any, a: Matrix) -> Any:
    """What LAPACK finds in double precision; None where it finds nothing."""
    floats = as_floats(numbers, a)
    if np.iscomplexobj(floats) and not floats.imag.any():
        floats = floats.real
    if not np.isfinite(floats).all():
        return None
    try:
        return function(floats)
    except np.linalg.LinAlgError:
        return None


def _turned(numbers: Numbers, vector: Vector, reference: np.ndarray | None) -> Vector:
    phase = phase_towards(numbers, vector, reference)
    return [x * phase for x in vector]


def _columns(vectors: Matrix) -> Matrix:
    return [list(row) for row in zip(*vectors, strict=True)]
