"""Folding: a long list of cases as short JSON, because most of it is a product of few names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from harness.contract import Case, Operator

__all__ = ["Pairs", "cases_from", "folded", "folded_pairs", "unfolded_pairs"]

Pairs = frozenset[tuple[str, Operator]]
"""Operators of problems, by the problem's name."""

_PARTS = 5


def folded(cases: Iterable[Case]) -> list[Any]:
    """Nested lists of what JSON can hold; ``cases_from`` gives the same cases in the same order.

    On each level (problem, operator, size, dtype) a list of ``[names, rest]``: each of the names
    goes with all of the rest. The last level is a list of points.
    """
    return _fold([(c.problem, str(c.operator), c.size, c.dtype, c.point) for c in cases])


def cases_from(raw: Sequence[Any]) -> tuple[Case, ...]:
    """The cases that ``folded`` was given, or those of schema 1, which is a list of their ids.

    TypeError or ValueError when ``raw`` is neither.
    """
    if raw and isinstance(raw[0], str):
        return tuple(Case.parse(id_) for id_ in raw)
    return tuple(
        Case(problem, Operator(operator), size, dtype, point)
        for problem, operator, size, dtype, point in _unfold(raw, _PARTS)
    )


def folded_pairs(pairs: Pairs) -> list[Any]:
    """The pairs as a few [problems, operators]; ``unfolded_pairs`` gives them again."""
    by_operators: dict[tuple[str, ...], list[str]] = {}
    for problem, group in groupby(sorted(pairs), key=lambda pair: pair[0]):
        operators = tuple(str(operator) for _, operator in group)
        by_operators.setdefault(operators, []).append(problem)
    return [[problems, list(operators)] for operators, problems in by_operators.items()]


def unfolded_pairs(raw: Sequence[Any]) -> Pairs:
    """The pairs that ``folded_pairs`` was given; TypeError or ValueError when ``raw`` is not so."""
    return frozenset((problem, Operator(operator)) for problem, operator in _unfold(raw, 2))


def _fold(rows: Sequence[tuple[str, ...]]) -> list[Any]:
    if rows and len(rows[0]) == 1:
        return [name for (name,) in rows]
    found: list[Any] = []
    for name, group in groupby(rows, key=lambda row: row[0]):
        rest = _fold([row[1:] for row in group])
        if found and found[-1][1] == rest:
            found[-1][0].append(name)
        else:
            found.append([[name], rest])
    return found


def _unfold(raw: Sequence[Any], parts: int) -> Iterator[tuple[str, ...]]:
    if parts == 1:
        yield from ((_name(name),) for name in raw)
        return
    for names, rest in raw:
        tails = list(_unfold(rest, parts - 1))
        for name in names:
            yield from ((_name(name), *tail) for tail in tails)


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise TypeError(f"{name!r} is no name")
    return name
