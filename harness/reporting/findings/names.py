"""Names of problems, shortened where their place says the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

__all__ = ["common_prefix", "condensed", "kin", "short"]

_MOST_SIDE_BY_SIDE = 16
"""Problems of one prefix that a table can show beside each other."""


def common_prefix(problems: Sequence[str]) -> str:
    """The first dotted part that all names share, dot included: ``lecture.``; else empty."""
    first = problems[0].split(".")[0] + "." if problems else ""
    return first if all(problem.startswith(first) for problem in problems) else ""


def short(problem: str) -> str:
    """A problem's name without its plug-in's prefix: ``chain.funnel``."""
    return problem.split(".", 1)[-1]


def kin(problems: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Problems that differ in the last part of their name alone, together under the rest of it.

    Below the plug-in's own prefix, that is: ``lecture.chain`` is a family, ``lecture`` is not. The
    variants of one function (``array_api.sum/axis=0``) are kin too.
    """
    families: dict[str, list[str]] = {}
    for problem in problems:
        function = problem.split("/", 1)[0]
        family = function.rsplit(".", 1)[0]
        families.setdefault(family if "." in family else function, []).append(problem)
    return list(families.items())


def condensed(families: Sequence[tuple[str, Sequence[str]]]) -> list[tuple[str, list[str]]]:
    """Families of problems, those of one prefix all together where they are too many to show.

    A family that is alone under its name keeps it; many become the prefix: ``linalg``.
    """
    prefixes = Counter(title.split(".", 1)[0] for title, _ in families)
    found: dict[str, list[str]] = {}
    for title, problems in families:
        prefix = title.split(".", 1)[0]
        many = prefixes[prefix] > _MOST_SIDE_BY_SIDE
        found.setdefault(prefix if many else title, []).extend(problems)
    return list(found.items())
