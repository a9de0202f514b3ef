"""How far a point's results can be from the truth: truncation, rounding, and what a check left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from harness.contract import Operator
from harness.verification.oracles.oracle import Question
from harness.verification.oracles.tensors import Tensors, dot, total

__all__ = ["Left", "error_bounds"]


class Left(NamedTuple):
    """The error that is left possible in derivatives by scaled arguments, y_j = x_j / scale_j.

    ``gap`` is what differs from a check and is more than its steps explain (0 for most functions),
    ``truncation`` what the steps explain.
    """

    gap: float
    truncation: float


def error_bounds(tensors: Tensors, question: Question, confirmed: Sequence[Left]) -> np.ndarray:
    """A bound for the error of each of the results.

    A forward difference errs by about half its step times the next derivative, where that is
    ``confirmed`` too; else by what the check of its own order leaves possible; and by the
    rounding of the values. Of fourth derivatives those are known that a third one needs.
    """
    p, order = tensors.primal, question.operator.order
    if order == 0:
        return tensors.rounding
    doubt = _doubt(tensors, order, len(confirmed) > order, confirmed[order - 1])
    match question.operator:
        case Operator.JVP:
            return total(doubt[p] * np.abs(tensors.tangents(question))[:, None], tensors.value)
        case Operator.VJP:
            return dot(doubt[p], np.abs(tensors.cotangent(question)))
        case Operator.GRADIENT:
            return dot(doubt[p], np.abs(tensors.weights))
        case Operator.JACOBIAN:
            return np.asarray(doubt[p].T)
        case Operator.HVP:
            return dot(doubt[np.ix_(p, p)], np.abs(tensors.tangents(question)))
        case Operator.HESSIAN:
            return np.asarray(doubt[np.ix_(p, p)])
    v = np.abs(tensors.tangents(question))
    bent = np.abs(tensors.derivative(question)) * tensors.lattice.steps
    return np.asarray(dot(dot(doubt[np.ix_(p, p, p)], v), v) + 2 * np.sum(bent, axis=1))


def _doubt(tensors: Tensors, order: int, known: bool, left: Left) -> np.ndarray:
    """The error of each derivative of ``order``: of f for the first, of ψ for higher ones."""
    h, scales = tensors.lattice.steps, tensors.lattice.scales
    scalar = np.sum(np.abs(tensors.weights) * tensors.rounding)
    # Where the next derivative is known, the truncation follows from it.
    known = known or order == 3
    error = tensors.numbers.number(left.gap if known else max(left))
    diagonal = np.arange(len(h))
    if order == 1:
        curved = np.abs(tensors.second[diagonal, diagonal])
        truncation = h[:, None] * curved if known else 0
        return np.asarray(truncation + error / scales[:, None] + 2 * tensors.rounding / h[:, None])
    if order == 2:
        pairs = h[:, None] * h
        truncation = np.asarray(0)
        if known:
            # D_iij h_i, and the same the other way round.
            bent = np.abs(tensors.third[diagonal, diagonal]) * h[:, None]
            truncation = bent + bent.T
        return np.asarray(truncation + error / (scales[:, None] * scales) + 4 * scalar / pairs)
    cubes = h[:, None, None] * h[:, None] * h
    return np.asarray(
        error / (scales[:, None, None] * scales[:, None] * scales) + 8 * scalar / cubes
    )
