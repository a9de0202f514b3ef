"""Identities between operators: two of them at one point, held against each other.

When one fails, one of the two is wrong, and the identity cannot say which: these can convict where
no truth is known, but not acquit.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add

import numpy as np

from harness.contract import HESSIAN_NESTINGS, NESTINGS, Operator, weights
from harness.verification.oracles.directions import contract
from harness.verification.oracles.identities import Breach, worse

__all__ = ["Evaluated", "between_operators"]

Arrays = Sequence[np.ndarray]

_JACOBIANS = (Operator.JACOBIAN, Operator.JACOBIAN_FORWARD, Operator.JACOBIAN_REVERSE)
_PRODUCTS = (Operator.HVP, *NESTINGS)
_HESSIANS = (Operator.HESSIAN, *HESSIAN_NESTINGS)
_SAME = {
    "forward = reverse": _JACOBIANS,
    "the nestings agree": _PRODUCTS,
    "the nestings of the Hessian agree": _HESSIANS,
    "the ways to the third derivative agree": (
        Operator.THIRD,
        Operator.THIRD_FORWARD,
        Operator.THIRD_REVERSE,
    ),
}


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One operator's results at a point, with the seeds that they belong to.

    ``probe`` are its results for the second direction, where it has one.
    """

    results: tuple[np.ndarray, ...]
    seeds: tuple[np.ndarray, ...]
    probe: tuple[np.ndarray, ...] = ()

    @property
    def nbytes(self) -> int:
        """The size of all arrays together."""
        return sum(x.nbytes for x in (*self.results, *self.seeds, *self.probe))


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
    for identity, left, right, of in _pairs(operator, evaluated, primals):
        worst = Breach(identity, 0.0, 0.0, 0.0, operators=of)
        for a, b in zip(_extended(left), _extended(right), strict=True):
            gap = np.abs(a - b)
            size = np.broadcast_to(np.max(np.abs(a) + np.abs(b), initial=0.0), gap.shape)
            worst = worse(worst, gap, unit * size, size)
        yield worst


_Pair = tuple[str, Arrays, Arrays, tuple[Operator, ...]]


def _pairs(
    operator: Operator, seen: Mapping[Operator, Evaluated], primals: Arrays
) -> Iterator[_Pair]:
    """Both sides of each identity that ``operator`` is in."""
    for first, second in _met(operator, seen, (Operator.JVP,), (Operator.VJP,)):
        yield _adjoint(seen[first], seen[second])
    for jvp, jacobian in _met(operator, seen, (Operator.JVP,), _JACOBIANS):
        blocks, seeds = _extended(seen[jacobian].results), _extended(seen[jvp].seeds)
        product = contract(Operator.JACOBIAN, blocks, primals, (seeds,))
        yield "jvp = J v", seen[jvp].results, [product], (jvp, jacobian)
    for vjp, jacobian in _met(operator, seen, (Operator.VJP,), _JACOBIANS):
        (bar,) = _extended(seen[vjp].seeds)
        products = [_times(bar, block) for block in _extended(seen[jacobian].results)]
        yield "vjp = Jᵀ ȳ", seen[vjp].results, products, (vjp, jacobian)
    for gradient, jacobian in _met(operator, seen, (Operator.GRADIENT,), _JACOBIANS):
        products = [
            _times(weights(block.shape[: block.ndim - x.ndim]), block)
            for block, x in zip(_extended(seen[jacobian].results), primals, strict=True)
        ]
        yield "gradient = Jᵀ w", seen[gradient].results, products, (gradient, jacobian)
    for gradient, jvp in _met(operator, seen, (Operator.GRADIENT,), (Operator.JVP,)):
        yield _slope(seen[gradient], seen[jvp])
    for identity, alike in _SAME.items():
        yield from _same(identity, operator, seen, alike)
    for hvp, hessian in _met(operator, seen, _PRODUCTS, _HESSIANS):
        blocks, v = _extended(seen[hessian].results), _extended(seen[hvp].seeds)
        yield "hvp = H v", seen[hvp].results, _hessian_times(blocks, v), (hvp, hessian)
    for batched in (Operator.JVP_BATCHED, Operator.VJP_BATCHED):
        for first, second in _met(operator, seen, (batched,), (batched.base,)):
            yield _loop(first, seen[first], second, seen[second])


def _met(
    operator: Operator,
    seen: Mapping[Operator, Evaluated],
    lefts: Sequence[Operator],
    rights: Sequence[Operator],
) -> Iterator[tuple[Operator, Operator]]:
    """The pairs of one from each side that were both seen, ``operator`` one of them."""
    for left in lefts:
        for right in rights:
            if operator in (left, right) and left in seen and right in seen:
                yield left, right


def _same(
    identity: str,
    operator: Operator,
    seen: Mapping[Operator, Evaluated],
    alike: Sequence[Operator],
) -> Iterator[_Pair]:
    """Each of the operators against the first that there is."""
    present = [op for op in alike if op in seen]
    for op in present[1:]:
        if operator in (op, present[0]):
            yield identity, seen[op].results, seen[present[0]].results, (op, present[0])


def _adjoint(jvp: Evaluated, vjp: Evaluated) -> _Pair:
    (y_dot,), (y_bar,) = _extended(jvp.results), _extended(vjp.seeds)
    forward, reverse = np.sum(y_bar * y_dot), _inner(vjp.results, jvp.seeds)
    sides = ([np.asarray(forward)], [reverse])
    return "adjoint ⟨ȳ, Jẋ⟩ = ⟨Jᵀȳ, ẋ⟩", *sides, (Operator.JVP, Operator.VJP)


def _slope(gradient: Evaluated, jvp: Evaluated) -> _Pair:
    (y_dot,) = _extended(jvp.results)
    sides = (
        [_inner(gradient.results, jvp.seeds)],
        [np.asarray(np.sum(weights(y_dot.shape) * y_dot))],
    )
    return "⟨∇⟨w, f⟩, ẋ⟩ = ⟨w, Jẋ⟩", *sides, (Operator.GRADIENT, Operator.JVP)


def _loop(operator: Operator, batched: Evaluated, plain: Operator, loop: Evaluated) -> _Pair:
    """Row by row; the second one where the loop was evaluated along the second direction."""
    rows = [block[0] for block in batched.results]
    if loop.probe:
        rows += [block[1] for block in batched.results]
    return "batched = loop", rows, (*loop.results, *loop.probe), (operator, plain)


def _inner(results: Arrays, seeds: Arrays) -> np.ndarray:
    pairs = zip(_extended(results), seeds, strict=True)
    return np.asarray(sum(np.sum(part * v) for part, v in pairs))


def _hessian_times(blocks: Arrays, v: Arrays) -> list[np.ndarray]:
    n = len(v)
    return [
        functools.reduce(add, (_applied(blocks[i * n + j], v[j]) for j in range(n)))
        for i in range(n)
    ]


def _applied(block: np.ndarray, v: np.ndarray) -> np.ndarray:
    """A block times a tangent, over the axes of the tangent."""
    return np.asarray(np.tensordot(block, v, axes=v.ndim) if v.ndim else block * v)


def _times(bar: np.ndarray, block: np.ndarray) -> np.ndarray:
    """A cotangent times a block of a Jacobian, over the axes of the output."""
    return np.asarray(np.tensordot(bar, block, axes=bar.ndim) if bar.ndim else bar * block)


def _extended(arrays: Arrays) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(a, dtype=np.longdouble) for a in arrays)
