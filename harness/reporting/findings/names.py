"""Names of problems, shortened where their place says the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["common_prefix", "kin", "short"]


def common_prefix(problems: Sequence[str]) -> str:
    """The first dotted part that all names share, dot included: ``lecture.``; else empty."""
    first = problems[0].split(".")[0] + "." if problems else ""
    return first if all(problem.startswith(first) for problem in problems) else ""


def short(problem: str) -> str:
    """A problem's name without its plug-in's prefix: ``chain.funnel``."""
    return problem.split(".", 1)[-1]


def kin(problems: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Problems that differ in the last part of their name alone, together under the rest of it.

    Below the plug-in's own prefix, that is: ``lecture.chain`` is a family, ``lecture`` is not.
    """
    families: dict[str, list[str]] = {}
    for problem in problems:
        family = problem.rsplit(".", 1)[0]
        families.setdefault(family if "." in family else problem, []).append(problem)
    return list(families.items())
