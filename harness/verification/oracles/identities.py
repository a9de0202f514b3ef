"""Identities that right derivatives fulfil whatever the function is: no step size, no truth.

Two need one evaluation only, and fail by its own fault: linearity in the direction, and the
symmetry of a Hessian. The others hold two operators at one point against each other; when
one fails, one of the two is wrong, and the identity cannot say which.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.contract import NESTINGS, Evaluation, Operator
from harness.problems.inputs import CaseInputs
from harness.verification.oracles.directions import contract

__all__ = ["NAME", "Breach", "Evaluated", "between_operators", "linearity", "symmetry"]

NAME = "identities"

Arrays = Sequence[np.ndarray]


@dataclass(frozen=True, slots=True)
class Breach:
    """An identity at its worst component: how far its sides are apart, and how far they may be.

    ``scale`` is the size of the terms there, ``largest`` that of the largest in the array.
    ``broken`` when the gap is larger than allowed.
    """

    identity: str
    gap: float
    allowed: float
    scale: float
    largest: float = 0.0
    operators: tuple[Operator, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether the identity fails; NaN on one side alone is a failure too."""
        return not self.gap <= self.allowed


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One operator's results at a point, with the seeds that they belong to."""

    results: tuple[np.ndarray, ...]
    seeds: tuple[np.ndarray, ...]


def linearity(
    evaluation: Evaluation,
    inputs: CaseInputs,
    unit: float,
    conditioning: Arrays | None = None,
) -> Breach | None:
    """results(v + w) = results(v) + results(w), where the operator was evaluated along all three.

    ``unit`` is the relative error allowed. ``conditioning`` belongs to the results along v; for
    w and v + w it can be larger, by no more than the largest ratio of their entries.
    """
    if not evaluation.probe or not evaluation.combined:
        return None
    ratio = _largest_ratio(inputs)
    worst = Breach("linearity", 0.0, 0.0, 0.0)
    for i, (v, w, both) in enumerate(
        zip(evaluation.results, evaluation.probe, evaluation.combined, strict=True)
    ):
        extended = [x.astype(np.longdouble) for x in (v, w, both)]
        size = np.abs(extended[0]) + np.abs(extended[1]) + np.abs(extended[2])
        if conditioning is not None:
            size = size + ratio * conditioning[i]
        elif size.size:
            size = np.broadcast_to(np.max(size), size.shape)
        gap = np.abs(extended[2] - extended[0] - extended[1])
        worst = _worse(worst, gap, unit * size, size)
    return worst


