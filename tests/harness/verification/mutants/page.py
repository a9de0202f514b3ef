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

The other side of it: what is right must not be flagged. A reference that takes central differences
in many digits, and agrees to the last bit with the handbooks' derivatives of some 75 functions,
answers the whole catalogue in both dtypes by `python -m tests.harness.verification.reference`. In
November 2026 that was 47,447 cases: 45,941 ok, 512 conventions, 87 outside the domain, 907 that it
does not answer because its differences do not settle, and none flagged or undecided. The test suite
judges a sample of them.
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
