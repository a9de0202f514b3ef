"""A backend that is right: every operator by central differences of the problem in many digits.

It is as slow as it is plain. Nothing in it is a derivative rule, and nothing of the oracles is in
it but the numbers and the namespace: they take one lattice of values to one side of a point and
contract its differences; this takes a central quotient for each result, by two steps, and believes
it where the two agree. Where they do not (a derivative is infinite, or a value is missing on one
side) it says that it does not support the case.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from harness.contract import (
    Array,
    Backend,
    Namespace,
    Operator,
    Problem,
    UnsupportedOperatorError,
    function_of,
)
from harness.contract.numpy_namespace import NUMPY
from harness.verification.oracles.multiprecision_namespace import Numbers, multiprecision_numbers
from harness.verification.oracles.program import Program
from harness.verification.oracles.stencils import decimal_range

__all__ = ["Reference"]

Arrays = tuple[np.ndarray, ...]

_BITS = (100, 117)
"""Of the two steps; the second is believed."""

_DIGITS = (80, 500)
"""What is left of a quotient; the second where the first gives a zero that may be only small."""

_BESIDE = (40, 60)
"""How far beside a kink slopes are taken: more steps than one, and little beside the arguments."""

_ALIKE = 1e-8
"""Slopes beside a kink, at the two distances."""

_AGREEMENT = 1e-10
"""Of the two quotients. The second errs by the square of its step, 2^-34 of the first's error."""

_SHRINKS = 2.0**-10
_NOISE = 1e3


class Reference(Backend):
    """All operators but a descent, rounded once to the arguments' dtype."""

    operators = frozenset(Operator) - {Operator.DESCENT}
    dtypes = frozenset({"float64", "float32"})

    def __init__(self) -> None:
        """With an empty memory: nestings and modes of one operator have one answer."""
        self._known: dict[tuple[Any, ...], Arrays] = {}

    @property
    def xp(self) -> Namespace:
        """NumPy's, for nothing: every operator is answered by ``specialise``."""
        return NUMPY

    def asarray(self, x: np.ndarray) -> Array:
        """A copy."""
        return np.array(x, order="C")

    def to_numpy(self, x: Array) -> np.ndarray:
        """The array itself."""
        return np.asarray(x)

    def versions(self) -> dict[str, str]:
        """NumPy's."""
        return {"numpy": np.__version__}

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
            point = _Point(problem, operator, args, numbers)
            results = tuple(_asked(point, operator, seeds))
            if count == digits[-1] or not (order and any(_has_zero(r) for r in results)):
                return tuple(_rounded(numbers, r, dtype) for r in results)
    raise AssertionError("the last number of digits is always enough")


