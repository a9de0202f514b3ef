"""A backend that is right: every operator by central differences of the problem in many digits.

It is as slow as it is plain. Nothing in it is a derivative rule, and nothing of the oracles is in
it but the numbers and the namespace: they take one lattice of values to one side of a point and
contract its differences; this takes a central quotient for each result, by two steps, and believes
it where the two agree. Where they do not (a derivative is infinite, or a value is missing on one
side) it says that it does not support the case.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from backends.numpy_arrays import NumPyArrays
from harness.contract import Operator, Problem, UnsupportedOperatorError
from harness.verification.oracles.multiprecision_namespace import Numbers, multiprecision_numbers
from harness.verification.oracles.stencils import decimal_range

from .differences import Point

__all__ = ["Reference"]

Arrays = tuple[np.ndarray, ...]

_DIGITS = (80, 500)
"""What is left of a quotient; the second where the first gives a zero that may be only small."""


class Reference(NumPyArrays):
    """All operators but a descent, rounded once to the arguments' dtype.

    The namespace is NumPy's, for nothing: every operator is answered by ``specialise``.
    """

    operators = frozenset(Operator) - {Operator.DESCENT}
    dtypes = frozenset({"float64", "float32"})

    def __init__(self) -> None:
        """With an empty memory: nestings and modes of one operator have one answer."""
        self._known: dict[tuple[Any, ...], Arrays] = {}

    def forget(self) -> None:
        """Nothing of one problem serves another."""
        self._known.clear()

    def specialise(self, problem: Problem, operator: Operator) -> Callable[..., Arrays] | None:
        """By differences; None for a descent, which is no derivative."""
        if operator is Operator.DESCENT:
            return None
        answer = functools.partial(self._answered, problem, operator)
        if not operator.batched:
            return answer

        def by_rows(*operands: np.ndarray) -> Arrays:
            rows = [answer(*row) for row in zip(*operands, strict=True)]
            return tuple(np.stack(parts) for parts in zip(*rows, strict=True))

        return by_rows

    def _answered(self, problem: Problem, operator: Operator, *operands: np.ndarray) -> Arrays:
        arrays = [np.asarray(x) for x in operands]
        key = (operator.base, *((x.dtype.str, x.shape, x.tobytes()) for x in arrays))
        if key not in self._known:
            count = len(problem.arguments)
            args, seeds = tuple(arrays[:count]), tuple(arrays[count:])
            self._known[key] = answer(problem, operator, args, seeds)
        return tuple(result.copy() for result in self._known[key])


def answer(problem: Problem, operator: Operator, args: Arrays, seeds: Arrays) -> Arrays:
    """The results in the layout of ``derivation``; UnsupportedOperatorError where none settles."""
    order = operator.order
    dtype = args[problem.argnums[0]].dtype
    digits = [d + 31 * order + (order + 1) * decimal_range(args) for d in _DIGITS]
    for count in digits:
        numbers = multiprecision_numbers(count)
        with numbers.computing():
            point = Point(problem, operator, args, numbers)
            results = tuple(_asked(point, operator, seeds))
            if count == digits[-1] or not (order and any(_has_zero(r) for r in results)):
                return tuple(_rounded(numbers, r, dtype) for r in results)
    raise AssertionError("the last number of digits is always enough")


def _asked(point: Point, operator: Operator, seeds: Arrays) -> Iterator[np.ndarray]:
    """The results as arrays of numbers."""
    base = operator.base
    if base is Operator.VALUE:
        yield point.value()
        return
    units = list(point.units())
    if base is Operator.HESSIAN:
        table = _stacked([point.derivative(d, e) for d in units for e in units], ())
        square = table.reshape(len(units), len(units))
        for rows, x in _spans(point.primals):
            for columns, z in _spans(point.primals):
                yield square[rows, columns].reshape((*x.shape, *z.shape))
        return
    shape = point.value().shape
    seed = np.concatenate([s.astype(np.float64).reshape(-1) for s in seeds] or [np.empty(0)])
    match base:
        case Operator.JVP:
            columns = point.gradients()
            v = point.numbers.array(seed)
            yield np.asarray(np.sum(_stacked(columns, shape) * v, axis=-1))
            return
        case Operator.JACOBIAN | Operator.GRADIENT:
            columns = point.gradients()
        case Operator.VJP:
            bar = point.numbers.array(seed.reshape(shape))
            columns = [np.asarray(np.sum(column * bar)) for column in point.gradients()]
            shape = ()
        case Operator.HVP:
            columns = [point.derivative(unit, seed) for unit in units]
        case Operator.THIRD:
            columns = [point.derivative(unit, seed, seed) for unit in units]
        case _:
            raise UnsupportedOperatorError(f"{operator} is no derivative")
    table = _stacked(columns, shape)
    for span, x in _spans(point.primals):
        yield table[..., span].reshape((*shape, *x.shape))


def _stacked(columns: Sequence[np.ndarray], shape: tuple[int, ...]) -> np.ndarray:
    """Arrays of ``shape`` along a new last axis."""
    made = np.empty((*shape, len(columns)), dtype=object)
    for place, column in enumerate(columns):
        made[..., place] = column
    return made


def _spans(primals: Sequence[np.ndarray]) -> Iterator[tuple[slice, np.ndarray]]:
    """Where each argument is in the vector."""
    start = 0
    for x in primals:
        yield slice(start, start + x.size), x
        start += x.size


def _rounded(numbers: Numbers, x: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """The nearest numbers of ``dtype``, rounded once.

    On the way to float32 the float64 is rounded to odd, so that nothing is rounded twice to even.
    """
    high, low = numbers.split(x)
    if dtype == np.float32:
        even = high.view(np.int64) % 2 == 0
        odd = np.where((low != 0) & even, np.nextafter(high, np.copysign(np.inf, low)), high)
        return np.asarray(odd, dtype=dtype).reshape(x.shape)
    return np.asarray(high, dtype=dtype).reshape(x.shape)


def _has_zero(x: np.ndarray) -> bool:
    return bool(np.any(np.asarray(x == 0, dtype=bool)))
