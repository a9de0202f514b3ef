"""Print what the engine differentiates, by which rule, in which modes, and how it is tested.

usage: python -m our_engine.coverage [--markdown]

Exit status 1 if a function that is claimed has no test, or one that must be there has no rule.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Sequence

from .table import Row, problems, rows, tested

HEADINGS = ("function", "rule", "modes", "keywords", "tested")
_PREAMBLE = """\
# Coverage of our_engine

Each function with its rule, the modes it has, the keywords that are honoured (any other is refused
by name), and the number of specimens that test it: each against the truth to first order, in four
nestings to second order, in single precision, and from memory with strides.

This page is the output of `python -m our_engine.coverage --markdown`.
"""


def cells(row: Row) -> tuple[str, ...]:
    """The five cells of a row."""
    specimens = str(row.specimens) if row.specimens else ""
    return row.function, row.rule, row.modes, ", ".join(row.keywords), specimens


def as_text(table: Sequence[Row]) -> str:
    """The table in columns."""
    widths = [max(len(c) for c in column) for column in zip(*map(cells, table), strict=True)]
    widths = [max(w, len(h)) for w, h in zip(widths, HEADINGS, strict=True)]

    def line(of: tuple[str, ...]) -> str:
        return "  ".join(c.ljust(w) for c, w in zip(of, widths, strict=True)).rstrip()

    lines = []
    for section, members in itertools.groupby(table, lambda row: row.section):
        lines += ["", section, "", line(HEADINGS), *(line(cells(row)) for row in members)]
    return "\n".join([*lines[1:], "", summary(table)]) + "\n"


def as_markdown(table: Sequence[Row]) -> str:
    """The same as a page of the documentation."""
    lines = [_PREAMBLE, summary(table)]
    for section, members in itertools.groupby(table, lambda row: row.section):
        lines += ["", f"## {section}", "", _line(HEADINGS), _line(("---",) * len(HEADINGS))]
        lines += [_line((f"`{row.function}`", *cells(row)[1:])) for row in members]
    return "\n".join(lines) + "\n"


def _line(of: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('<', '&lt;') for cell in of)} |"


def summary(table: Sequence[Row]) -> str:
    """The counts, in a sentence."""
    with_rule = [row for row in table if row.modes]
    none = sum(row.rule.startswith("no derivative") for row in table)
    specimens = sum({row.rule + row.function: row.specimens for row in with_rule}.values())
    return (
        f"{len(table)} functions: {len(with_rule)} differentiated in both modes, {none} without a "
        f"derivative by nature, {len(table) - len(with_rule) - none} refused or not there; "
        f"{specimens} specimens."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 if it claims what is not so."""
    parser = argparse.ArgumentParser(prog="python -m our_engine.coverage")
    parser.add_argument("--markdown", action="store_true", help="print a page of Markdown")
    options = parser.parse_args(arguments)
    table = rows(tested())
    sys.stdout.write(as_markdown(table) if options.markdown else as_text(table))
    found = problems(table)
    for problem in found:
        sys.stderr.write(f"our_engine.coverage: {problem}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