class _Point:
    """A problem at a point, in the given numbers: the scalars that move are one vector."""

    def __init__(
        self, problem: Problem, operator: Operator, args: Arrays, numbers: Numbers
    ) -> None:
        self.numbers = numbers
        self.primals = [args[i] for i in problem.argnums]
        self._argnums = problem.argnums
        self._program = Program(function_of(problem, operator), numbers)
        self._args = self._program.enter(args)
        self._values: dict[tuple[Any, ...], np.ndarray] = {}
        self._centre: np.ndarray | None = None
        flat = [np.abs(x).astype(np.float64).reshape(-1) for x in self.primals]
        sizes = np.concatenate(flat) if flat else np.empty(0)
        sizes = np.where(np.isfinite(sizes), np.minimum(sizes, 1.0), 0.0)
        # A zero moves like the smallest of the others, so as not to drown it.
        self._scales = np.where(sizes > 0, sizes, np.min(sizes[sizes > 0], initial=1.0))

    def value(self, moved: np.ndarray | None = None) -> np.ndarray:
        """F at the point, or with its scalars moved by so much."""
        key = () if moved is None else tuple(moved)
        if key not in self._values:
            args, start = list(self._args), 0
            for position, x in zip(self._argnums, self.primals, strict=True):
                if moved is not None:
                    step = moved[start : start + x.size].reshape(x.shape)
                    args[position] = np.asarray(self._args[position] + step)
                start += x.size
            (y,) = self._program(args)
            if y.dtype.kind != "O":
                y = self.numbers.array(y.astype(np.float64))
            self._values[key] = np.asarray(y)
        return self._values[key]

    def units(self) -> Iterator[np.ndarray]:
        """The unit directions."""
        for place in range(len(self._scales)):
            unit = np.zeros(len(self._scales))
            unit[place] = 1.0
            yield unit

    def derivative(self, *directions: np.ndarray) -> np.ndarray:
        """The derivative of f along all of ``directions``, in f's shape."""
        first, second = (self._quotient(bits, directions) for bits in _BITS)
        noise = self._noise(directions)
        if not (_finite(first) and _finite(second)):
            raise UnsupportedOperatorError("no finite difference quotient: it is at a border")
        gap, size = np.asarray(np.abs(first - second)), np.asarray(np.abs(second))
        vanishing = np.asarray((size <= np.abs(first) * _SHRINKS) | (size <= noise), dtype=bool)
        settled = np.asarray(gap <= size * _AGREEMENT + noise, dtype=bool)
        if not np.all(settled | vanishing):
            raise UnsupportedOperatorError("difference quotients of two steps do not agree")
        return np.asarray(np.where(vanishing, 0 * size, second))

    def gradients(self) -> list[np.ndarray]:
        """The derivatives along the unit directions, together those of a linear map.

        At a kink a central quotient is the mean of two slopes, and those of all directions need
        not fit together: of max at n equal elements each is 1/2. There they are taken beside the
        point, in a direction that meets no other kink, and must not depend on how far beside.
        """
        found = [self.derivative(unit) for unit in self.units()]
        if not any(map(self._bends, self.units())):
            return found
        near, nearer = (self._beside(bits) for bits in _BESIDE)
        for one, other in zip(near, nearer, strict=True):
            if np.any(np.asarray(np.abs(one - other) > _ALIKE * (1 + np.abs(one)), dtype=bool)):
                raise UnsupportedOperatorError("slopes beside the point depend on how far beside")
        return nearer

    def _bends(self, direction: np.ndarray) -> bool:
        """Whether the slopes to the two sides differ: by as much at the smaller step too."""
        first, second = (self._bend(bits, direction) for bits in _BITS)
        there = (second > first / 2) & (second > self._noise((direction,)))
        return bool(np.any(np.asarray(there, dtype=bool)))

    def _bend(self, bits: int, direction: np.ndarray) -> np.ndarray:
        """The slope ahead less that behind."""
        step = self._step(bits, direction)
        move = self.numbers.array(direction) * step
        change = self.value(move) + self.value(-move) - 2 * self.value()
        return np.asarray(np.abs(change) / step)

    def _beside(self, bits: int) -> list[np.ndarray]:
        """The slopes at a point that is a little aside."""
        rng = np.random.default_rng(len(self._scales))
        aside = rng.uniform(0.5, 1.0, len(self._scales)) * rng.choice((-1, 1), len(self._scales))
        self._centre = self.numbers.array(aside * self._scales) * self.numbers.number(2.0) ** -bits
        try:
            return [self.derivative(unit) for unit in self.units()]
        finally:
            self._centre = None

    def _quotient(self, bits: int, directions: Sequence[np.ndarray]) -> np.ndarray:
        moves = [self.numbers.array(d) * self._step(bits, d) for d in directions]
        total: Any = 0
        for signs in itertools.product((1, -1), repeat=len(moves)):
            moved = sum(sign * move for sign, move in zip(signs, moves, strict=True))
            moved = moved if self._centre is None else moved + self._centre
            total = total + math.prod(signs) * self.value(moved)
        for direction in directions:
            total = total / (2 * self._step(bits, direction))
        return np.asarray(total)

    def _step(self, bits: int, direction: np.ndarray) -> Any:
        """A power of two beside the smallest scalar that moves, measured by how fast it moves."""
        moving = direction != 0
        relative = np.log2(self._scales[moving]) - np.log2(np.abs(direction[moving]))
        exponent = math.floor(np.min(relative, initial=0.0)) - bits
        return self.numbers.number(2.0) ** exponent

    def _noise(self, directions: Sequence[np.ndarray]) -> Any:
        """What the rounding of values alone may leave in a quotient."""
        sizes = [y for y in np.abs(self.value().reshape(-1)) if y - y == 0]
        unit = self.numbers.number(10.0) ** (1 - self.numbers.digits)
        noise = _NOISE * max(sizes, default=0) * unit
        for direction in directions:
            noise = noise / self._step(_BITS[1], direction)
        return noise


def _asked(point: _Point, operator: Operator, seeds: Arrays) -> Iterator[np.ndarray]:
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


def _finite(x: np.ndarray) -> bool:
    return bool(np.all(np.asarray(x - x == 0, dtype=bool)))


def _has_zero(x: np.ndarray) -> bool:
    return bool(np.any(np.asarray(x == 0, dtype=bool)))
