"""NumPy's own floats as a kind of numbers."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.functions import float_scalars
from harness.verification.oracles.multiprecision_namespace.kinds import Numbers

__all__ = ["FloatNumbers"]


class FloatNumbers(Numbers):
    """A NumPy floating type: ``float64``, or ``longdouble`` where it holds more than that."""

    def __init__(self, dtype: type[np.floating[Any]]) -> None:
        """``dtype`` is a NumPy scalar type."""
        self.dtype = np.dtype(dtype)
        self.name = self.dtype.name
        self.digits = int(np.finfo(dtype).precision)
        self.elementwise = {}
        self.scalars = float_scalars(self.dtype)

    @property
    def bits(self) -> int:
        """The significand's."""
        return int(np.finfo(self.dtype).nmant) + 1

    def computing(self) -> AbstractContextManager[Any]:
        """NumPy silent about NaN and infinities."""
        return np.errstate(all="ignore")

    def array(self, x: Any) -> np.ndarray:
        """Converted to the type; rounded, if it is the narrower one."""
        plain = np.asarray(x)
        if plain.dtype.kind == "c":
            return plain.astype(np.result_type(self.dtype, np.complex64))
        return plain.astype(self.dtype) if plain.dtype.kind == "f" else plain

    def each(self, name: str, *operands: Any) -> np.ndarray:
        """NumPy's own loop."""
        return np.asarray(getattr(self.scalars, name)(*operands))

    def number(self, x: float) -> Any:
        """NumPy's scalar of the type."""
        return self.dtype.type(x)

    def split(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """As for all numbers; ``low`` is 0 for float64."""
        plain = np.asarray(x)
        narrow = np.complex128 if plain.dtype.kind == "c" else np.float64
        high = plain.astype(narrow)
        low = np.zeros(plain.shape, narrow)
        finite = np.isfinite(high)
        low[finite] = (plain[finite] - high[finite]).astype(narrow)
        return high, low
