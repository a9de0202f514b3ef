"""Richardson-extrapolated differences in floating point, with their own error bound.

For functions that the multiprecision namespace cannot run. The function runs on plain NumPy
arrays, in extended precision where it keeps that. Central differences with steps halved again
and again are extrapolated to step 0 (Ridders' table); how much the best entry still moves is the
error bound. Whoever uses the truth must look at the bound: it may be too wide to decide.

C. J. F. Ridders, Accurate computation of F'(x) and F'(x)F''(x), Adv. Eng. Softw. 4 (1982).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.contract import Operator, PointKind
from harness.verification.oracles.directions import Direction, Unit, assemble, plan, sweeps
from harness.verification.oracles.float_functions import (
    Function,
    float_function,
    rounding_noise,
    widest,
)
from harness.verification.oracles.multiprecision_namespace import FloatNumbers
from harness.verification.oracles.oracle import Question, TrueBlock, Truth, Undecided
from harness.verification.oracles.sensitivity import conditioning

__all__ = ["FiniteDifferences", "richardson"]

Arrays = tuple[np.ndarray, ...]

_STARTS = {1: (32, 26, 20, 14, 8, 2), 2: (22, 18, 14, 10, 6, 2)}
"""By order: tables begin at steps of 2^-start. A small step is drowned by rounding, and knows it;
a large one may leave the domain, or step over what the function does between. What a single table
says is not believed: all of its steps may be too large."""
_ROWS = 6
_SAFETY = 4.0
_TELLING = 1e-2
_GOLDEN = 0.6180339887498949
"""The tables' steps are no rational multiples of each other: on one lattice of points a fast
oscillation and a slow one can be the same."""


class FiniteDifferences:
    """The whole result by Richardson extrapolation; at most ``limit`` differences."""

    name = "finite-differences"
    rank = 60
    version = 1

    def __init__(self, limit: int = 4000) -> None:
        """``limit`` is on the directional derivatives of one truth."""
        self._limit = limit

    def truth(self, question: Question) -> Truth | Undecided:
        """The truth, with the bound of each component."""
        if question.operator is Operator.DESCENT:
            return Undecided("a descent is a programme of many gradients")
        if question.operator.order > max(_STARTS):
            return Undecided("third differences in floating point keep too few digits")
        if question.kind is not PointKind.SMOOTH:
            return Undecided("differences in floating point step across what happens at the point")
        scheme = plan(question)
        count = sweeps(scheme, question.primals)
        if count > self._limit:
            return Undecided(f"{count} differences are more than {self._limit}")
        operands = (*question.args, *question.seeds)
        try:
            with np.errstate(all="ignore"):
                dtype = widest(question, (np.longdouble, np.float64))
                function, primals = float_function(question, dtype)
                noise = rounding_noise(question, dtype)
                found = assemble(
                    scheme, primals, lambda *d: np.stack(richardson(function, primals, d, noise))
                )
                start = _rough_results(question, operands, dtype)
                condition = conditioning(
                    lambda moved: _rough_results(question, moved, dtype),
                    operands,
                    start,
                    FloatNumbers(np.float64),
                )
        except Exception as error:  # noqa: BLE001 - whatever a function does on these arrays
            return Undecided(f"the function does not run: {type(error).__name__}: {error}")
        blocks = []
        extended = FloatNumbers(np.longdouble)
        with extended.computing():
            for (value, bound), c in zip(found, condition, strict=True):
                narrow = bound.astype(np.float64)
                if not (np.isfinite(value).all() and np.isfinite(narrow).all()):
                    return Undecided("the differences do not settle here")
                blocks.append(TrueBlock(*extended.split(value), c, narrow))
        return Truth(self.name, tuple(blocks), "Richardson extrapolation")


def richardson(
    function: Function, primals: Arrays, directions: Sequence[Direction], noise: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The derivative of order 0, 1 or 2 along ``directions``, and a bound for its error.

    Both have the shape of the function's value; NaN where no table stays finite. ``noise`` is
    the rounding error of a value (``rounding_noise``).
    """
    value = function(primals)
    if not directions:
        return value, noise
    scale = _scale(primals, directions)
    best = np.full(value.shape, np.nan, value.dtype)
    bound = np.full(value.shape, np.inf, value.dtype)
    sure = confirmed = np.zeros(value.shape, dtype=bool)
    for i, start in enumerate(_STARTS[len(directions)]):
        step = scale * 2.0**-start * (1 + (i * _GOLDEN) % 1)
        found, error, telling = _table(function, primals, directions, step, noise)
        # A larger step is only believed where it confirms the smaller ones.
        confirms = np.abs(found - best) <= bound + error
        confirmed = confirmed | (confirms & telling & sure)
        better = (error < bound) & (confirms | np.isnan(best))
        best, bound = np.where(better, found, best), np.where(better, error, bound)
        sure = np.where(better, telling, sure)
    bound = np.where(confirmed, bound, np.inf)
    if len(directions) == 1:
        bound = np.where(_jumps(function, primals, directions[0], scale, noise), np.inf, bound)
    return best, bound


