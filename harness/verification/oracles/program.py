"""Running a problem, or a closed form, on one kind of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace import (
    NumberArray,
    NumberNamespace,
    Numbers,
)
from harness.verification.oracles.multiprecision_namespace.arrays import plain
from harness.verification.oracles.multiprecision_namespace.decisions import Decider, deciding

__all__ = ["Program"]

Arrays = tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """``fun(xp, *operands)`` on arrays of ``numbers``; plain arrays go in and come out.

    Floating operands that are not of these numbers yet are converted, exactly; integer ones
    stay. Whoever calls keeps ``numbers.computing()`` open around everything that it does.
    """

    fun: Callable[..., Any]
    numbers: Numbers

    def enter(self, operands: Sequence[np.ndarray]) -> Arrays:
        """The operands as plain arrays of the numbers."""
        return tuple(self.numbers.array(x) for x in operands)

    def __call__(self, operands: Sequence[np.ndarray], decider: Decider | None = None) -> Arrays:
        """The results, always as a tuple; ``decider`` settles the comparisons on the way."""
        entered = [
            x if x.dtype.kind in "iub" else NumberArray.of(x, self.numbers)
            for x in self.enter(operands)
        ]
        xp = NumberNamespace(self.numbers)
        if decider is None:
            results = self.fun(xp, *entered)
        else:
            with deciding(decider):
                results = self.fun(xp, *entered)
        if not isinstance(results, tuple):
            results = (results,)
        return tuple(np.asarray(plain(r)) for r in results)
