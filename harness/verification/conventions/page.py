"""The matrix of conventions for a reader: a page of the documentation, and text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.verification.conventions.matrix import Matrix, Row

__all__ = ["page", "text"]

_HEAD = """\
# Conventions

Where mathematics leaves a choice (the slope of |x| at 0), or a library makes one (which half of a
matrix is read), backends differ, and none of them is wrong. This page says what each does. Every
entry was observed: the backend differentiated the expression in a worker process, and a rule named
the numbers that came. Nothing here passes or fails; what does is said by `adjudge gate`.

`adjudge conventions` asks the backends that are installed; with
`--write docs/conventions.md --write harness/verification/conventions/observed.json` it writes this
page and its data anew. The test suite does the same and compares.

Observed with {versions}.

How to read an entry: a number is the derivative. *zero* is a vector of zeros. Of tied elements *the
first* has the whole slope, or it is *shared* equally. *NaN* is what came; *no gradient* is the
library's own word (None) for an argument that the output does not depend on; *raises* names the
exception, *unsupported* is a refusal that says so. The gradient of a function with several outputs
is that of their weighted sum.
"""

_NOTES = {
    "Ties": "The array API has no median: it is written as the middle element of a sort.",
    "Matrices": (
        "The matrix is [[4, 1], [2, 5]], raw: nothing makes it symmetric first. A value tells "
        "which numbers are read. Of a function that reads the lower triangle alone the gradient "
        "is zero above the diagonal; a symmetric one is that of a function of symmetric matrices."
    ),
    "Complex numbers": (
        "The gradient of a real function is ∂f/∂x + i ∂f/∂y, which points uphill, or its "
        "conjugate; a vjp is that of the transposed map, or of the conjugated transposed one."
    ),
}


def page(matrix: Matrix) -> str:
    """The page of the documentation, in Markdown."""
    return "\n".join(_page(matrix)) + "\n"


def text(matrix: Matrix) -> str:
    """The matrix as lines of text, a column for each backend."""
    lines = [["", *matrix.backends]]
    lines += [[row.where, *_cells(matrix, row)] for row in matrix.rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _page(matrix: Matrix) -> Iterator[str]:
    yield _HEAD.format(versions=_versions(matrix))
    for group, rows in matrix.groups.items():
        yield f"## {group}\n"
        if group in _NOTES:
            yield f"{_NOTES[group]}\n"
        yield _line(("", "expression", *(f"`{name}`" for name in matrix.backends)))
        yield _line(["---"] * (len(matrix.backends) + 2))
        for row in rows:
            yield _line((row.where, f"`{row.function}`", *_cells(matrix, row)))
        yield ""


def _versions(matrix: Matrix) -> str:
    """Each library once."""
    known: dict[str, str] = {}
    for versions in matrix.versions.values():
        known |= versions
    return ", ".join(f"{library} {version}" for library, version in sorted(known.items()))


def _cells(matrix: Matrix, row: Row) -> list[str]:
    return [row.observed[backend] for backend in matrix.backends]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
