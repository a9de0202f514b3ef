"""Cotangents that are zero by structure on part of their elements."""

from __future__ import annotations

import numpy as np

from our_engine.types import Array, Cotangent


class Masked:
    """A cotangent that is zero by structure wherever `mask` is False.

    It comes from a branch that was not taken. Unlike a zero that was computed, it annihilates an
    infinite or undefined factor: where(x > 0, log(x), 0) has derivative 0 at x = 0, not NaN.
    """

    __slots__ = ("mask", "value")

    def __init__(self, value: Array, mask: Array) -> None:
        """A value that is zero outside the boolean mask of the same shape."""
        self.value = value
        self.mask = mask

    def scaled(self, d: Array) -> Masked:
        """This times d, which may be anything where the mask is False."""
        product = d * self.value
        if type(product) is np.ndarray:
            np.copyto(product, 0, where=~self.mask)
        else:
            product = np.where(self.mask, product, 0)
        return Masked(product, self.mask)

    def plus(self, other: Cotangent) -> Cotangent:
        """The sum; masked where both are."""
        if type(other) is not Masked:
            return self.value + other
        mask = self.mask if other.mask is self.mask else self.mask | other.mask
        return Masked(self.value + other.value, mask)


def plain(u: Cotangent) -> Cotangent:
    """The array of a cotangent, without the knowledge of its structural zeros."""
    return u.value if type(u) is Masked else u
