"""A few patterns for many cases: all of the cases that are meant, and not one of the others.

A case id has five parts, and a name holds no colon, so a pattern of five parts is a product: each
part of it matches some of the names that occur there. The cover is greedy: the pattern that holds
most of what is left, until nothing is left, and of patterns that hold the same the narrowest.
"""

from __future__ import annotations

import fnmatch
import glob
import itertools
import re
from collections.abc import Callable, Collection, Iterator, Sequence

__all__ = ["cover"]

_FIRST_LETTERS = frozenset("ghjtv")
"""Of the operators that a problem is asked: gradient, hvp, hessian, jvp, jacobian, …"""

_SEEDS = 24
"""From how many of the cases that are left the next pattern is grown."""

Masks = list[dict[str, int]]
"""For each part of an id: pattern → the cases that it matches, as the bits of one integer."""


def cover(targets: Collection[str], others: Collection[str]) -> list[str]:
    """Patterns (``fnmatch``) that match every id in ``targets`` and none in ``others``.

    Both hold case ids of five parts; ``others`` are all the rest that there is to match.
    """
    wanted = list(dict.fromkeys(targets))
    universe = [tuple(id_.split(":")) for id_ in (*wanted, *others)]
    goal = (1 << len(wanted)) - 1
    masks = _masks(universe, wanted)
    chosen: list[tuple[str, int]] = []
    left = goal
    while left:
        best = max(
            (found for seed in _seeds(left) for found in _grown(seed, universe, masks, goal)),
            key=lambda found: ((found[1] & left).bit_count(), _narrowness(found[0])),
        )
        chosen.append(best)
        left &= ~best[1]
    return sorted(_needed(chosen, goal))


def _masks(universe: Sequence[tuple[str, ...]], wanted: Sequence[str]) -> Masks:
    masks: Masks = []
    for part, patterns_of in enumerate(_PARTS):
        holders: dict[str, int] = {}
        for bit, names in enumerate(universe):
            holders.setdefault(names[part], 0)
            holders[names[part]] |= 1 << bit
        candidates = {p for names in universe[: len(wanted)] for p in patterns_of(names[part])}
        narrowest: dict[int, str] = {}
        for pattern in sorted(candidates, key=_narrowness, reverse=True):
            matches = re.compile(fnmatch.translate(pattern)).match
            mask = 0
            for name, held in holders.items():
                if matches(name):
                    mask |= held
            narrowest.setdefault(mask, pattern)
        masks.append({pattern: mask for mask, pattern in narrowest.items()})
    return masks


def _seeds(left: int) -> Iterator[int]:
    """Some of the bits in ``left``, spread over all of them."""
    bits = [bit for bit in range(left.bit_length()) if left >> bit & 1]
    return iter(bits[:: max(1, len(bits) // _SEEDS)][:_SEEDS])


def _grown(
    seed: int, universe: Sequence[tuple[str, ...]], masks: Masks, goal: int
) -> Iterator[tuple[str, int]]:
    """Every pattern that holds the seed and nothing beyond the goal, with what it holds."""
    here = [[(p, mask) for p, mask in part.items() if mask >> seed & 1] for part in masks]
    for problem, operator in itertools.product(here[0], here[1]):
        both = problem[1] & operator[1]
        for rest in itertools.product(*here[2:]):
            held = both & rest[0][1] & rest[1][1] & rest[2][1]
            if not held & ~goal:
                yield ":".join((problem[0], operator[0], *(pattern for pattern, _ in rest))), held


def _needed(chosen: Sequence[tuple[str, int]], goal: int) -> Iterator[str]:
    """Those without which something is left, asked from the smallest on."""
    kept = sorted(chosen, key=lambda found: found[1].bit_count())
    for found in list(kept):
        without = 0
        for other in kept:
            without |= other[1] if other is not found else 0
        if without == goal:
            kept.remove(found)
    return (pattern for pattern, _ in kept)


def _narrowness(pattern: str) -> tuple[int, int, str]:
    """Larger for what says more: fewer wildcards, then more letters."""
    return -len(re.findall(r"[*?\[]", pattern)), len(pattern), pattern


def _of_problem(name: str) -> Iterator[str]:
    """The problem alone, and its function's variants: a cause is a function's own."""
    function, _, variant = name.partition("/")
    yield glob.escape(name)
    yield f"{glob.escape(function)}*"
    yield f"{glob.escape(function)}/*"
    words = variant.split(",")
    for i in range(1, len(words)):
        yield f"{glob.escape(function)}/{glob.escape(','.join(words[:i]))}*"
        yield f"{glob.escape(function)}/*{glob.escape(','.join(words[i:]))}"


def _of_operator(name: str) -> Iterator[str]:
    words = name.split("-")
    yield name
    yield f"{name}*"
    for i in range(1, len(words)):
        yield f"{'-'.join(words[:i])}*"
        yield f"{'-'.join(words[:i])}-*"
        yield f"*-{'-'.join(words[i:])}"
    if len(words) == 4:  # hvp-forward-over-reverse
        yield f"*-{words[1]}-over-*"
        yield f"*-over-{words[3]}"
        yield f"{words[0]}-*-{words[3]}"
        yield f"h*-{'-'.join(words[1:])}"
        yield f"h*-{words[1]}-over-*"
        yield f"h*-over-{words[3]}"
    # By first letters: h is second order, [ghjt] all but value and vjp.
    for others in itertools.chain.from_iterable(
        itertools.combinations(sorted(_FIRST_LETTERS - {name[0]}), n) for n in range(4)
    ):
        letters = "".join(sorted((name[0], *others)))
        yield f"{letters}*" if len(letters) == 1 else f"[{letters}]*"
    yield "*"


def _of_words(separator: str) -> Callable[[str], Iterator[str]]:
    """Patterns for a name of words: itself, its beginnings, its endings, and anything."""

    def patterns(name: str) -> Iterator[str]:
        words = name.split(separator)
        yield glob.escape(name)
        yield f"{glob.escape(name)}*"
        for i in range(1, len(words)):
            yield f"{glob.escape(separator.join(words[:i]))}{separator}*"
            yield f"*{separator}{glob.escape(separator.join(words[i:]))}"
            yield f"*{glob.escape(separator.join(words[i:]))}"
            yield f"{glob.escape(separator.join(words[:i]))}*"
        yield "*"

    return patterns


_PARTS: tuple[Callable[[str], Iterator[str]], ...] = (
    _of_problem,
    _of_operator,
    _of_words(","),  # size
    _of_words("-"),  # dtype
    _of_words("-"),  # point
)
