"""Arrays of numbers: NumPy's, with 0-d results kept as arrays and comparisons put to decisions."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace import steps
from harness.verification.oracles.multiprecision_namespace.decisions import settle
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["NumberArray", "absolute", "larger_of", "plain", "smaller_of"]


class NumberArray(np.ndarray):
    """An ndarray of ``numbers``: object elements, or NumPy's own floats.

    Indexing, broadcasting, operators and in-place operators are NumPy's. What differs: an
    element is a 0-d array, as in the array API standard; the operations that ``numbers``
    knows better (division, powers) go there; and comparisons are decisions.
    """

    numbers: Numbers

    @classmethod
    def of(cls, x: Any, numbers: Numbers) -> NumberArray:
        """``x``, an array or a scalar of these numbers, without a copy."""
        array = np.asarray(x, dtype=object if numbers.dtype.kind == "O" else None).view(cls)
        array.numbers = numbers
        return array

    def __array_finalize__(self, origin: Any) -> None:
        """Views and slices keep their kind of numbers."""
        if origin is not None and hasattr(origin, "numbers"):
            self.numbers = origin.numbers

    @property  # type: ignore[misc]  # NumPy's can be assigned to; arrays of the standard cannot.
    def real(self) -> Any:
        """The real parts; NumPy would hand back an object array as it is."""
        return NumberArray.of(_part("real", plain(self)), self.numbers)

    @property  # type: ignore[misc]
    def imag(self) -> Any:
        """The imaginary parts; NumPy would say 0 for an object array."""
        return NumberArray.of(_part("imag", plain(self)), self.numbers)

    def __getitem__(self, index: Any) -> Any:
        """An element is a 0-d array of the same numbers."""
        item = super().__getitem__(index)
        return item if isinstance(item, np.ndarray) else NumberArray.of(item, self.numbers)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = None, **kwargs: Any
    ) -> Any:
        """NumPy's operation on the plain arrays, with the exceptions that the class names."""
        operands = [plain(x) for x in inputs]
        if out is not None:
            kwargs["out"] = tuple(plain(x) for x in out)
            getattr(ufunc, method)(*operands, **kwargs)
            return out[0]
        if method == "__call__" and not kwargs:
            if ufunc in _DECIDED:
                return _DECIDED[ufunc](self.numbers, *operands)
            name = ufunc.__name__
            own = self.numbers.elementwise.get(_STANDARD_NAMES.get(name, name))
            result = own(*operands) if own else ufunc(*operands)
        else:
            result = getattr(ufunc, method)(*operands, **kwargs)
        if isinstance(result, tuple):
            return tuple(NumberArray.of(r, self.numbers) for r in result)
        if getattr(result, "dtype", None) == np.bool_:
            return np.asarray(result)
        return NumberArray.of(result, self.numbers)


def plain(x: Any) -> Any:
    """``x`` as a plain ndarray where it is an array of numbers, else as it is."""
    return x.view(np.ndarray) if isinstance(x, NumberArray) else x


def larger_of(numbers: Numbers, first: Any, second: Any) -> NumberArray:
    """The elementwise maximum; NaN in either gives NaN. A bare number counts as the second side."""
    return _one_of(numbers, first, second, larger=True)


def smaller_of(numbers: Numbers, first: Any, second: Any) -> NumberArray:
    """The elementwise minimum, likewise."""
    return _one_of(numbers, first, second, larger=False)


def absolute(numbers: Numbers, x: Any) -> NumberArray:
    """|x|: x on its first side, -x on the other; the modulus of complex numbers, undecided."""
    if numbers.is_complex(x):
        return NumberArray.of(np.abs(x), numbers)
    taken = settle(x, 0, np.asarray(x >= 0, dtype=bool))
    # + 0: the modulus of -0 is 0.
    return NumberArray.of(np.where(taken, x, -x) + 0, numbers)


def _one_of(numbers: Numbers, first: Any, second: Any, *, larger: bool) -> NumberArray:
    if not isinstance(first, np.ndarray):
        first, second = second, first
    if not isinstance(second, np.ndarray):
        second = numbers.number(second)
    high, low = (first, second) if larger else (second, first)
    taken = settle(high, low, np.asarray(np.greater_equal(high, low), dtype=bool))
    result = np.where(taken, first, second)
    unordered = np.asarray((first != first) | (second != second), dtype=bool)
    if unordered.any():
        result = np.where(unordered, first + second, result)
    return NumberArray.of(result, numbers)


def _part(name: str, x: np.ndarray) -> np.ndarray:
    if x.dtype.kind != "O":
        return np.asarray(getattr(x, name))
    return np.asarray(np.frompyfunc(operator.attrgetter(name), 1, 1)(x), dtype=object)


def _wrapped(step: Callable[..., np.ndarray]) -> Callable[..., Any]:
    """A function of ``steps`` on what a ufunc was given, bare numbers included."""

    def apply(numbers: Numbers, *operands: Any) -> Any:
        arrays = [
            x if isinstance(x, np.ndarray) and x.dtype.kind not in "iub" else _entered(numbers, x)
            for x in operands
        ]
        result = step(numbers, *arrays)
        return result if result.dtype == np.bool_ else NumberArray.of(result, numbers)

    return apply


def _entered(numbers: Numbers, x: Any) -> np.ndarray:
    return numbers.array(np.asarray(x, dtype=np.float64))


def _compared(ufunc: np.ufunc, *, negated: bool) -> Callable[..., np.ndarray]:
    """``first > second`` and its kin as a decision; ``negated``: true where first is smaller."""

    def compare(numbers: Numbers, first: Any, second: Any) -> np.ndarray:
        outcome = np.asarray(ufunc(first, second), dtype=bool)
        settled = settle(first, second, ~outcome if negated else outcome)
        return ~settled if negated else settled

    return compare


_DECIDED: dict[np.ufunc, Callable[..., Any]] = {
    np.greater: _compared(np.greater, negated=False),
    np.greater_equal: _compared(np.greater_equal, negated=False),
    np.less: _compared(np.less, negated=True),
    np.less_equal: _compared(np.less_equal, negated=True),
    np.maximum: larger_of,
    np.minimum: smaller_of,
    np.absolute: absolute,
    np.sign: _wrapped(steps.sign),
    np.signbit: _wrapped(steps.signbit),
    np.copysign: _wrapped(steps.copysign),
    np.floor: _wrapped(steps.floor),
    np.ceil: _wrapped(steps.ceil),
    np.trunc: _wrapped(steps.trunc),
    np.rint: _wrapped(steps.round_half_even),
    np.floor_divide: _wrapped(steps.floor_divide),
    np.remainder: _wrapped(steps.remainder),
}

# Where NumPy's name of a ufunc is not the standard's.
_STANDARD_NAMES = {"power": "pow", "arctan2": "atan2"} | {
    f"arc{name}": f"a{name}" for name in ("cos", "cosh", "sin", "sinh", "tan", "tanh")
}
