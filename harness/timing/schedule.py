"""How deep a run goes: looks, rounds, sizes and budget; who takes its turn when; shared α."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.contract import Size

__all__ = [
    "DEFAULT",
    "DEPTHS",
    "QUICK",
    "THOROUGH",
    "Depth",
    "alpha_at",
    "alpha_spending",
    "estimated_seconds",
    "latin_square_orders",
    "look_at",
    "one_more_look_is_paid",
]

_SHARE_WHEN_ASKED = 0.1
"""Of a budget that was asked for, so that it is kept within a tenth wherever judging keeps it."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How much is measured.

    ``looks`` are the planned numbers of sets after which a cell may end, rising; ``rounds``
    the turns of every arm in one cell of one set, before time is short or more are worth while
    (``harness.running.pacing``); ``sample_s`` the least duration of a sample; ``budget_s`` the
    wall time of the whole run, judging and start-up included (None: no limit); ``most_sizes`` how
    many sizes of a problem are timed (None: all). Judging is never cut for the budget: timing gets
    what is left, and the part ``timing_share`` of it at least. ``audit`` asks for a last set that
    shows what taking turns does to a time.
    """

    name: str
    looks: tuple[int, ...]
    rounds: int
    sample_s: float
    budget_s: float | None
    most_sizes: int | None
    timing_share: float = 1 / 3
    audit: bool = False

    def __post_init__(self) -> None:
        """Refuse looks that do not rise, and a first look without an interval."""
        rising = all(a < b for a, b in zip(self.looks, self.looks[1:], strict=False))
        if not self.looks or self.looks[0] < 2 or not rising:
            raise ValueError(f"looks must rise and start at 2 sets or more, not {self.looks}")
        if self.rounds < 1 or self.sample_s <= 0:
            raise ValueError("a depth needs at least one round and samples that last")
        if self.budget_s is not None and not (0 < self.budget_s < math.inf):
            raise ValueError(f"a budget of {self.budget_s} s is no time to measure in")

    def with_budget(self, seconds: float) -> Depth:
        """The same depth with a budget that a person asked for, kept within a tenth of it."""
        return dataclasses.replace(self, budget_s=seconds, timing_share=_SHARE_WHEN_ASKED)

    def timed_sizes(self, sizes: Sequence[Size]) -> tuple[Size, ...]:
        """The sizes to time: all, or ``most_sizes`` spread from the smallest to the largest."""
        ordered = sorted(sizes, key=lambda size: size.scale)
        if self.most_sizes is None or len(ordered) <= self.most_sizes:
            return tuple(ordered)
        if self.most_sizes == 1:
            return (ordered[0],)
        last = len(ordered) - 1
        picks = [round(i * last / (self.most_sizes - 1)) for i in range(self.most_sizes)]
        return tuple(ordered[i] for i in picks)


QUICK = Depth("quick", looks=(4,), rounds=3, sample_s=2e-3, budget_s=60.0, most_sizes=2)
DEFAULT = Depth("default", (6, 10, 16), 5, 8e-3, budget_s=300.0, most_sizes=None, audit=True)
THOROUGH = Depth(
    "thorough", (6, 10, 16, 26, 40), 7, 8e-3, budget_s=None, most_sizes=None, audit=True
)
DEPTHS: dict[str, Depth] = {depth.name: depth for depth in (QUICK, DEFAULT, THOROUGH)}


def latin_square_orders(
    arms: Sequence[str], rounds: int, rng: np.random.Generator
) -> list[list[str]]:
    """Return, for each round, all arms in the order of their turns.

    Rounds come in squares of ``len(arms)``: each is a cyclic Latin square of a random
    permutation with its rows in random order, so that in a whole square every arm takes every
    position once; in a part of one, no arm takes a position twice. A fresh permutation for
    each square spreads the effect that an arm has on the one behind it.
    """
    if len(set(arms)) != len(arms):
        raise ValueError(f"arms must differ: {', '.join(arms)}")
    orders: list[list[str]] = []
    while arms and len(orders) < rounds:
        shuffled = [arms[i] for i in rng.permutation(len(arms))]
        for shift in rng.permutation(len(arms)):
            orders.append(shuffled[shift:] + shuffled[:shift])
    return orders[:rounds]


def alpha_spending(looks: Sequence[int], alpha: float) -> tuple[float, ...]:
    """Return the α that each planned look spends; they sum to ``alpha``.

    The spending function is linear in the sets, α(n) = α·n/n_last, the member ρ = 1 of the power
    family (Kim and DeMets, Biometrika 74, 1987); a look spends what was added since the one
    before. Each look is then a t-test at the level it spends, so by the union bound the chance
    of a false answer at ANY look is at most ``alpha``, whatever the correlation between looks and
    however few the sets; a normal-theory boundary would be a little sharper but only
    asymptotically right.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha lies between 0 and 1, not at {alpha}")
    before = (0, *looks[:-1])
    return tuple(alpha * (n - m) / looks[-1] for m, n in zip(before, looks, strict=True))


def look_at(sets: int, looks: Sequence[int]) -> int | None:
    """The index of the look that is due after exactly ``sets`` sets; None: no look is."""
    return looks.index(sets) if sets in looks else None


def one_more_look_is_paid(sets: int, looks: Sequence[int], alpha: float) -> bool:
    """Whether a cell may be looked at once, unplanned, after ``sets`` sets, when time runs out.

    A cell that goes on after such a look is judged again at the level a of the next look, but the
    looks behind that one will not come. By the union bound this is honest if what was spent
    before, twice a, is no more than ``alpha`` together.
    """
    spent = alpha_spending(looks, alpha)
    index = next((i for i, n in enumerate(looks) if sets <= n), len(looks) - 1)
    return sum(spent[: index + 1]) + spent[index] <= alpha


def alpha_at(sets: int, looks: Sequence[int], alpha: float) -> float:
    """Return the α to judge ``sets`` sets with, when no more will come.

    Between two looks (the budget ended the cell, not its data) it is the next look's; beyond
    the last, the last one's.
    """
    spent = alpha_spending(looks, alpha)
    return next((a for n, a in zip(looks, spent, strict=True) if sets <= n), spent[-1])


def estimated_seconds(
    depth: Depth, start_up_s: float, samples_s: Sequence[float]
) -> tuple[float, float]:
    """Return the least and the most seconds that timing will take, before it starts.

    ``start_up_s`` is what one set's workers need to come up and warm up; ``samples_s`` has, for
    each cell and arm, the expected duration of one sample. The least is the first look, the most
    is the last look or the budget, whichever comes first.
    """
    set_s = start_up_s + depth.rounds * sum(samples_s)
    least, most = depth.looks[0] * set_s, depth.looks[-1] * set_s
    ceiling = depth.budget_s if depth.budget_s is not None else most
    return min(least, ceiling), min(most, ceiling)
