"""Results, their conditioning and their error, as contractions of a point's derivative tensors.

All of a point's questions ask for parts of the same tensors: a jvp is J v, a Hessian-vector
product D²ψ v, where ψ = ⟨w, f⟩ is the scalar of an output of many elements. The conditioning of
a derivative of order k, Σ_j |∂g_i/∂x_j||x_j| over all floating operands, is made of the
derivatives of order k + 1, and of the terms that the seeds enter.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence

import numpy as np

from harness.contract import Operator, weights
from harness.verification.oracles.lattice import Lattice, differences
from harness.verification.oracles.oracle import Question

__all__ = ["CORNER", "Tensors", "as_floats", "dot", "laid_out", "total"]

Arrays = tuple[np.ndarray, ...]

_NOTHING = 1e-25
"""What is smaller beside the size of its terms is a zero of these numbers."""

_OF_ONE_SIZE = 2.0**40
"""Arguments that differ by less belong together; and a tinier one excuses no more than this."""

CORNER = 2.0**60
"""A conditioning of so many times the largest result is that of a corner, not of rounding."""


class Tensors:
    """The tensors of one lattice, each found when it is first asked for.

    ``primal`` are the places of the differentiable scalars in the operands' vector, n of N;
    ``shape`` is that of f(x), of m elements.
    """

    def __init__(self, lattice: Lattice, argnums: Sequence[int], shape: Sequence[int]) -> None:
        """Nothing is evaluated yet."""
        self.lattice = lattice
        self.numbers = lattice.numbers
        self.primal = lattice.operands.places(argnums)
        self.shape = tuple(shape)
        self.weights = self.numbers.array(weights(self.shape).copy()).reshape(-1)
        x = lattice.operands.vector(self.numbers)
        movable = np.isfinite(lattice.operands.floats)
        self._fourths: dict[tuple[object, ...], np.ndarray] = {}
        self._sizes = np.where(movable, np.abs(x), self.numbers.number(0.0))

    @functools.cached_property
    def value(self) -> np.ndarray:
        """The value: f(x) as (m,)."""
        return self.lattice.value()

    @functools.cached_property
    def first(self) -> np.ndarray:
        """∂f_k/∂x_i as (N, m)."""
        return self.lattice.first()

    @functools.cached_property
    def second(self) -> np.ndarray:
        """∂²f_k/∂x_i∂x_j as (N, N, m)."""
        return self.lattice.second()

    @functools.cached_property
    def scalar_second(self) -> np.ndarray:
        """∂²ψ/∂x_i∂x_j as (N, N)."""
        return dot(self.second, self.weights)

    @functools.cached_property
    def third(self) -> np.ndarray:
        """∂³ψ/∂x_i∂x_j∂x_l as (N, N, N)."""
        return self.lattice.third(self.weights)

    def fourth_along(self, v: np.ndarray) -> np.ndarray:
        """∂⁴ψ[v, v, ·, ·] as (N, N): second derivatives at three points along v, differenced."""
        key = tuple(v)
        if key not in self._fourths:
            self._fourths[key] = self._fourth_along(v)
        return self._fourths[key]

    def _fourth_along(self, v: np.ndarray) -> np.ndarray:
        lattice = self.lattice
        relative = [
            scale / abs(part) for scale, part in zip(lattice.scales, v, strict=True) if part
        ]
        step = min(relative, default=1) * self.numbers.number(2.0) ** -lattice.bits
        there = [self.scalar_second] + [
            dot(lattice.moved(lattice.centre + v * (step * c)).second(), self.weights)
            for c in (1, 2)
        ]
        return np.asarray(differences(there, 2) / (step * step))

    def results(self, question: Question) -> np.ndarray:
        """The question's answer, the swept axes last and flat."""
        return self._terms(question)[0]

    def conditions(self, question: Question) -> np.ndarray:
        """The conditioning of each of the results.

        A second derivative that is 0 throughout (that of a std of two numbers) may be so because
        terms cancel, and they are rounded: there it has the size that the first derivatives
        have, by the arguments. Along what is not differentiated nothing was confirmed: what is
        not finite, or so large that it is a corner's, has no size there.
        """
        results, seeded = self._terms(question)
        terms = np.abs(self.derivative(question)) * self._sizes
        finite = np.asarray(np.asarray(terms - terms) == 0, dtype=bool)
        largest = np.max(np.abs(results), initial=0) * self.numbers.number(CORNER)
        data = ~np.isin(np.arange(terms.shape[-1]), self.primal)
        dropped = ~finite | (data & np.asarray(terms > largest, dtype=bool))
        found = np.asarray(np.sum(np.where(dropped, 0, terms), axis=-1) + seeded)
        if question.operator.order < 2:
            return found
        size = self._cancelled(question)
        nothing = np.asarray(np.abs(results) + found <= size * _NOTHING, dtype=bool)
        return np.where(nothing, size, found)

    def _cancelled(self, question: Question) -> np.ndarray:
        """The size of terms in a derivative of order 2 or 3, from the first derivatives."""
        order = question.operator.order
        x = self._sizes[self.primal]
        slopes = np.abs(dot(self.first[self.primal], self.weights)) * x
        over = np.array([min(1 / size, _OF_ONE_SIZE) if size else 0 for size in x], dtype=object)
        slopes = slopes * np.asarray(over != 0, dtype=int)
        sizes = [size for size in x if size]
        if sizes and max(sizes) <= min(sizes) * _OF_ONE_SIZE:
            # What meets in a matrix product meets everywhere.
            slopes = np.where(over != 0, max(slopes), slopes)
        pairs = np.minimum(slopes[:, None], slopes) * over[:, None] * over
        if order == 2:
            if question.operator is Operator.HESSIAN:
                return np.asarray(pairs)
            return dot(pairs, np.abs(self.tangents(question)))
        v = np.abs(self.tangents(question))
        return dot(dot(pairs[:, :, None] * over, v), v)

    @functools.cached_property
    def rounding(self) -> np.ndarray:
        """What rounding may do to a value, (m,): the largest of them counts for all."""
        sizes = [size for size in np.abs(self.value) if size - size == 0]
        unit = self.numbers.number(10.0) ** (1 - self.numbers.digits)
        return np.asarray(self.value * 0 + max(sizes, default=0) * unit)

    def _terms(self, question: Question) -> tuple[np.ndarray, np.ndarray]:
        """The result, and the conditioning that comes from its seeds."""
        p, w = self.primal, self.weights
        match question.operator:
            case Operator.VALUE:
                return self.value, self.value * 0
            case Operator.JVP:
                terms = self.first[p] * self.tangents(question)[:, None]
                return total(terms, self.value), total(np.abs(terms), self.value)
            case Operator.VJP:
                terms = self.first[p] * self.cotangent(question)
                return np.sum(terms, axis=1), np.sum(np.abs(terms), axis=1)
            case Operator.GRADIENT:
                rows = dot(self.first[p], w)
                return rows, rows * 0
            case Operator.JACOBIAN:
                rows = self.first[p].T
                return rows, rows * 0
            case Operator.HVP:
                terms = self.scalar_second[np.ix_(p, p)] * self.tangents(question)
                return np.sum(terms, axis=1), np.sum(np.abs(terms), axis=1)
            case Operator.HESSIAN:
                rows = self.scalar_second[np.ix_(p, p)]
                return rows, rows * 0
            case Operator.THIRD:
                v = self.tangents(question)
                terms = dot(self.third[np.ix_(p, p, p)], v) * v
                return np.sum(terms, axis=1), 2 * np.sum(np.abs(terms), axis=1)
        raise ValueError(f"{question.operator} is no multilinear form of derivatives")

    def derivative(self, question: Question) -> np.ndarray:
        """The derivative of each result by each operand: the result's axes, then N."""
        p = self.primal
        match question.operator:
            case Operator.VALUE:
                return self.first.T
            case Operator.JVP:
                along = self.tangents(question)[:, None, None] * self.second[p]
                return total(along, self.first).T
            case Operator.VJP:
                return dot(self.second[p], self.cotangent(question))
            case Operator.GRADIENT:
                return np.asarray(self.scalar_second[p])
            case Operator.JACOBIAN:
                return np.moveaxis(self.second[p], 2, 0)
            case Operator.HVP:
                along = self.third[np.ix_(p, p)] * self.tangents(question)[:, None]
                return np.asarray(np.sum(along, axis=1))
            case Operator.HESSIAN:
                return np.asarray(self.third[np.ix_(p, p)])
            case Operator.THIRD:
                whole = self.value[:0].sum() + np.zeros(self.lattice.operands.count, dtype=object)
                whole[p] = self.tangents(question)
                return np.asarray(self.fourth_along(whole)[p])
        raise ValueError(f"{question.operator} is no multilinear form of derivatives")

    def tangents(self, question: Question) -> np.ndarray:
        """The question's tangents as one vector of n."""
        parts = [self.numbers.array(v).reshape(-1) for v in question.seeds]
        return np.concatenate(parts) if parts else np.empty(0, dtype=object)

    def cotangent(self, question: Question) -> np.ndarray:
        """The question's cotangent as a vector of m."""
        return self.numbers.array(question.seeds[0]).reshape(-1)


