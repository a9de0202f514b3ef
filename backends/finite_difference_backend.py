"""Central differences with well-chosen steps: what one does without AD.

First derivatives: (f(x + h v) - f(x - h v)) / 2h has a truncation error of order h² and a rounding
error of order u/h, so h is of order u^(1/3), and about two thirds of the digits come out right.
Second ones, by four values around x, want h of order u^(1/4), and half of the digits are right.
Steps are relative to the size of x, and rounded so that x + h - x is h.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from backends.numpy_arrays import NumPyArrays
from harness.contract import Array, Function, Operator, UnsupportedOperatorError

__all__ = ["MOST_EVALUATIONS", "FiniteDifferenceBackend"]

Arrays = tuple[Array, ...]

MOST_EVALUATIONS = 20_000
"""A derivative that takes more evaluations of the function than this is refused."""

_UNIT_ROUNDOFF = 2.0**-53
FIRST_STEP = _UNIT_ROUNDOFF ** (1 / 3)
SECOND_STEP = _UNIT_ROUNDOFF ** (1 / 4)


class FiniteDifferenceBackend(NumPyArrays):
    """Plain NumPy and nothing else: derivatives from values of the function.

    Reverse mode has no meaning here and is not claimed; nor are descents, which would add up
    errors of truncation over hundreds of steps. float64 only: in float32 four digits remain.
    """

    operators = frozenset(
        {
            Operator.VALUE,
            Operator.JVP,
            Operator.GRADIENT,
            Operator.JACOBIAN,
            Operator.JACOBIAN_FORWARD,
            Operator.HVP,
            Operator.HVP_FORWARD_OVER_FORWARD,
            Operator.HESSIAN,
        }
    )

    def __init__(self) -> None:
        """Second derivatives by second differences, not by differences of differences."""
        self.native: Mapping[Operator, Callable[..., Any]] = {
            Operator.GRADIENT: _jacobian,
            Operator.JACOBIAN: _jacobian,
            Operator.JACOBIAN_FORWARD: _jacobian,
            Operator.HVP: _hvp,
            Operator.HVP_FORWARD_OVER_FORWARD: _hvp,
            Operator.HESSIAN: _hessian,
        }

    def jvp(self, fun: Function, primals: Arrays, tangents: Arrays) -> tuple[Array, Array]:
        """One central difference along ``tangents``; where they are all zero, so is the result."""
        y = fun(*primals)
        h = _directional_step(FIRST_STEP, primals, tangents)
        if h == 0.0:
            return y, y * 0.0
        ahead = fun(*_moved(primals, h, tangents))
        behind = fun(*_moved(primals, -h, tangents))
        return y, (ahead - behind) / (2.0 * h)


def _jacobian(fun: Function, primals: Arrays) -> Arrays:
    """One central difference for each element of each primal; of a scalar, the gradient."""
    _refuse_beyond(2 * _count(primals))
    blocks = []
    for position in range(len(primals)):
        columns = [
            (ahead - behind) / (2.0 * h)
            for h, ahead, behind in _central_values(fun, primals, position)
        ]
        stacked = np.stack(columns, axis=-1)
        blocks.append(stacked.reshape(stacked.shape[:-1] + primals[position].shape))
    return tuple(blocks)


def _central_values(
    fun: Function, primals: Arrays, position: int
) -> Iterator[tuple[float, Array, Array]]:
    """(h, f(x + h e_i), f(x - h e_i)) for each element i of the primal at ``position``."""
    x = np.array(primals[position], order="C")
    moving = (*primals[:position], x, *primals[position + 1 :])
    elements = x.reshape(-1)
    for i, value in enumerate(elements.tolist()):
        h = _exact_step(FIRST_STEP, value)
        elements[i] = value + h
        ahead = fun(*moving)
        elements[i] = value - h
        behind = fun(*moving)
        elements[i] = value
        yield h, ahead, behind


def _hvp(fun: Function, primals: Arrays, tangents: Arrays) -> Arrays:
    """H v, element by element: (f(+,+) - f(+,-) - f(-,+) + f(-,-)) / 4hk along e_i and v."""
    _refuse_beyond(4 * _count(primals))
    k = _directional_step(SECOND_STEP, primals, tangents)
    if k == 0.0:
        return tuple(np.zeros_like(x) for x in primals)
    sides = (_moved(primals, k, tangents), _moved(primals, -k, tangents))
    return tuple(
        _mixed_differences(fun, sides, position) / (2.0 * k) for position in range(len(primals))
    )


def _mixed_differences(fun: Function, sides: tuple[Arrays, Arrays], position: int) -> Array:
    """The central difference along each element, on one side less on the other."""
    x = sides[0][position]
    difference = np.empty(x.shape, dtype=x.dtype)
    slots = difference.reshape(-1)
    steps = [_exact_step(SECOND_STEP, value) for value in x.reshape(-1).tolist()]
    copies = [np.array(side[position], order="C") for side in sides]
    moving = [
        (*side[:position], copy, *side[position + 1 :])
        for side, copy in zip(sides, copies, strict=True)
    ]
    for i, h in enumerate(steps):
        values = []
        for arguments, copy in zip(moving, copies, strict=True):
            elements = copy.reshape(-1)
            before = elements[i]
            elements[i] = before + h
            ahead = fun(*arguments)
            elements[i] = before - h
            behind = fun(*arguments)
            elements[i] = before
            values.append(ahead - behind)
        slots[i] = (values[0] - values[1]) / (2.0 * h)
    return difference


def _hessian(fun: Function, primals: Arrays) -> Arrays:
    """Row i is H e_i; the two triangles, which rounding makes differ, are averaged."""
    n = _count(primals)
    _refuse_beyond(4 * n * n)
    rows = []
    for position, x in enumerate(primals):
        for i in range(x.size):
            tangents = [np.zeros_like(p) for p in primals]
            tangents[position].reshape(-1)[i] = 1.0
            products = _hvp(fun, primals, tuple(tangents))
            rows.append(np.concatenate([part.reshape(-1) for part in products]))
    matrix = np.stack(rows)
    matrix = (matrix + matrix.T) / 2.0
    bounds = np.cumsum([x.size for x in primals])[:-1]
    return tuple(
        block.reshape(x_i.shape + x_j.shape)
        for x_i, rows_i in zip(primals, np.split(matrix, bounds, axis=0), strict=True)
        for x_j, block in zip(primals, np.split(rows_i, bounds, axis=1), strict=True)
    )


def _directional_step(relative: float, primals: Arrays, tangents: Arrays) -> float:
    """h with h ‖v‖ = relative · max(1, ‖x‖), in the largest norm; 0 for v = 0."""
    speed = max(float(np.max(np.abs(v), initial=0.0)) for v in tangents)
    size = max(float(np.max(np.abs(x), initial=0.0)) for x in primals)
    return relative * max(1.0, size) / speed if speed > 0.0 else 0.0


def _exact_step(relative: float, value: float) -> float:
    """h of ``relative`` size for one element, with (value + h) - value = h exactly."""
    h = relative * max(1.0, abs(value))
    return (value + h) - value


def _moved(primals: Arrays, h: float, tangents: Arrays) -> Arrays:
    return tuple(np.asarray(x + h * v) for x, v in zip(primals, tangents, strict=True))


def _refuse_beyond(evaluations: int) -> None:
    if evaluations > MOST_EVALUATIONS:
        raise UnsupportedOperatorError(
            f"finite differences would take {evaluations} evaluations of the function, "
            f"more than the {MOST_EVALUATIONS} that this backend spends on one derivative"
        )


def _count(primals: Arrays) -> int:
    return sum(math.prod(x.shape) for x in primals)
