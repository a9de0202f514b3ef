"""The standard's questions about data types, answered as for float64.

The numbers are what stands for float64 here (and for complex128), so that a program that asks
for the precision of its operands goes the way that it goes in an engine.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.family import Family

__all__ = ["Inspection"]


class Inspection(Family):
    """Data types by name, and what may be asked about them."""

    bool = np.bool_
    int8, int16, int32, int64 = np.int8, np.int16, np.int32, np.int64
    uint8, uint16, uint32, uint64 = np.uint8, np.uint16, np.uint32, np.uint64
    float32, float64 = np.float32, np.float64
    complex64, complex128 = np.complex64, np.complex128

    def finfo(self, type: Any, /) -> Any:  # noqa: A002
        """Of a floating type, or of an array."""
        return np.finfo(self._dtype(type))

    def iinfo(self, type: Any, /) -> Any:  # noqa: A002
        """Of an integer type, or of an array."""
        return np.iinfo(self._dtype(type))

    def isdtype(self, dtype: Any, kind: Any) -> Any:
        """Whether ``dtype`` is of a ``kind``, or of one of several."""
        return np.isdtype(self._dtype(dtype), kind)

    def result_type(self, *arrays_and_dtypes: Any) -> Any:
        """The type that the operands have in common."""
        bare = (int, float, complex)
        return np.result_type(
            *(x if isinstance(x, bare) else self._dtype(x) for x in arrays_and_dtypes)
        )

    def can_cast(self, from_: Any, to: Any, /) -> Any:
        """Whether one type goes into another without loss."""
        return np.can_cast(self._dtype(from_), self._dtype(to))

    def _dtype(self, x: Any) -> np.dtype[Any]:
        if isinstance(x, np.ndarray) and x.dtype.kind not in "iub":
            return np.dtype(np.complex128 if self.numbers.is_complex(x) else np.float64)
        dtype = x.dtype if isinstance(x, np.ndarray) else np.dtype(x)
        return np.dtype(np.float64) if dtype.kind == "O" else dtype
