"""The array API standard on arrays of many digits: the namespace in which truth is found.

A problem's ``fun(xp, *args)`` runs here unchanged. Nothing in this package knows a derivative.
"""

from __future__ import annotations

import functools
from typing import Any

from harness.contract.numpy_namespace import NUMPY
from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray
from harness.verification.oracles.multiprecision_namespace.creation import Creation
from harness.verification.oracles.multiprecision_namespace.elementwise import Elementwise
from harness.verification.oracles.multiprecision_namespace.fourier import Fourier
from harness.verification.oracles.multiprecision_namespace.indexing import Indexing
from harness.verification.oracles.multiprecision_namespace.inspection import Inspection
from harness.verification.oracles.multiprecision_namespace.linalg import LinearAlgebra
from harness.verification.oracles.multiprecision_namespace.ordering import Ordering
from harness.verification.oracles.multiprecision_namespace.precision import (
    FloatNumbers,
    GmpyNumbers,
    MpmathNumbers,
    Numbers,
    extended_numbers,
    multiprecision_numbers,
)
from harness.verification.oracles.multiprecision_namespace.products import Products
from harness.verification.oracles.multiprecision_namespace.reductions import Reductions
from harness.verification.oracles.multiprecision_namespace.shaping import Shaping
from harness.verification.oracles.multiprecision_namespace.special import Special

__all__ = [
    "FloatNumbers",
    "GmpyNumbers",
    "MpmathNumbers",
    "NumberArray",
    "NumberNamespace",
    "Numbers",
    "extended_numbers",
    "multiprecision_numbers",
]


class NumberNamespace(
    Elementwise, Reductions, Creation, Inspection, Shaping, Indexing, Ordering, Products
):
    """The namespace over one kind of ``numbers``; a name that it lacks is NumPy's for floats."""

    @functools.cached_property
    def linalg(self) -> LinearAlgebra:
        """The standard's ``linalg``, with ``eig`` and ``eigvals``."""
        return LinearAlgebra(self.numbers)

    @functools.cached_property
    def fft(self) -> Fourier:
        """The standard's ``fft``."""
        return Fourier(self.numbers)

    @functools.cached_property
    def special(self) -> Special:
        """SciPy's special functions, by its names."""
        return Special(self.numbers)

    def __getattr__(self, name: str) -> Any:
        """NumPy's function for floats; for the others there is nothing to fall back on."""
        if not name.startswith("_") and isinstance(self.numbers, FloatNumbers):
            return getattr(NUMPY, name)
        raise AttributeError(f"the multiprecision namespace has no {name!r} yet")