def dot(tensor: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """The last axis contracted; a sum of nothing is 0."""
    return np.asarray(np.sum(tensor * vector, axis=-1))


def total(terms: np.ndarray, like: np.ndarray) -> np.ndarray:
    """The sum over the first axis, of the shape of ``like`` also where there is nothing to sum."""
    return np.sum(terms, axis=0) if len(terms) else like * 0


def laid_out(question: Question, shape: tuple[int, ...], rows: np.ndarray) -> Arrays:
    """The rows of ``Tensors`` as arrays in the layout of ``derivation``; ``shape`` is f(x)'s."""
    primals = question.primals
    spans = np.cumsum([0, *(x.size for x in primals)])
    parts = [slice(int(a), int(b)) for a, b in itertools.pairwise(spans)]
    match question.operator:
        case Operator.VALUE | Operator.JVP:
            return (np.asarray(rows).reshape(shape),)
        case Operator.JACOBIAN:
            return tuple(
                rows[:, part].reshape((*shape, *x.shape))
                for part, x in zip(parts, primals, strict=True)
            )
        case Operator.HESSIAN:
            return tuple(
                rows[p, q].reshape((*x.shape, *z.shape))
                for p, x in zip(parts, primals, strict=True)
                for q, z in zip(parts, primals, strict=True)
            )
    return tuple(rows[part].reshape(x.shape) for part, x in zip(parts, primals, strict=True))


def as_floats(x: np.ndarray) -> np.ndarray:
    """Sizes as floats: what is beyond their range is the largest, what has no size is 0."""
    floats = np.asarray(x).astype(np.float64)
    finite = np.asarray(np.asarray(x - x) == 0, dtype=bool)
    return np.where(finite, np.minimum(floats, np.finfo(np.float64).max), 0.0)
