"""Derivative tensors of a function at a point, all from one lattice of its values.

With x + Σ h_j e_j over every multiset of at most k elements, the forward differences of order k
are there, and those of each lower order with them: N elements take C(N+k, k) values for all
questions of a point, where central differences would take 2^k times as many for each. A forward
difference errs by its step, not by its square; with numbers of enough digits the step is as
small as one likes, and digits cost less than values. Steps are powers of two times the size of
what they move, so that they are exact.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from harness.verification.oracles.multiprecision_namespace import Numbers

__all__ = ["Lattice", "Operands", "differences", "lattice_size"]

Arrays = tuple[np.ndarray, ...]
Function = Callable[[Arrays], np.ndarray]


def lattice_size(scalars: int, order: int) -> int:
    """How many values a lattice of ``scalars`` elements takes up to ``order``."""
    return math.comb(scalars + order, order)


class Operands:
    """The floating scalars of some arrays, in order, as one vector of N; and back again.

    ``sizes`` is the vector of binary exponents e with 2^(e-1) ≤ |x| < 2^e, but 0 at the most:
    sin at 1e300 still turns once in 2π. A zero gets that of the smallest scalar that is not:
    what is added to it must not drown its neighbours.
    """

    def __init__(self, arrays: Sequence[np.ndarray]) -> None:
        """Integers and booleans are constants."""
        self.arrays = tuple(np.asarray(a) for a in arrays)
        self.floating = [i for i, a in enumerate(self.arrays) if a.dtype.kind not in "iub"]
        self._spans: dict[int, slice] = {}
        self.count = 0
        for i in self.floating:
            start, self.count = self.count, self.count + self.arrays[i].size
            self._spans[i] = slice(start, self.count)
        flat = [self.arrays[i].astype(np.float64).reshape(-1) for i in self.floating]
        self.floats = np.concatenate(flat) if flat else np.empty(0)
        self.sizes = _binary_sizes(self.floats)

    def vector(self, numbers: Numbers) -> np.ndarray:
        """The N scalars as numbers."""
        parts = [numbers.array(self.arrays[i]).reshape(-1) for i in self.floating]
        return np.concatenate(parts) if parts else np.empty(0, dtype=object)

    def places(self, arguments: Sequence[int]) -> np.ndarray:
        """Where the scalars of these arguments are in the vector, one argument after the other."""
        spans = [np.arange(self._spans[i].start, self._spans[i].stop) for i in arguments]
        return np.concatenate(spans) if spans else np.empty(0, dtype=int)

    def arrays_of(self, vector: np.ndarray) -> Arrays:
        """The arrays with ``vector`` in place of their floating scalars."""
        return tuple(
            vector[self._spans[i]].reshape(a.shape) if i in self._spans else a
            for i, a in enumerate(self.arrays)
        )


class Lattice:
    """Values of ``function`` on the lattice about ``centre``, and the tensors that they make.

    Everything is of ``numbers``, within whose ``computing()`` all is called. ``function`` maps the
    arrays of ``operands`` to a vector of m; no value is found twice. In the results' shapes, N is
    the number of the operands' scalars.
    """

    def __init__(
        self,
        function: Function,
        operands: Operands,
        numbers: Numbers,
        bits: int,
        centre: np.ndarray | None = None,
    ) -> None:
        """Steps are 2^-bits times the size of a scalar; ``centre`` replaces the operands' own."""
        self._function = function
        self.operands = operands
        self.numbers = numbers
        self.bits = bits
        two = numbers.number(2.0)
        self.centre = operands.vector(numbers) if centre is None else centre
        self.scales = _vector([two ** int(e) for e in operands.sizes])
        self.steps = self.scales * two**-bits
        self._values: dict[tuple[int, ...], np.ndarray] = {}
        self._lines: dict[tuple[object, ...], np.ndarray] = {}

    def value(self, *moved: int) -> np.ndarray:
        """The value, of m, where each element named in ``moved`` has made a step."""
        key = tuple(sorted(moved))
        if key not in self._values:
            vector = self.centre.copy()
            for j in key:
                vector[j] = vector[j] + self.steps[j]
            self._values[key] = self._function(self.operands.arrays_of(vector))
        return self._values[key]

    def first(self) -> np.ndarray:
        """∂f_k/∂x_i as (N, m)."""
        return np.asarray((self._ones() - self.value()) / self.steps[:, None])

    def second(self) -> np.ndarray:
        """∂²f_k/∂x_i∂x_j as (N, N, m)."""
        h = self.steps
        ones = self._ones()
        total = self._twos() - ones[:, None] - ones[None, :] + self.value()
        return np.asarray(total / (h[:, None, None] * h[None, :, None]))

    def third(self, weights: np.ndarray) -> np.ndarray:
        """∂³⟨w, f⟩/∂x_i∂x_j∂x_l as (N, N, N)."""
        n, h = self.operands.count, self.steps
        threes = _symmetric(n, 3, lambda *key: np.dot(weights, self.value(*key)))
        twos, ones = np.dot(self._twos(), weights), np.dot(self._ones(), weights)
        total = threes - np.dot(weights, self.value())
        for axes in ((0, 1), (0, 2), (1, 2)):
            total = total - np.expand_dims(twos, 3 - sum(axes))
        for axis in range(3):
            total = total + ones.reshape([n if a == axis else 1 for a in range(3)])
        return np.asarray(total / (h[:, None, None] * h[:, None] * h))

    def moved(self, centre: np.ndarray) -> Lattice:
        """The lattice of the same steps about another centre."""
        return Lattice(self._function, self.operands, self.numbers, self.bits, centre)

    def along(self, direction: np.ndarray, multiple: int, bits: int) -> np.ndarray:
        """The value, of m, at the centre plus multiple · 2^-bits · scales · direction."""
        if not multiple:
            return self.value()
        key = (bits, multiple, *direction)
        if key not in self._lines:
            step = self.scales * direction * (self.numbers.number(2.0) ** -bits * multiple)
            self._lines[key] = self._function(self.operands.arrays_of(self.centre + step))
        return self._lines[key]

    def _ones(self) -> np.ndarray:
        return _symmetric(self.operands.count, 1, self.value, self.value().shape)

    def _twos(self) -> np.ndarray:
        return _symmetric(self.operands.count, 2, self.value, self.value().shape)


def _symmetric(
    n: int, order: int, entry: Callable[..., np.ndarray], shape: tuple[int, ...] = ()
) -> np.ndarray:
    """The symmetric array of ``entry(i ≤ j ≤ …)``."""
    made = np.empty((n,) * order + shape, dtype=object)
    for key in itertools.combinations_with_replacement(range(n), order):
        found = entry(*key)
        for place in set(itertools.permutations(key)):
            made[place] = found
    return made


def _binary_sizes(x: np.ndarray) -> np.ndarray:
    usable = np.isfinite(x) & (x != 0)
    sizes = np.minimum(np.frexp(np.where(usable, x, 1.0))[1], 0)
    smallest = int(sizes[usable].min()) if usable.any() else 0
    # What is infinite or NaN does not move whatever is added.
    return np.where(usable, sizes, np.where(x == 0, smallest, 0))


def _vector(entries: Sequence[object]) -> np.ndarray:
    made = np.empty(len(entries), dtype=object)
    made[:] = entries
    return made


def differences(values: Sequence[np.ndarray], order: int) -> np.ndarray:
    """The forward difference of ``order`` of the first values of a line."""
    terms: Iterator[np.ndarray] = (
        (-1) ** (order - c) * math.comb(order, c) * values[c] for c in range(order + 1)
    )
    return np.asarray(sum(terms))