def symmetry(
    operator: Operator, results: Arrays, unit: float, conditioning: Arrays | None = None
) -> Breach | None:
    """H_ij = H_jiᵀ, block by block, for a Hessian's results."""
    if operator.base is not Operator.HESSIAN:
        return None
    n = round(len(results) ** 0.5)
    worst = Breach("symmetry of the Hessian", 0.0, 0.0, 0.0)
    for i in range(n):
        for j in range(i, n):
            block = results[i * n + j].astype(np.longdouble)
            mirror = _transposed(results[j * n + i], block.shape, results[i * n + i].ndim // 2)
            size = np.abs(block) + np.abs(mirror)
            if conditioning is not None:
                other = _transposed(
                    conditioning[j * n + i], block.shape, results[i * n + i].ndim // 2
                )
                size = size + conditioning[i * n + j] + other
            elif size.size:
                size = np.broadcast_to(np.max(size), size.shape)
            worst = _worse(worst, np.abs(block - mirror), unit * size, size)
    return worst


def between_operators(
    operator: Operator,
    evaluated: Mapping[Operator, Evaluated],
    primals: Arrays,
    unit: float,
) -> Iterator[Breach]:
    """The identities that ``operator`` enters, for what has been evaluated at its point.

    All are held to ``unit`` relative to the largest term: without truth there is no
    conditioning, so only gross disagreement counts.
    """
    for identity, left, right, of in _pairs(evaluated, primals):
        if operator in of:
            worst = Breach(identity, 0.0, 0.0, 0.0, operators=of)
            for a, b in zip(left, right, strict=True):
                gap = np.abs(a - b)
                size = np.broadcast_to(np.max(np.abs(a) + np.abs(b), initial=0.0), gap.shape)
                worst = _worse(worst, gap, unit * size, size)
            yield worst


_Pair = tuple[str, Arrays, Arrays, tuple[Operator, ...]]


def _pairs(evaluated: Mapping[Operator, Evaluated], primals: Arrays) -> Iterator[_Pair]:
    """Both sides of each identity, in extended precision."""
    wide = {op: Evaluated(_extended(e.results), _extended(e.seeds)) for op, e in evaluated.items()}
    jvp, vjp = wide.get(Operator.JVP), wide.get(Operator.VJP)
    if jvp and vjp:
        forward = np.sum(vjp.seeds[0] * jvp.results[0])
        reverse = sum(np.sum(bar * dot) for bar, dot in zip(vjp.results, jvp.seeds, strict=True))
        sides = ([np.asarray(forward)], [np.asarray(reverse)])
        yield "adjoint ⟨ȳ, Jẋ⟩ = ⟨Jᵀȳ, ẋ⟩", *sides, (Operator.JVP, Operator.VJP)
    for op, jacobian in wide.items():
        if op.base is Operator.JACOBIAN:
            yield from _with_jacobian(op, jacobian, wide, primals)
    yield from _same("forward = reverse", wide, _JACOBIANS)
    yield from _same("the nestings agree", wide, (Operator.HVP, *NESTINGS))
    hessian = wide.get(Operator.HESSIAN)
    for op in (Operator.HVP, *NESTINGS):
        if hessian and op in wide:
            product = _hessian_times(hessian.results, wide[op].seeds)
            yield "hvp = H v", wide[op].results, product, (op, Operator.HESSIAN)


_JACOBIANS = (Operator.JACOBIAN, Operator.JACOBIAN_FORWARD, Operator.JACOBIAN_REVERSE)


def _with_jacobian(
    op: Operator, jacobian: Evaluated, wide: Mapping[Operator, Evaluated], primals: Arrays
) -> Iterator[_Pair]:
    if jvp := wide.get(Operator.JVP):
        product = contract(Operator.JACOBIAN, jacobian.results, primals, (jvp.seeds,))
        yield "jvp = J v", jvp.results, [product], (Operator.JVP, op)
    if vjp := wide.get(Operator.VJP):
        (bar,) = vjp.seeds
        products = [
            np.tensordot(bar, block, axes=bar.ndim) if bar.ndim else bar * block
            for block in jacobian.results
        ]
        yield "vjp = Jᵀ ȳ", vjp.results, products, (Operator.VJP, op)
    gradient = wide.get(Operator.GRADIENT)
    if gradient:
        yield "gradient = J", gradient.results, jacobian.results, (Operator.GRADIENT, op)


def _same(
    identity: str, wide: Mapping[Operator, Evaluated], operators: Sequence[Operator]
) -> Iterator[_Pair]:
    """Each of the operators against the first that there is."""
    present = [op for op in operators if op in wide]
    for op in present[1:]:
        yield identity, wide[op].results, wide[present[0]].results, (op, present[0])


def _hessian_times(blocks: Arrays, v: Arrays) -> list[np.ndarray]:
    n = len(v)
    return [
        functools.reduce(operator.add, (_applied(blocks[i * n + j], v[j]) for j in range(n)))
        for i in range(n)
    ]


def _applied(block: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A block times a tangent, over the axes of the tangent."""
    return np.asarray(np.tensordot(block, v, axes=v.ndim) if v.ndim else block * v)


def _worse(worst: Breach, gap: np.ndarray, allowed: np.ndarray, scale: np.ndarray) -> Breach:
    """The worse of ``worst`` and the worst component of a comparison."""
    if not gap.size:
        return worst
    with np.errstate(invalid="ignore", divide="ignore"):
        # 0 apart is as good as can be, and NaN as bad.
        share = np.where(gap == 0, 0.0, gap / allowed).reshape(-1)
    at = int(np.argmax(np.where(np.isnan(share), np.inf, share)))
    have = worst.gap / worst.allowed if worst.allowed else 0.0
    if np.isfinite(share[at]) and share[at] <= have:
        return worst
    return Breach(
        worst.identity,
        float(gap.reshape(-1)[at]),
        float(allowed.reshape(-1)[at]),
        float(scale.reshape(-1)[at]),
        float(np.max(scale)),
        worst.operators,
    )


def _transposed(block: np.ndarray, shape: tuple[int, ...], leading: int) -> np.ndarray:
    """H_ji with its axes in the order of H_ij, whose first ``leading`` axes are those of x_i."""
    own = len(shape) - leading
    axes = (*range(own, own + leading), *range(own))
    return np.asarray(block.transpose(axes), dtype=np.longdouble)


def _extended(arrays: Arrays) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(a, dtype=np.longdouble) for a in arrays)


def _largest_ratio(inputs: CaseInputs) -> float:
    """How much larger than v the directions w and v + w are, at most, entry by entry."""
    ratios = [
        float(np.max((np.abs(v) + np.abs(w) + np.abs(b)) / np.abs(v), initial=1.0))
        for v, w, b in zip(inputs.seeds, inputs.probe_seeds, inputs.combined_seeds, strict=True)
    ]
    return max(ratios, default=1.0)
