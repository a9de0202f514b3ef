"""Central differences of a problem in many digits, and what is believed of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from harness.contract import Operator, Problem, UnsupportedOperatorError, function_of
from harness.verification.oracles.multiprecision_namespace import Numbers
from harness.verification.oracles.program import Program

__all__ = ["Point"]

Arrays = tuple[np.ndarray, ...]

_BITS = (100, 117)
"""Of the two steps; the second is believed."""

_BESIDE = (40, 60)
"""How far beside a kink slopes are taken: more steps than one, and little beside the arguments."""

_ALIKE = 1e-8
"""Slopes beside a kink, at the two distances."""

_AGREEMENT = 1e-10
"""Of the two quotients. The second errs by the square of its step, 2^-34 of the first's error."""

_SHRINKS = 2.0**-10
_NOISE = 1e3


class Point:
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


def _finite(x: np.ndarray) -> bool:
    return bool(np.all(np.asarray(x - x == 0, dtype=bool)))
