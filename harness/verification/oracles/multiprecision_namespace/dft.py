"""The discrete Fourier transform along the last axis, on plain arrays of numbers.

A transform of length n is a product with the matrix of the n-th roots of unity; above a
threshold it is split at n's smallest factor first (Cooley, Tukey).
"""

from __future__ import annotations

import numpy as np

from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["roots_of_unity", "transformed"]

_DIRECT_UP_TO = 16

_known: dict[tuple[str, int, int, bool], np.ndarray] = {}


def roots_of_unity(numbers: Numbers, n: int, *, inverse: bool) -> np.ndarray:
    """exp(∓2πik/n) for k < n: those on the axes exactly."""
    key = (numbers.name, numbers.digits, n, inverse)
    if key not in _known:
        scalars = numbers.scalars
        roots = np.empty(n, np.result_type(numbers.dtype, np.complex64))
        axis = [(1, 0), (0, 1), (-1, 0), (0, -1)]
        with numbers.computing():
            for k in range(n):
                if 4 * k % n == 0:
                    c, s = map(numbers.number, axis[4 * k // n])
                else:
                    angle = scalars.pi() * (2 * k) / n
                    c, s = scalars.cos(angle), scalars.sin(angle)
                roots[k] = scalars.complex_number(c, s if inverse else -s)
        _known[key] = roots
    return _known[key]


def transformed(x: np.ndarray, roots: np.ndarray) -> np.ndarray:
    """Σ_j x_j w^(jk) over the last axis, w = ``roots[1]``."""
    n = x.shape[-1]
    factor = next((p for p in range(2, n) if n % p == 0), n)
    if n <= _DIRECT_UP_TO or factor == n:
        exponents = np.outer(np.arange(n), np.arange(n)) % n
        return np.asarray(np.matmul(x, roots[exponents]))
    # x_(factor·i + j): transforms of length n/factor over i, turned, then of length factor over j.
    rest = n // factor
    parts = np.moveaxis(x.reshape(*x.shape[:-1], rest, factor), -1, 0)
    inner = [transformed(part, roots[::factor]) for part in parts]
    stacked = np.stack(
        [part * roots[(j * np.arange(rest)) % n] for j, part in enumerate(inner)], axis=-1
    )
    outer = transformed(stacked, roots[::rest])
    return np.moveaxis(outer, -1, -2).reshape(*x.shape[:-1], n)
