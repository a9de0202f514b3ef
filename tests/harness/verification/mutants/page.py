"""docs/mutants.md: ``python -m tests.harness.verification.mutants.page`` writes it anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from .mutant import Mutant
from .table import FAMILIES, MUTANTS

__all__ = ["PAGE", "page"]

PAGE = Path(__file__).parents[4] / "docs" / "mutants.md"

_HEAD = """\
# Mutants

A judge that nobody tests is worth nothing. Each line below is our engine with one fault planted in
it. The test suite judges all of them: the verdict must be the one of the last column, found by the
oracle before it, and the engine without the fault must pass the same case. `only in …` faults are
asked what they do right as well, and must pass there.

{counts}

A case is `problem:operator:dtype:point`. *Without a truth* means that all oracles which know
derivatives were switched off: identities between operators can convict, but not acquit. What is
planted, line by line: `tests/harness/verification/mutants/`. Beside these, the test suite plants a
fault in the rule of each function of the [catalogue](catalogue.md) that our engine differentiates,
and requires a verdict that names the function.
"""


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD.format(counts=_counts())
    for title, mutants in FAMILIES.items():
        yield f"## {title}\n"
        yield "| fault | planted | case | oracle | verdict |"
        yield "| --- | --- | --- | --- | --- |"
        yield from map(_row, mutants)
        yield ""


def _counts() -> str:
    by_oracle = Counter(mutant.oracle for mutant in MUTANTS)
    told = ", ".join(f"{count} by {oracle}" for oracle, count in by_oracle.most_common())
    return f"There are {len(MUTANTS)}: {told}."


def _row(mutant: Mutant) -> str:
    case = f"`{mutant.problem}:{mutant.operator}:{mutant.dtype}:{mutant.point}`"
    cells = (
        mutant.name,
        mutant.planted.replace("|", r"\|"),
        f"{case}, without a truth" if mutant.blind else case,
        mutant.oracle,
        mutant.kind,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
