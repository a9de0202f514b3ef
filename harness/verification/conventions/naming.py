"""Names for what was observed: by rule, never by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from harness.contract import Evaluation, Failure, VerdictKind

__all__ = ["Namer", "among", "as_number", "as_triangle", "as_value", "name_of", "written"]

Arrays = Sequence[np.ndarray]

Namer = Callable[[Arrays], str]
"""The name of the results of an evaluation."""

_LARGEST_DENOMINATOR = 12
_LARGEST_FRACTION = 1000
_ALIKE = 1e-12


def name_of(outcome: Evaluation | Failure, namer: Namer) -> str:
    """``raises TypeError``, ``unsupported``, ``no gradient`` (None), or ``namer``'s name."""
    if isinstance(outcome, Failure):
        if outcome.kind is VerdictKind.RAISED:
            return f"raises {outcome.message.partition(':')[0]}"
        return str(outcome.kind)
    if outcome.disconnected:
        return "no gradient"
    return namer(outcome.results)


def as_number(results: Arrays) -> str:
    """A single number: ``0``, ``-1``, ``1/2``, ``inf``, ``NaN``; several between commas."""
    return written(_joined(results))


def as_value(results: Arrays) -> str:
    """Whether there are numbers at all: their shape where there are none."""
    flat = _joined(results)
    return written(flat) if flat.size else f"empty, shape {results[0].shape}"


def among(**known: Sequence[complex] | np.ndarray) -> Namer:
    """The name of the known numbers that all results together are, else the numbers."""
    named = {name.replace("_", " "): np.asarray(numbers) for name, numbers in known.items()}

    def namer(results: Arrays) -> str:
        flat = _joined(results)
        if flat.size and np.isnan(flat).all():
            return "NaN"
        for name, numbers in named.items():
            if flat.shape == numbers.shape and np.allclose(flat, numbers, _ALIKE, _ALIKE):
                return name
        return written(flat)

    return namer


def as_triangle(results: Arrays) -> str:
    """Where the numbers of a square matrix stand."""
    (g,) = results
    if np.isnan(g).any():
        return "NaN"
    if np.allclose(g, g.T, _ALIKE, _ALIKE):
        return "symmetric"
    for name, part in (("lower triangle", np.triu(g, 1)), ("upper triangle", np.tril(g, -1))):
        if not part.any():
            return name
    return "neither triangular nor symmetric"


def written(numbers: np.ndarray) -> str:
    """Numbers as a person writes them."""
    return ", ".join(_written(complex(number)) for number in numbers)


def _written(number: complex) -> str:
    if number.imag:
        return f"{number:.4g}"
    x = number.real
    if np.isnan(x):
        return "NaN"
    if abs(x) > _LARGEST_FRACTION:
        return f"{x:.4g}"
    near = Fraction(x).limit_denominator(_LARGEST_DENOMINATOR)
    return str(near) if abs(float(near) - x) <= _ALIKE * max(1.0, abs(x)) else f"{x:.4g}"


def _joined(results: Arrays) -> np.ndarray:
    return np.concatenate([np.asarray(r).reshape(-1) for r in results])