def _table(
    function: Function, primals: Arrays, directions: Sequence[Direction], step: float, noise: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The best entry of one table that begins at ``step``, how much it still moves, and whether
    that says anything: it moves little, or by no more than rounding makes it.
    """
    row: list[np.ndarray] = []
    best, bound = np.array(np.nan), np.array(np.inf)
    for i in range(_ROWS):
        h = step * 2.0**-i
        quotient = _quotient(function, primals, directions, h)
        rounding = 4 * noise / h ** len(directions)
        above, row = row, [quotient]
        for j, before in enumerate(above, start=1):
            # Central differences err in even powers of h.
            row.append(row[j - 1] + (row[j - 1] - before) / (4.0**j - 1))
            moved = np.fmax(np.abs(row[j] - row[j - 1]), np.abs(row[j] - before))
            error = _SAFETY * moved + rounding
            better = error < bound
            best, bound = np.where(better, row[j], best), np.where(better, error, bound)
    telling = (bound <= _TELLING * np.abs(best)) | (bound <= 2 * _SAFETY * rounding)
    return best, bound, telling


def _jumps(
    function: Function, primals: Arrays, direction: Direction, scale: float, noise: np.ndarray
) -> np.ndarray:
    """Whether the slopes ahead and behind stay apart as the step shrinks: a kink."""
    value = function(primals)
    gaps = []
    for h in (scale * 2.0**-16, scale * 2.0**-24):
        ahead, behind = (function(_moved(primals, (direction,), (s * h,))) for s in (1, -1))
        gaps.append(np.abs(ahead - 2 * value + behind) / h)
    wide, narrow = gaps
    return np.asarray(narrow > 0.25 * wide + 8 * noise / (scale * 2.0**-24))


def _quotient(
    function: Function, primals: Arrays, directions: Sequence[Direction], h: float
) -> np.ndarray:
    """The central difference quotient."""
    if len(directions) == 1:
        ahead, behind = (function(_moved(primals, directions, (s * h,))) for s in (1, -1))
        return np.asarray((ahead - behind) / (2 * h))
    total = sum(
        s * t * function(_moved(primals, directions, (s * h, t * h)))
        for s in (1, -1)
        for t in (1, -1)
    )
    return np.asarray(total / (4 * h * h))


def _moved(primals: Arrays, directions: Sequence[Direction], steps: Sequence[float]) -> Arrays:
    moved = list(primals)
    for direction, h in zip(directions, steps, strict=True):
        if isinstance(direction, Unit):
            x = moved[direction.argument].copy()
            x.reshape(-1)[direction.index] += h
            moved[direction.argument] = x
        else:
            # In the numbers of x: a product in double precision would move it elsewhere.
            moved = [x + h * d.astype(x.dtype) for x, d in zip(moved, direction, strict=True)]
    return tuple(moved)


def _scale(primals: Arrays, directions: Sequence[Direction]) -> float:
    """The smallest power of two above what the directions move, in units of the directions."""
    ratios = []
    for direction in directions:
        if isinstance(direction, Unit):
            ratios.append(abs(float(primals[direction.argument].reshape(-1)[direction.index])))
        else:
            largest = max((float(np.max(np.abs(x), initial=0.0)) for x in primals), default=0.0)
            speed = max((float(np.max(np.abs(d), initial=0.0)) for d in direction), default=1.0)
            ratios.append(largest / speed if speed else 0.0)
    smallest = min((r for r in ratios if r > 0), default=1.0)
    return float(2.0 ** np.frexp(smallest)[1])


def _rough_results(question: Question, operands: Sequence[np.ndarray], dtype: Any) -> Arrays:
    """The result in double precision by one difference: good enough for its conditioning."""
    seeds = tuple(operands[len(question.args) :])
    moved = Question(
        question.problem,
        question.operator,
        tuple(operands[: len(question.args)]),
        seeds,
        question.dims,
    )
    function, primals = float_function(moved, dtype)
    scheme = plan(moved)

    def derivative(*directions: Direction) -> np.ndarray:
        if not directions:
            return function(primals)
        h = _scale(primals, directions) * 2.0 ** -(20 if len(directions) == 1 else 14)
        return _quotient(function, primals, directions, h)

    return assemble(scheme, primals, derivative)
