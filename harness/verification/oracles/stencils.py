"""Difference quotients in many digits: derivatives without a derivative rule.

A step is a power of two times the size of what it moves, so that it is exact and a quotient by
it too. With P digits and a relative step of 2^-s, a central difference of first order is right
to about min(2s·log10 2, P - s·log10 2) digits.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from harness.contract import Operator
from harness.verification.oracles.directions import Direction, Unit
from harness.verification.oracles.multiprecision_namespace import Numbers
from harness.verification.oracles.multiprecision_namespace.decisions import Decider
from harness.verification.oracles.oracle import Question
from harness.verification.oracles.program import Program

__all__ = ["Stencil", "decimal_range", "stencil_of"]

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class Stencil:
    """Differences of ``phi`` about ``primals`` (arrays of ``numbers``), by steps of 2^-bits."""

    phi: Callable[[Arrays], np.ndarray]
    primals: Arrays
    numbers: Numbers
    bits: int
    _exponents: list[np.ndarray] = field(default_factory=list)

    def central(self, *directions: Direction) -> np.ndarray:
        """The symmetric difference quotient of order 0, 1 or 2 along ``directions``."""
        steps = [self._step(d) for d in directions]
        if not directions:
            return self.phi(self.primals)
        if len(directions) == 1:
            (d,), (h,) = directions, steps
            difference = self._at((d, h)) - self._at((d, -h))
            return np.asarray(difference / (2 * h))
        (v, w), (h, k) = directions, steps
        if isinstance(v, Unit) and isinstance(w, Unit) and v == w:
            total = self._at((v, h)) - 2 * self._at() + self._at((v, -h))
            return np.asarray(total / (h * h))
        total = (
            self._at((v, h), (w, k))
            - self._at((v, h), (w, -k))
            - self._at((v, -h), (w, k))
            + self._at((v, -h), (w, -k))
        )
        return np.asarray(total / (4 * h * k))

    def one_sided(self, sides: Sequence[int], *directions: Direction) -> np.ndarray:
        """The quotient that only goes along ``directions`` times ``sides`` (+1 or -1 for each)."""
        moves = [(d, side * self._step(d)) for d, side in zip(directions, sides, strict=True)]
        if len(moves) == 1:
            return np.asarray((self._at(*moves) - self._at()) / moves[0][1])
        first, second = moves
        total = self._at(first, second) - self._at(first) - self._at(second) + self._at()
        return np.asarray(total / (first[1] * second[1]))

    def rounding(self, *directions: Direction) -> np.ndarray:
        """What rounding in these numbers may do to ``central``: a float64 bound, in y's shape."""
        size = np.abs(self.phi(self.primals)) * self.numbers.number(10.0) ** (
            1 - self.numbers.digits
        )
        for direction in directions:
            size = size / self._step(direction)
        return np.asarray(size).astype(np.float64)

    def _at(self, *moves: tuple[Direction, Any]) -> np.ndarray:
        """φ at the primals moved by the sum of step × direction."""
        moved = list(self.primals)
        for direction, step in moves:
            if isinstance(direction, Unit):
                x = moved[direction.argument].copy()
                x.reshape(-1)[direction.index] += step
                moved[direction.argument] = x
            else:
                for i, d in enumerate(direction):
                    moved[i] = np.asarray(moved[i] + self.numbers.array(d) * step)
        return self.phi(tuple(moved))

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
    """The stencil of the question's φ: f, or ⟨ȳ, f⟩ for a vjp.

    ``operands`` (arguments and seeds) replace the question's own; ``decider`` settles the
    comparisons of every evaluation.
    """
    program = Program(question.problem.fun, numbers)
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


def _exponents(x: np.ndarray) -> np.ndarray:
    """The binary exponents of |x|; NaN for what is zero or not finite."""
    leading = np.asarray(x).astype(np.float64)
    usable = np.isfinite(leading) & (leading != 0)
    return np.where(usable, np.frexp(np.where(usable, leading, 1.0))[1], np.nan)


def _any_number(x: np.ndarray) -> bool:
    return bool((~np.isnan(x)).any())
