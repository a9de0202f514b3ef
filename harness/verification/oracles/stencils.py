"""Difference quotients in many digits: derivatives without a derivative rule.

A step is a power of two times the size of what it moves, so that it is exact and a quotient by
it too. With P digits and a relative step of 2^-s, a central difference of order n is right
to about min(2s·log10 2, P - n·s·log10 2) digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from harness.contract import Operator
from harness.verification.oracles.directions import Direction, Unit
from harness.verification.oracles.multiprecision_namespace import Numbers
from harness.verification.oracles.multiprecision_namespace.decisions import Decider
from harness.verification.oracles.oracle import Question
from harness.verification.oracles.program import Program

__all__ = ["EVALUATIONS", "Stencil", "decimal_range", "stencil_of"]

Arrays = tuple[np.ndarray, ...]

EVALUATIONS = (1, 2, 4, 6)
"""By order: how many values of φ the central differences of our plans take, at most."""

_CENTRAL = (
    (),
    ((1, 1), (-1, -1)),
    ((1, 1), (0, -2), (-1, 1)),
    ((2, 1), (1, -2), (-1, 2), (-2, -1)),
)
"""By how often a direction is there: (how many steps, weight) of each value. Errors are O(h²)."""

_FORWARD = (
    (),
    ((1, 1), (0, -1)),
    ((2, 1), (1, -2), (0, 1)),
    ((3, 1), (2, -3), (1, 3), (0, -1)),
)
"""The same to one side; errors are O(h)."""


@dataclass(frozen=True, slots=True)
class Stencil:
    """Differences of ``phi`` about ``primals`` (arrays of ``numbers``), by steps of 2^-bits."""

    phi: Callable[[Arrays], np.ndarray]
    primals: Arrays
    numbers: Numbers
    bits: int
    _exponents: list[np.ndarray] = field(default_factory=list)

    def central(self, *directions: Direction) -> np.ndarray:
        """The symmetric difference quotient of order 0 to 3 along ``directions``.

        A direction that is there more than once is differenced that often: along e, v, v the
        six values at ±e and 0, ±v, not eight.
        """
        return self._quotient(_CENTRAL, [(d, self._step(d)) for d in directions])

    def one_sided(self, sides: Sequence[int], *directions: Direction) -> np.ndarray:
        """The quotient that only goes along ``directions`` times ``sides`` (+1 or -1 for each).

        A direction that is there more than once should have one side, or it goes both ways.
        """
        moves = zip(directions, sides, strict=True)
        return self._quotient(_FORWARD, [(d, side * self._step(d)) for d, side in moves])

    def moved(self, *moves: tuple[Direction, int]) -> Stencil:
        """The same about a point that is one step on along each direction, times its sign."""
        at = self._moved(*((d, sign * self._step(d)) for d, sign in moves))
        return Stencil(self.phi, at, self.numbers, self.bits, list(self._exponents))

    def rounding(self, *directions: Direction) -> np.ndarray:
        """What rounding in these numbers may do to ``central``: a float64 bound, in y's shape."""
        size = np.abs(self.phi(self.primals)) * self.numbers.number(10.0) ** (
            1 - self.numbers.digits
        )
        for direction in directions:
            size = size / self._step(direction)
        return np.asarray(size).astype(np.float64)

    def _quotient(
        self, rules: tuple[Sequence[tuple[int, int]], ...], moves: Sequence[tuple[Direction, Any]]
    ) -> np.ndarray:
        """Σ of weights times φ over the product of each direction's rule, by the steps' product."""
        grouped: list[tuple[Direction, Any, int]] = []
        for d, h in moves:
            found = next((i for i, (e, k, _) in enumerate(grouped) if _same(d, e) and h == k), None)
            if found is None:
                grouped.append((d, h, 1))
            else:
                grouped[found] = (d, h, grouped[found][2] + 1)
        total: Any = None
        for terms in product(*(rules[times] for _, _, times in grouped)):
            weight = math.prod(w for _, w in terms)
            at = [(d, i * h) for (d, h, _), (i, _) in zip(grouped, terms, strict=True) if i]
            term = self._at(*at) if weight == 1 else weight * self._at(*at)
            total = term if total is None else total + term
        for _, h, times in grouped:
            spread = sum(weight * offset**times for offset, weight in rules[times])
            total = total / (spread // math.factorial(times) * h**times)
        return np.asarray(total)

    def _at(self, *moves: tuple[Direction, Any]) -> np.ndarray:
        """φ at the primals moved by the sum of step × direction."""
        return self.phi(self._moved(*moves))

    def _moved(self, *moves: tuple[Direction, Any]) -> Arrays:
        moved = list(self.primals)
        for direction, step in moves:
            if isinstance(direction, Unit):
                x = moved[direction.argument].copy()
                x.reshape(-1)[direction.index] += step
                moved[direction.argument] = x
            else:
                for i, d in enumerate(direction):
                    moved[i] = np.asarray(moved[i] + self.numbers.array(d) * step)
        return tuple(moved)

    def _step(self, direction: Direction) -> Any:
        """2^-bits times the smallest |x| that moves, measured by how fast it moves; 1 for zeros."""
        if not self._exponents:
            self._exponents.extend(_exponents(x) for x in self.primals)
        if isinstance(direction, Unit):
            exponent = float(self._exponents[direction.argument].reshape(-1)[direction.index])
        else:
            relative = [x - _exponents(d) for x, d in zip(self._exponents, direction, strict=True)]
            exponent = min((float(np.nanmin(r)) for r in relative if _any_number(r)), default=0.0)
        scale = 0 if math.isnan(exponent) else int(exponent)
        two = self.numbers.number(2.0)
        return two ** (scale - self.bits)


def stencil_of(
    question: Question,
    numbers: Numbers,
    bits: int,
    decider: Decider | None = None,
    operands: Arrays | None = None,
) -> Stencil:
    """The stencil of the question's φ: ``Question.fun``, or ⟨ȳ, f⟩ for a vjp.

    ``operands`` (arguments and seeds) replace the question's own; ``decider`` settles the
    comparisons of every evaluation.
    """
    program = Program(question.fun, numbers)
    given = program.enter(operands or (*question.args, *question.seeds))
    args, seeds = given[: len(question.args)], given[len(question.args) :]
    argnums = question.problem.argnums

    def phi(primals: Arrays) -> np.ndarray:
        full: list[np.ndarray] = list(args)
        for position, x in zip(argnums, primals, strict=True):
            full[position] = x
        (y,) = program(full, decider)
        if question.operator is Operator.VJP:
            return np.asarray(np.add.reduce(np.reshape(y * seeds[0], -1)))
        return y

    return Stencil(phi, tuple(args[i] for i in argnums), numbers, bits)


def decimal_range(operands: Sequence[np.ndarray]) -> int:
    """How many decimal digits lie between the smallest and the largest magnitude of the operands.

    A step that is small beside the smallest is lost beside the largest, unless the numbers
    have that many digits more.
    """
    sizes = [
        abs(x).astype(np.float64).reshape(-1) for x in operands if x.dtype.kind == "f" and x.size
    ]
    magnitudes = np.concatenate(sizes) if sizes else np.empty(0)
    magnitudes = magnitudes[np.isfinite(magnitudes) & (magnitudes > 0)]
    if not magnitudes.size:
        return 0
    largest, smallest = max(1.0, float(magnitudes.max())), min(1.0, float(magnitudes.min()))
    return math.ceil(math.log10(largest) - math.log10(smallest))


def _same(v: Direction, w: Direction) -> bool:
    """Whether two directions are one: the same element, or the very same arrays."""
    return v is w or (isinstance(v, Unit) and isinstance(w, Unit) and v == w)


def _exponents(x: np.ndarray) -> np.ndarray:
    """The binary exponents of |x|; NaN for what is zero or not finite."""
    leading = np.asarray(x).astype(np.float64)
    usable = np.isfinite(leading) & (leading != 0)
    return np.where(usable, np.frexp(np.where(usable, leading, 1.0))[1], np.nan)


def _any_number(x: np.ndarray) -> bool:
    return bool((~np.isnan(x)).any())
