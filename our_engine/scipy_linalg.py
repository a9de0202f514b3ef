"""scipy.linalg for traced arrays: sqrtm, expm, solve_triangular, solve_banded, solve_sylvester.

SciPy's own functions turn their argument into an array, which a tracer refuses; these take one. All
other names are SciPy's own. What numpy.linalg has (inv, solve, det, eigh, svd, ...), call there.
"""

from __future__ import annotations

from typing import Any

import scipy.linalg as _scipy

from .rules.scipy_linalg import expm, solve_banded, solve_sylvester, solve_triangular, sqrtm


def __getattr__(name: str) -> Any:
    """SciPy's own function of that name."""
    return getattr(_scipy, name)


def __dir__() -> list[str]:
    """SciPy's names."""
    return dir(_scipy)


__all__ = ["expm", "solve_banded", "solve_sylvester", "solve_triangular", "sqrtm"]
