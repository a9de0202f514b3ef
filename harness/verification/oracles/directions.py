"""Derivatives as multilinear forms: what each operator differentiates, and along which directions.

Each operator is reduced to directional derivatives of a function φ of the differentiable
arguments: φ = f or its scalar (``Question.fun``), or ⟨ȳ, f⟩ for a vjp. A *direction* is one array
for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.contract import Operator
from harness.verification.oracles.oracle import Question

__all__ = [
    "Direction",
    "Plan",
    "Unit",
    "assemble",
    "contract",
    "plan",
    "random_directions",
    "sweeps",
]


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit direction of one element: which argument, and its flat index there."""

    argument: int
    index: int


Direction = tuple[np.ndarray, ...] | Unit


@dataclass(frozen=True, slots=True)
class Plan:
    """How a result is put together from directional derivatives.

    ``swept`` counts the leading directions that run over the basis: 0 for jvp, 1 for gradients,
    2 for a Hessian. ``fixed`` are the directions that are given: the tangents of jvp and hvp, and
    those of a third derivative twice, the same object, so that a stencil can tell.
    """

    swept: int
    fixed: tuple[tuple[np.ndarray, ...], ...]

    @property
    def order(self) -> int:
        """The order of the derivative."""
        return self.swept + len(self.fixed)


def plan(question: Question, operands: Sequence[np.ndarray] | None = None) -> Plan:
    """The plan of the question's operator, with the seeds of ``operands`` where those are given."""
    seeds = question.seeds if operands is None else tuple(operands[len(question.args) :])
    match question.operator:
        case Operator.VALUE:
            return Plan(0, ())
        case Operator.JVP:
            return Plan(0, (seeds,))
        case Operator.VJP | Operator.GRADIENT | Operator.JACOBIAN:
            return Plan(1, ())
        case Operator.HVP:
            return Plan(1, (seeds,))
        case Operator.HESSIAN:
            return Plan(2, ())
        case Operator.THIRD:
            return Plan(1, (seeds, seeds))
    raise ValueError(f"{question.operator} is no multilinear form of derivatives")


def sweeps(plan: Plan, primals: Sequence[np.ndarray]) -> int:
    """How many directional derivatives ``assemble`` takes."""
    n = sum(x.size for x in primals)
    return (1, n, n * (n + 1) // 2)[plan.swept]


def assemble(
    plan: Plan, primals: Sequence[np.ndarray], derivative: Callable[..., np.ndarray]
) -> tuple[np.ndarray, ...]:
    """The results of a plan, in the layout of ``derivation``.

    ``derivative(*directions)`` gives one directional derivative of φ, of any shape; the swept
    axes come last. A Hessian's lower triangle is its upper one: derivatives of what is smooth
    commute, and the differences that stand for them do so exactly.
    """
    if plan.swept == 0:
        return (derivative(*plan.fixed),)
    units = [Unit(i, index) for i, x in enumerate(primals) for index in range(x.size)]
    if plan.swept == 1:
        columns = [derivative(unit, *plan.fixed) for unit in units]
        return tuple(_shaped(part, (x.shape,)) for part, x in _parts(columns, primals))
    upper = {
        (i, j): derivative(v, w) for i, v in enumerate(units) for j, w in enumerate(units) if i <= j
    }
    rows = [[upper[min(i, j), max(i, j)] for j in range(len(units))] for i in range(len(units))]
    blocks = []
    for row_block, x in _parts(rows, primals):
        for j, w in enumerate(primals):
            start = sum(z.size for z in primals[:j])
            flat = [entry for row in row_block for entry in row[start : start + w.size]]
            blocks.append(_shaped(flat, (x.shape, w.shape)))
    return tuple(blocks)


def _parts(
    columns: Sequence[Any], primals: Sequence[np.ndarray]
) -> Iterator[tuple[Sequence[Any], np.ndarray]]:
    """The columns of each argument."""
    start = 0
    for x in primals:
        yield columns[start : start + x.size], x
        start += x.size


def _shaped(entries: Sequence[np.ndarray], swept: tuple[tuple[int, ...], ...]) -> np.ndarray:
    """The entries stacked along a last axis, which becomes the swept shapes."""
    shape = tuple(n for part in swept for n in part)
    if not entries:
        return np.empty(shape)
    stacked = np.stack([np.asarray(entry) for entry in entries], axis=-1)
    return stacked.reshape((*stacked.shape[:-1], *shape))


def random_directions(
    primals: Sequence[np.ndarray], count: int, seed: int
) -> list[tuple[np.ndarray, ...]]:
    """``count`` dense directions, each entry a random sign times a number from 1/64 to 2.

    Entries are multiples of 2^-6, so that they are exact in every dtype; no two are related, for
    directions such as all ones would hide what cancels along them.
    """
    rng = np.random.default_rng(seed)
    return [
        tuple(
            rng.choice((-1.0, 1.0), size=x.shape) * rng.integers(1, 129, size=x.shape) / 64.0
            for x in primals
        )
        for _ in range(count)
    ]


def contract(
    operator: Operator,
    results: Sequence[np.ndarray],
    primals: Sequence[np.ndarray],
    directions: Sequence[tuple[np.ndarray, ...]],
) -> np.ndarray:
    """Contract the swept axes of ``results`` with ``directions``, in the results' own numbers.

    One direction v for gradient, vjp, hvp and third (Σ_i g_i v_i, a scalar) and jacobian (J v,
    shape of y); two, v and w, for a hessian (vᵀ H w); none for value and jvp, which are left alone.
    """
    if operator in (Operator.VALUE, Operator.JVP):
        return results[0]
    if operator is Operator.HESSIAN:
        v, w = directions
        n = len(primals)
        products = []
        for i, block_row in enumerate(results[k : k + n] for k in range(0, n * n, n)):
            for block, w_j in zip(block_row, w, strict=True):
                matrix = block.reshape(v[i].size, w_j.size)
                products.append(np.dot(v[i].reshape(-1), np.dot(matrix, w_j.reshape(-1))))
        return np.asarray(_total(products))
    (v,) = directions
    products = []
    for block, v_i in zip(results, v, strict=True):
        lead = block.shape[: block.ndim - v_i.ndim]
        products.append(np.dot(block.reshape((*lead, v_i.size)), v_i.reshape(-1)))
    return np.asarray(_total(products))


def _total(products: Sequence[np.ndarray]) -> np.ndarray:
    total = products[0]
    for product in products[1:]:
        total = total + product
    return total
