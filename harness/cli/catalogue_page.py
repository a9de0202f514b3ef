"""docs/catalogue.md: what the catalogue covers, how points are chosen, how to read names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.problems.catalogue.coverage import Coverage, Group, cases_of
from harness.problems.catalogue.entry import Entry
from harness.problems.catalogue.standard import NO_DERIVATIVE, UNTRIED_KEYWORDS

__all__ = ["page"]

_HEAD = """\
# The catalogue

One entry for each function: those of the Python array API standard 2024.12 that have a derivative,
with `linalg` and `fft`; the special functions that two or more libraries share, by SciPy's names;
some functions of NumPy beside the standard; and the composites that people write out of all these.
`adjudge catalogue` counts what is covered, and fails on a function of the standard that is neither
covered nor declared to have no derivative, on a keyword that is never given, and on an entry that
does not call its function: each variant is run in a namespace that writes its calls down.
"""

_READING = """\
## How to read a name

A problem is `group.function` for the plain call, and `group.function/variant` for another way of
calling it: `array_api.sum/axis=-1,keepdims`, `fft.rfft/n=5,padded`, `array_api.multiply/operator`
(`x * y` in place of `multiply(x, y)`), `array_api.sin/complex`. A case adds operator, size, dtype
and point:

    special.gammaln:hvp-forward-over-reverse:n=1,shape=2:float64:1e-300

The size counts the scalars of all arguments, and `shape` tells apart several shapes of one count.
Points that are given by their numbers are named by them, `1e160,-1e-160` for two arguments;
`generic-0` and the like are drawn, and others say what they are: `one-zero`, `tie`, `rank-1`,
`identity`, `nan-unused-first`. `adjudge catalogue array_api.hypot` shows all about an entry, and
`adjudge check --case 'array_api.hypot:*:1,1'` judges some of its cases.

Every problem is asked everywhere for its value, jvp and vjp, the gradient, Hessian-vector products
in all four nestings, and, where it is a function of scalars, the third derivative in forward and in
reverse mode, up to the order that the point allows. Jacobians in both modes, vmap and the third
derivative by mixed modes are asked at generic points, whole Hessians at the first of them:
elsewhere they would say no more than products with random directions do. Of an output with several
elements the gradient and what is beyond it are those of a weighted sum, whose weights are fixed,
differ, and have both signs, so that a fault in one output cannot hide behind another. Mixed partial
derivatives are blocks of the Hessian between two arguments. A complex function is judged by its
real and imaginary parts, as a function of the real and imaginary parts of its argument.

## How points are chosen

- **Generic points**, three at least, of different shapes where broadcasting matters. They are drawn
  from the inside of the domain by a generator that is seeded with the names of problem, size and
  point: they are the same numbers everywhere. All are exact in float32, and the first is asked in
  float32 too.
- **Edges**, whichever apply: ±0, ±1, equal arguments, ties; one, two and three zeros in a product;
  constant vectors; the identity, singular matrices of rank n − 1 and n − 2, repeated eigenvalues;
  10^±8, 10^±20, 10^±160, 10^±300 and the tails at 20, 40, 400 and 800; negative half-integers;
  negative bases; infinities; NaN and infinity in a branch that is not taken; the bounds of a
  domain; no elements at all.
- The **kind** of a point says what may be expected. *Smooth*: the derivative. *Kink*: anything
  between the one-sided derivatives, and which it was is recorded as a [convention](conventions.md).
  *Infinite*: the derivative diverges at the border of the domain, and must. *Outside*: the function
  has no value, and its value must say so. One-sided differences confirm what is declared.
- **The order asked** is limited where a higher derivative does not exist or leaves the range of the
  dtype.

What `adjudge fuzz` finds is printed as such a point, ready to be added here.
"""


def page(found: Coverage, entries: Sequence[Entry]) -> str:
    """The page, in Markdown."""
    return "\n".join(_lines(found, entries)) + "\n"


def _lines(found: Coverage, entries: Sequence[Entry]) -> Iterator[str]:
    yield _HEAD
    yield from _groups(found.groups)
    yield _READING
    for group in found.groups:
        yield f"## Group `{group.name}`\n"
        own = [entry for entry in entries if entry.name.startswith(f"{group.name}.")]
        yield from _table(
            ("entry", "kind", "domain", "variants", "points", "cases"), map(_row, own)
        )
    yield "## What has no derivative\n"
    reasons: dict[str, list[str]] = {}
    for name, reason in NO_DERIVATIVE.items():
        reasons.setdefault(reason, []).append(f"`{name}`")
    yield from _table(
        ("functions", "why"), ((", ".join(names), reason) for reason, names in reasons.items())
    )
    yield "Keywords that no variant need give:\n"
    yield from _table(
        ("keyword", "why"), ((f"`{name}`", why) for name, why in UNTRIED_KEYWORDS.items())
    )


def _groups(groups: Sequence[Group]) -> Iterator[str]:
    rows = [
        (group.name, group.functions, group.variants, group.points, group.cases, _standard(group))
        for group in groups
    ]
    totals = [sum(int(row[i]) for row in rows) for i in range(1, 5)]
    yield from _table(
        ("group", "functions", "variants", "points", "cases", "of the standard"),
        [*rows, ("total", *totals, "")],
    )
    yield "Cases: what a backend is asked, over all operators and dtypes.\n"


def _standard(group: Group) -> str:
    if not group.standard:
        return ""
    return f"{group.covered} of {group.standard}, {group.without_derivative} have no derivative"


def _row(entry: Entry) -> tuple[object, ...]:
    problems = list(entry.problems())
    return (
        f"`{entry.name}`",
        entry.kind,
        entry.domain,
        len(problems),
        sum(len(problem.points) for problem in problems),
        sum(map(cases_of, problems)),
    )


def _table(
    heads: Sequence[str], rows: Iterator[tuple[object, ...]] | Sequence[tuple[object, ...]]
) -> Iterator[str]:
    yield _line(heads)
    yield _line(["---"] * len(heads))
    for row in rows:
        yield _line([str(cell) for cell in row])
    yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
