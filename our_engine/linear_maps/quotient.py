"""Division by gaps that may be zero."""

from __future__ import annotations

import math

import numpy as np

from our_engine.node import raw
from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap


class Quotient(LinearMap):
    """v -> v / gap where a gap of 0 gives 0 for a v of 0, and else NaN.

    The factor of perturbation theory, 1 / (w_j - w_i): where two eigenvalues meet there is no
    derivative, except along directions that do not couple their vectors.
    """

    __slots__ = ("gap", "tie")

    def __init__(self, gap: Array, tie: Array) -> None:
        """Divide by `gap`; the boolean array `tie` says where it counts as 0."""
        self.gap = np.where(tie, 1.0, gap)
        self.tie = tie

    @property
    def in_shape(self) -> Shape | None:
        """The shape of the gaps."""
        return np.shape(self.tie)

    def apply(self, v: Array) -> Array:
        """The quotients."""
        undefined = self.tie & (raw(v) != 0)
        q = np.where(self.tie, 0.0, v / self.gap)
        return np.where(undefined, np.nan, q) if np.any(undefined) else q

    def pull(self, u: Cotangent) -> Cotangent:
        """The same quotients of u."""
        return self.apply(u)

    def transpose(self) -> LinearMap:
        """Itself."""
        return self

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The same shape."""
        return np.shape(self.tie)

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """The diagonal."""
        return np.eye(math.prod(np.shape(self.tie)), dtype=bool)

    def flops(self, in_shape: Shape | None = None) -> int:
        """One for each element."""
        return math.prod(np.shape(self.tie))
