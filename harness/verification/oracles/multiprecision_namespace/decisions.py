"""Decisions: the comparisons that a program makes on the way, recorded and forced.

A program with kinks (maximum, abs, where) is smooth on each side of a comparison. Where the
two numbers compared are equal, the derivative of the side that was taken, and of the other, are
found by making the comparison come out as wished there and leaving the rest to itself. That
asks for no knowledge of derivatives, and it gives exactly the choices that an engine has.

A comparison is put as "is the first larger than the second?", for numbers of one kind;
``maximum(a, b)``, ``minimum(a, b)`` and ``abs(x)`` are put as "is the first side taken?".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

__all__ = ["Decider", "Forced", "Recorded", "Replayed", "Ties", "deciding", "settle", "tied"]

_ALL_WAYS = 32
_SOME_WAYS = 12
"""Up to so many ways of breaking ties each is tried; beyond, about seven times so many."""


class Decider(Protocol):
    """Has a say in every comparison of a program."""

    def begin(self) -> None:
        """A run of the program begins."""
        ...

    def settle(self, first: Any, second: Any, outcome: np.ndarray) -> np.ndarray:
        """The outcome that the program is to go on with."""
        ...


@dataclass(frozen=True, slots=True)
class Ties:
    """Which comparisons are tied: a mask for each decision of the program, in its order.

    None stands for a decision without ties. ``exact`` tells whether any two numbers are equal;
    otherwise rounding alone could turn them.
    """

    masks: tuple[np.ndarray | None, ...]
    exact: bool

    @property
    def count(self) -> int:
        """How many scalar comparisons are tied."""
        return sum(int(mask.sum()) for mask in self.masks if mask is not None)

    def patterns(self) -> list[tuple[bool, ...]]:
        """Ways of breaking the ties: for each tie, in order, whether it goes to the first side.

        All on either side come first. Of few ties there is every way; of many, each turned alone,
        all up to one and all from one on (for a running maximum takes each element so), and some
        at random.
        """
        n = self.count
        if 2**n <= _ALL_WAYS:
            ways = list(itertools.product((True, False), repeat=n))
            return [ways[0], ways[-1], *ways[1:-1]] if n else ways
        spread = sorted({round(i * (n - 1) / (_SOME_WAYS - 1)) for i in range(_SOME_WAYS)})
        alone = [tuple(j == i for j in range(n)) for i in spread]
        upto = [tuple(j <= i for j in range(n)) for i in spread]
        rng = np.random.default_rng(n)
        chance = [tuple(bool(b) for b in rng.integers(0, 2, size=n)) for _ in range(_SOME_WAYS)]
        ways = [(True,) * n, (False,) * n]
        for way in (*alone, *upto):
            ways += [way, tuple(not side for side in way)]
        return list(dict.fromkeys([*ways, *chance]))


@dataclass(slots=True)
class Recorded:
    """Leaves every decision as it is, and keeps the margins first - second, in order."""

    margins: list[np.ndarray] = field(default_factory=list)

    def begin(self) -> None:
        """Forget the margins of an earlier run."""
        self.margins.clear()

    def settle(self, first: Any, second: Any, outcome: np.ndarray) -> np.ndarray:
        """Keep the margin, and leave the outcome."""
        self.margins.append(np.broadcast_to(np.asarray(first - second), outcome.shape))
        return outcome


@dataclass(slots=True)
class Forced:
    """Makes ``ties`` come out on the first side, or else on the second.

    ``first_side`` is said for all ties at once, or for each in order (``Ties.patterns``).
    """

    ties: Ties
    first_side: bool | tuple[bool, ...]
    position: int = 0

    @property
    def sides(self) -> tuple[bool, ...]:
        """The side of each tie, in order."""
        if isinstance(self.first_side, bool):
            return (self.first_side,) * self.ties.count
        return self.first_side

    def begin(self) -> None:
        """Count the decisions from the start."""
        self.position = 0

    def settle(self, first: Any, second: Any, outcome: np.ndarray) -> np.ndarray:
        """The wished side at the ties, the plain outcome elsewhere."""
        position, self.position = self.position, self.position + 1
        masks = self.ties.masks
        mask = masks[position] if position < len(masks) else None
        if mask is None or mask.shape != outcome.shape:
            return outcome
        start = sum(int(m.sum()) for m in masks[:position] if m is not None)
        settled = np.array(outcome, dtype=bool)
        settled[mask] = self.sides[start : start + int(mask.sum())]
        return settled


@dataclass(slots=True)
class Replayed:
    """Keeps what ``decider`` settled in the first run, and settles it so in every further one.

    So a program can be perturbed without leaving the smooth piece that it is on.
    """

    decider: Decider | None
    outcomes: list[np.ndarray] = field(default_factory=list)
    position: int = -1

    def begin(self) -> None:
        """The first run records, the others replay."""
        self.position = 0
        if self.decider is not None:
            self.decider.begin()

    def settle(self, first: Any, second: Any, outcome: np.ndarray) -> np.ndarray:
        """What the first run settled at this place."""
        position, self.position = self.position, self.position + 1
        if position < len(self.outcomes) and self.outcomes[position].shape == outcome.shape:
            return self.outcomes[position]
        if self.decider is not None:
            outcome = self.decider.settle(first, second, outcome)
        self.outcomes.append(outcome)
        return outcome


_decider: ContextVar[Decider | None] = ContextVar("decider", default=None)


@contextmanager
def deciding(decider: Decider) -> Iterator[None]:
    """Let ``decider`` settle every decision of the program run inside."""
    decider.begin()
    token = _decider.set(decider)
    try:
        yield
    finally:
        _decider.reset(token)


def settle(first: Any, second: Any, outcome: np.ndarray) -> np.ndarray:
    """The outcome of "is ``first`` larger?" after whoever is deciding has had a say."""
    decider = _decider.get()
    return outcome if decider is None else decider.settle(first, second, outcome)


def tied(margins: Sequence[np.ndarray], thresholds: Sequence[np.ndarray]) -> Ties | None:
    """The decisions whose margin is within its threshold; None where there is not one."""
    masks: list[np.ndarray | None] = []
    exact = False
    for margin, threshold in zip(margins, thresholds, strict=True):
        mask = np.asarray(np.abs(margin) <= threshold, dtype=bool)
        exact = exact or bool(np.any(mask & np.asarray(margin == 0, dtype=bool)))
        masks.append(mask if mask.any() else None)
    return Ties(tuple(masks), exact) if any(m is not None for m in masks) else None
