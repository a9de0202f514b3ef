"""How far a component may be from the truth: componentwise, and no further than rounding explains.

    |g - g*|_i  ≤  c·u·( |g*_i| + Σ_j |∂g_i/∂x_j|·|x_j| )  +  bound_i  +  η

u is the unit roundoff of the dtype. The sum is the conditioning of the derivative itself, over
all floating operands (``oracles.sensitivity``): an ill-conditioned input excuses an error, a
careless rule does not. c = 32·√operations; a function of one operation has c = 32. ``bound`` is
the oracle's own error bound, which is nothing beside the rest for all oracles but finite
differences. η is four times the smallest subnormal number, for results that underflow.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from harness.verification.oracles.oracle import TrueBlock

__all__ = ["FACTOR", "PRECISIONS", "Precision", "Standard", "accuracy_floor"]

FACTOR = 32.0
"""c for a function of one operation; the hook ``tolerance`` may replace it for a case."""

_SUBNORMALS = 4


@dataclass(frozen=True, slots=True)
class Precision:
    """What a dtype can be asked for.

    ``accuracy_loss`` is the relative error up to which a result outside its tolerance still is
    the right derivative, badly computed: 1e-6 in float64. float32 has seven digits to begin
    with; there it is 1e-4, for a factor that is 0.05 % off is a mistake in any dtype.
    ``underflow`` is what rounding may do to any result, ``smallest_normal`` what flushing may do to
    a subnormal one.
    """

    dtype: np.dtype[np.floating]
    unit_roundoff: float
    underflow: float
    smallest_normal: float
    accuracy_loss: float

    def slack(self, target: np.ndarray) -> np.ndarray:
        """η for each component of a truth ``target``."""
        flushed = np.abs(target) < self.smallest_normal
        return np.where(flushed, self.smallest_normal, self.underflow)


def _precision(dtype: str, accuracy_loss: float) -> Precision:
    info = np.finfo(dtype)
    underflow = _SUBNORMALS * float(info.smallest_subnormal)
    smallest = float(info.smallest_normal)
    return Precision(np.dtype(dtype), float(info.eps) / 2, underflow, smallest, accuracy_loss)


PRECISIONS: dict[str, Precision] = {
    "float64": _precision("float64", 1e-6),
    "float32": _precision("float32", 1e-4),
}
"""By the dtype's name; for a dtype that is not here nothing can be decided."""


@dataclass(frozen=True, slots=True)
class Standard:
    """What a case's results are held to: the dtype, the operations of one value, the factor c."""

    precision: Precision
    operations: int
    factor: float = FACTOR

    @property
    def relative(self) -> float:
        """c·√operations·u: the tolerance of a well-conditioned component of size 1."""
        return self.factor * math.sqrt(max(1, self.operations)) * self.precision.unit_roundoff

    def tolerance(self, block: TrueBlock) -> np.ndarray:
        """The bound of each component, float64, in the block's shape; η is not in it."""
        size = _size(block)
        with np.errstate(invalid="ignore", over="ignore"):
            own = self.relative * (size + block.conditioning) + block.bound
            if self.operations <= 1 or not size.size:
                return np.asarray(own)
            zero = size <= block.bound
            sizes, terms = np.max(size), np.max(size + block.conditioning)
            kept = np.minimum(self.relative * sizes, self.precision.accuracy_loss * size)
            return np.asarray(np.maximum(own, np.where(zero, self.relative * terms, kept)))


def accuracy_floor(block: TrueBlock, standard: Standard) -> np.ndarray:
    """The error up to which a component outside its tolerance counts as accuracy lost.

    Relative to the component itself; or, where cancellation has made it small, to what was
    cancelled, but never to more than the largest component of its block. So a small component
    that is simply missing is wrong, however large its neighbours are; but rounding errors of
    those, where a component should be 0, are no more than that.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        size = _size(block)
        largest = np.max(size, initial=0.0)
        scale = np.maximum(size, np.minimum(block.conditioning, largest))
        loss = standard.precision.accuracy_loss * scale
        return np.asarray(np.maximum(loss, standard.relative * largest))


def _size(block: TrueBlock) -> np.ndarray:
    """|g*|; where there is a set of them, the largest; 0 where it is not finite."""
    ends = [end for end in (block.high, block.lower, block.upper) if end is not None]
    sizes = [np.where(np.isfinite(end), np.abs(end), 0.0) for end in ends]
    return functools.reduce(np.maximum, sizes)
