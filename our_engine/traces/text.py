"""A trace for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from .expressions import Expr
from .tables import Cell, Table
from .writer import Writer

GAP = "   "


def render(title: str, tables: Sequence[Table], closing: Sequence[Expr], digits: int) -> str:
    """The title, the tables in columns, and the closing lines."""
    writer = Writer(digits)
    blocks = [title, *(_table(table, writer) for table in tables)]
    if closing:
        blocks.append("\n".join(writer.write(line) for line in closing))
    return "\n\n".join(blocks)


def _table(table: Table, writer: Writer) -> str:
    heading = [[writer.write(h)] for h in table.headings]
    rows = [heading, *([_lines(cell, writer) for cell in row] for row in table.rows if row)]
    widths = [max(_width(line) for row in rows for line in row[i]) for i in range(len(heading))]
    lines = [table.caption, "", *_aligned(heading, widths)]
    lines.append(GAP.join("-" * width for width in widths))
    for row in table.rows:
        if row is None:
            lines.append(f"… {table.left_out} rows left out …")
        else:
            lines += _aligned([_lines(cell, writer) for cell in row], widths)
    return "\n".join(lines)


def _lines(cell: Cell, writer: Writer) -> list[str]:
    return [writer.write(line) for line in cell] or [""]


def _aligned(row: list[list[str]], widths: list[int]) -> list[str]:
    height = max(len(cell) for cell in row)
    lines = []
    for i in range(height):
        cells = [cell[i] if i < len(cell) else "" for cell in row]
        padded = [c + " " * (w - _width(c)) for c, w in zip(cells, widths, strict=True)]
        lines.append(GAP.join(padded).rstrip())
    return lines


def _width(text: str) -> int:
    """Columns of a terminal: a combining accent takes none."""
    return sum(not unicodedata.combining(c) for c in text)
