"""The standard's ``linalg`` on arrays of numbers: stacks of matrices, any precision."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray
from harness.verification.oracles.multiprecision_namespace.factorizations import (
    elimination,
    jacobi,
    orthogonal,
    spectral,
)
from harness.verification.oracles.multiprecision_namespace.factorizations.stacks import (
    Matrix,
    adjoint,
    over_stacks,
)
from harness.verification.oracles.multiprecision_namespace.norms import Norms
from harness.verification.oracles.multiprecision_namespace.products import Products

__all__ = [
    "EigResult",
    "EighResult",
    "LinearAlgebra",
    "QRResult",
    "SVDResult",
    "SlogdetResult",
]


class EighResult(NamedTuple):
    """Eigenvalues and eigenvectors."""

    eigenvalues: NumberArray
    eigenvectors: NumberArray


EigResult = EighResult


class QRResult(NamedTuple):
    """A = Q R."""

    Q: NumberArray
    R: NumberArray


class SlogdetResult(NamedTuple):
    """det A = sign · exp(logabsdet)."""

    sign: NumberArray
    logabsdet: NumberArray


class SVDResult(NamedTuple):
    """A = U diag(S) Vh."""

    U: NumberArray
    S: NumberArray
    Vh: NumberArray


class LinearAlgebra(Norms, Products):
    """Factorisations, and what is computed by them.

    Where NumPy raises ``LinAlgError`` (a singular matrix, or one that is not positive definite)
    the result is NaN for that matrix. The signs of eigenvectors, singular vectors and QR are
    LAPACK's; see ``gauges`` and ``orthogonal``.
    """

    def cholesky(self, x: Any, /, *, upper: bool = False) -> NumberArray:
        """L with x = L Lᴴ from the lower triangle; with ``upper`` Lᴴ, from the upper one."""
        array = self._square(x)
        if upper:
            array = np.conjugate(array.swapaxes(-1, -2))
        (factor,) = self._stacks(elimination.cholesky, [array], [array.shape[-2:]])
        return self.leave(np.conjugate(factor.swapaxes(-1, -2)) if upper else factor)

    def det(self, x: Any, /) -> NumberArray:
        """The determinant, exactly 0 for a singular matrix of floats."""
        (result,) = self._stacks(elimination.determinant, [self._square(x)], [()])
        return self.leave(result)

    def slogdet(self, x: Any, /) -> SlogdetResult:
        """The determinant's sign, or phase, and the logarithm of its modulus."""
        (det,) = self._stacks(elimination.determinant, [self._square(x)], [()])
        zero = np.asarray(det == 0, dtype=bool)
        size = np.asarray(np.abs(det))
        sign = np.where(zero, det, det / np.where(zero, self.numbers.number(1), size))
        return SlogdetResult(self.leave(sign), self.call("log", size))

    def inv(self, x: Any, /) -> NumberArray:
        """The inverse; NaN of a singular matrix."""
        array = self._square(x)
        identity = self.numbers.array(np.eye(array.shape[-1]))
        (result,) = self._stacks(elimination.solve, [array, identity], [array.shape[-2:]])
        return self.leave(result)

    def solve(self, x1: Any, x2: Any, /) -> NumberArray:
        """y with x1 y = x2; ``x2`` is one vector if it has one axis, else a stack of matrices."""
        matrix, right = self._square(x1), self.enter_numbers(x2)
        is_vector = right.ndim == 1
        columns = right[:, None] if is_vector else right
        (result,) = self._stacks(elimination.solve, [matrix, columns], [columns.shape[-2:]])
        return self.leave(result[..., 0] if is_vector else result)

    def matrix_power(self, x: Any, n: int, /) -> NumberArray:
        """The ``n``-th power by squaring; of the inverse where n < 0."""
        base = self._square(x)
        if n < 0:
            base, n = self.inv(base).view(np.ndarray), -n
        power = np.broadcast_to(self.numbers.array(np.eye(base.shape[-1])), base.shape)
        while n:
            if n & 1:
                power = np.matmul(power, base)
            base, n = np.matmul(base, base) if n > 1 else base, n >> 1
        return self.leave(power)

    def qr(self, x: Any, /, *, mode: str = "reduced") -> QRResult:
        """Q and R; ``mode`` is "reduced" or "complete"."""
        if mode not in ("reduced", "complete"):
            raise ValueError(f'mode is "reduced" or "complete", not {mode!r}')
        array = self.enter_numbers(x)
        m, n = array.shape[-2:]
        width = m if mode == "complete" else min(m, n)
        function = partial(orthogonal.qr, complete=mode == "complete")
        q, r = self._stacks(function, [array], [(m, width), (width, n)])
        return QRResult(self.leave(q), self.leave(r))

    def eigh(self, x: Any, /) -> EighResult:
        """Ascending eigenvalues and eigenvectors of the Hermitian matrix of the lower triangle."""
        array = self._square(x)
        shape = array.shape[-2:]
        values, vectors = self._stacks(spectral.eigh, [array], [shape[:1], shape])
        return EighResult(self.leave(_real(values)), self.leave(vectors))

    def eigvalsh(self, x: Any, /) -> NumberArray:
        """The ascending eigenvalues alone."""
        array = self._square(x)
        values, _ = self._stacks(jacobi.eigh, [array], [array.shape[-1:], array.shape[-2:]])
        return self.leave(_real(values))

    def eig(self, x: Any, /) -> EigResult:
        """Eigenvalues and unit eigenvectors of any square matrix, complex always."""
        array = self._square(x)
        if self.numbers.dtype.kind == "f":
            array = array.astype(np.result_type(array, np.complex64))
        shape = array.shape[-2:]
        values, vectors = self._stacks(spectral.eig, [array], [shape[:1], shape])
        return EigResult(self.leave(values), self.leave(vectors))

    def eigvals(self, x: Any, /) -> NumberArray:
        """The eigenvalues alone, in LAPACK's order."""
        return self.eig(x).eigenvalues

    def svd(self, x: Any, /, *, full_matrices: bool = True) -> SVDResult:
        """U, the descending singular values and Vᴴ."""
        array = self.enter_numbers(x)
        m, n = array.shape[-2:]
        k = min(m, n)
        rows, columns = (m, n) if full_matrices else (k, k)
        function = partial(spectral.svd, full=full_matrices)
        u, s, vh = self._stacks(function, [array], [(m, rows), (k,), (columns, n)])
        return SVDResult(self.leave(u), self.leave(_real(s)), self.leave(vh))

    def svdvals(self, x: Any, /) -> NumberArray:
        """The descending singular values alone."""
        array = self.enter_numbers(x)

        def values(numbers: Any, a: Matrix) -> tuple[Any]:
            tall = a if len(a) >= len(a[0]) else adjoint(a)
            return (jacobi.svd(numbers, tall)[1],)

        (result,) = self._stacks(values, [array], [(min(array.shape[-2:]),)])
        return self.leave(_real(result))

    def pinv(self, x: Any, /, *, rtol: Any = None) -> NumberArray:
        """The pseudoinverse, without the singular values up to ``rtol`` times the largest.

        By default those of a float64 matrix that count as 0: its rank is what engines see.
        """
        u, s, vh = (part.view(np.ndarray) for part in self.svd(x, full_matrices=False))
        kept = self._counts(x, s, rtol)
        reciprocal = np.where(kept, 1 / np.where(kept, s, self.numbers.number(1)), 0 * s)
        left = np.conjugate(vh.swapaxes(-1, -2)) * reciprocal[..., None, :]
        return self.leave(np.matmul(left, np.conjugate(u.swapaxes(-1, -2))))

    def matrix_rank(self, x: Any, /, *, rtol: Any = None) -> np.ndarray:
        """How many singular values count, as for ``pinv``."""
        counted = self._counts(x, self.svdvals(x).view(np.ndarray), rtol)
        return np.asarray(np.count_nonzero(counted, axis=-1))

    def _counts(self, x: Any, s: np.ndarray, rtol: Any) -> np.ndarray:
        if rtol is None:
            rtol = max(np.shape(x)[-2:]) * np.finfo(np.float64).eps
        largest = s[..., :1] if s.shape[-1] else s
        return np.asarray(s > largest * np.asarray(rtol)[..., None], dtype=bool)

    def _square(self, x: Any) -> np.ndarray:
        array = self.enter_numbers(x)
        if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
            raise np.linalg.LinAlgError(
                f"a stack of square matrices is needed, not shape {array.shape}"
            )
        return array

    def _stacks(
        self, function: Any, operands: list[np.ndarray], shapes: list[tuple[int, ...]]
    ) -> tuple[np.ndarray, ...]:
        def parts(*matrices: Matrix) -> tuple[Any, ...]:
            result = function(self.numbers, *matrices)
            return result if isinstance(result, tuple) else (result,)

        return over_stacks(self.numbers, parts, operands, [2] * len(operands), shapes)


def _real(x: np.ndarray) -> np.ndarray:
    """The real array that a complex float array is, where results are real by nature."""
    return x.real if x.dtype.kind == "c" else x
