"""The numbers of a case: the same arguments and directions for every backend, everywhere."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.contract import Case, Operator, PointKind, Problem
from harness.contract.numpy_namespace import NUMPY

__all__ = [
    "CaseInputs",
    "case_inputs",
    "operands",
    "output_form",
    "output_shape",
    "plain_value",
    "seeding",
]

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class CaseInputs:
    """Arguments and seeds of one case, already rounded to its dtype.

    ``seeds`` are the tangents or the cotangent (empty for operators that take none);
    ``probe_seeds`` a second such set, ``combined_seeds`` their sum, which is exact: all
    directions are multiples of 2^-6 in [-2, 2], random and asymmetric, never zero. A third
    derivative is not linear in its direction v but quadratic: there ``probe_seeds`` are 2 v, and
    ``combined_seeds`` are empty. Where there is a batch, its rows are ``seeds`` and
    ``probe_seeds`` (``operands``), and ``combined_seeds`` are empty.
    """

    args: Arrays
    seeds: Arrays
    probe_seeds: Arrays
    combined_seeds: Arrays


def case_inputs(problem: Problem, case: Case, output_shape: tuple[int, ...] = ()) -> CaseInputs:
    """Build the inputs of ``case``; ``output_shape`` is the shape of f(x), for its cotangent.

    The seed is a hash of problem, size and point: it depends neither on the order of cases
    nor on the operator, so that jvp and vjp of one point can be held against each other.
    """
    size, point = problem.size(case.size), problem.point(case.point)
    label = f"{case.problem}:{case.size}:{case.point}"
    args = tuple(
        np.array(a, dtype=_dtype(a, case.dtype)) for a in point.build(size.dims, _rng(label))
    )
    shapes: list[tuple[int, ...]] = []
    if case.operator.takes_tangents:
        shapes = [args[i].shape for i in problem.argnums]
    elif case.operator.takes_cotangent:
        shapes = [output_shape]
    kind = "cotangent" if case.operator.takes_cotangent else "tangents"
    rng = _rng(f"{label}:{kind}")
    seeds = tuple(_direction(rng, shape, case.dtype) for shape in shapes)
    if case.operator.base is Operator.THIRD:
        return CaseInputs(args, seeds, tuple(np.asarray(2 * v, v.dtype) for v in seeds), ())
    probe = tuple(_direction(rng, shape, case.dtype) for shape in shapes)
    if case.operator.batched:
        return CaseInputs(args, seeds, probe, ())
    combined = tuple(np.asarray(v + w, dtype=case.dtype) for v, w in zip(seeds, probe, strict=True))
    return CaseInputs(args, seeds, probe, combined)


def seeding(operator: Operator) -> tuple[bool, ...]:
    """What of ``operator`` decides its seeds: those with the same share the inputs of a point."""
    return (
        operator.takes_tangents,
        operator.takes_cotangent,
        operator.batched,
        operator.base is Operator.THIRD,
    )


def operands(operator: Operator, inputs: CaseInputs) -> Arrays:
    """What a call of ``derivation.build`` takes: arguments and seeds; of a batch, two rows each.

    Both rows have the same arguments; the first has ``seeds``, the second ``probe_seeds``.
    """
    if not operator.batched:
        return (*inputs.args, *inputs.seeds)
    rows = zip((*inputs.args, *inputs.seeds), (*inputs.args, *inputs.probe_seeds), strict=True)
    return tuple(np.stack(pair) for pair in rows)


def plain_value(problem: Problem, args: Sequence[np.ndarray]) -> np.ndarray:
    """f(x) in NumPy, in the dtype of ``args``; NaN or infinity outside the domain, in silence."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.asarray(problem.fun(NUMPY, *args))


def output_shape(problem: Problem, case: Case) -> tuple[int, ...]:
    """The shape of f(x) for the case: the dimensions decide it, whatever the point."""
    return output_form(problem, case)[0]


def output_form(problem: Problem, case: Case) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and dtype of f(x) in NumPy, for arguments in the case's dtype, at any of its points.

    They are found at a point inside the domain, where there is one, for a function may raise
    outside. The dtype may be another than the case's: f may ask for one itself.
    """
    size = problem.size(case.size)
    fitting = [p for p in problem.points if p.sizes is None or size.name in p.sizes]
    inside = [p for p in fitting if p.kind is not PointKind.OUTSIDE]
    point = (inside or [problem.point(case.point)])[0]
    label = f"{case.problem}:{case.size}:{point.name}"
    args = [np.asarray(a) for a in point.build(size.dims, _rng(label))]
    y = plain_value(problem, [np.asarray(a, dtype=_dtype(a, case.dtype)) for a in args])
    return tuple(y.shape), y.dtype


def _rng(label: str) -> np.random.Generator:
    digest = hashlib.sha256(label.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "little"))


def _direction(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    magnitude = rng.integers(1, 129, size=shape)
    sign = rng.choice((-1.0, 1.0), size=shape)
    return np.asarray(sign * magnitude / 64.0, dtype=dtype)


def _dtype(a: np.ndarray, dtype: str) -> str:
    """Floating arguments follow the case; integer ones (labels, indices) stay what they are."""
    return dtype if np.asarray(a).dtype.kind == "f" else str(np.asarray(a).dtype)
