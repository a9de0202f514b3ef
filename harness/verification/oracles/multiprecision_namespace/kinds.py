"""What a kind of numbers gives: arithmetic in a context, conversion, functions of one number."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.functions import Elementwise, Scalars

__all__ = ["Numbers"]


class Numbers(ABC):
    """One kind of real number; arrays of it are plain NumPy arrays of ``dtype``."""

    name: str
    dtype: np.dtype[Any]
    digits: int
    """Decimal digits that an operation keeps."""
    elementwise: Elementwise
    """Functions of plain arrays by their standard names; ``divide`` and ``pow`` among them."""
    scalars: Scalars
    """The same functions of single numbers, and more; see ``functions``."""

    @property
    @abstractmethod
    def bits(self) -> int:
        """How many bits of a significand an operation keeps."""

    def guarded(self, bits: int) -> AbstractContextManager[Any]:
        """Inside ``computing()``: arithmetic with ``bits`` more, where there are more."""
        return nullcontext()

    def is_complex(self, x: Any) -> bool:
        """Whether any element of the plain array ``x`` is complex (of integers, none)."""
        array = np.asarray(x)
        if array.dtype.kind != "O":
            return array.dtype.kind == "c"
        kinds = (self.scalars.complex_type, complex)
        return any(isinstance(element, kinds) for element in array.flat)

    @abstractmethod
    def each(self, name: str, *operands: Any) -> np.ndarray:
        """``scalars.name`` of each element of plain arrays, as an array."""

    @abstractmethod
    def computing(self) -> AbstractContextManager[Any]:
        """The context in which arithmetic has this precision and no warning is given."""

    @abstractmethod
    def array(self, x: Any) -> np.ndarray:
        """``x`` as an array of these numbers, exactly; integers and booleans stay as they are.

        Complex floats become complex numbers of the same kind.
        """

    @abstractmethod
    def number(self, x: float) -> Any:
        """A bare number as one of these, exactly."""

    @abstractmethod
    def split(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Two float64 arrays, ``high + low``: the numbers to about 31 digits (or all they have).

        Two complex128 arrays, where any number is complex.
        """
