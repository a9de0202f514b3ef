"""A trace as an HTML fragment: real tables, escaped, readable without a style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .expressions import Expr
from .tables import Cell, Table
from .writer import ACCENTS, Writer


class HtmlWriter(Writer):
    """Writes formulas with italic names, subscripts and superscripts."""

    minus = "−"
    ones = "<b>1</b>"

    def word(self, text: str) -> str:
        """Escaped text."""
        return escape(text)

    def number(self, text: str) -> str:
        """A power of ten as one, and a minus sign for a hyphen."""
        mantissa, e, exponent = text.partition("e")
        shown = mantissa.replace("-", "−").replace("inf", "∞")
        return f"{shown}·10<sup>{str(int(exponent)).replace('-', '−')}</sup>" if e else shown

    def function(self, name: str) -> str:
        """An upright name."""
        return escape(name)

    def name(self, base: str, subscript: str, accent: str) -> str:
        """An italic letter with its accent and subscript."""
        accented = escape(base[:1]) + ACCENTS[accent] + escape(base[1:])
        below = f"<sub>{escape(subscript)}</sub>" if subscript else ""
        return f"<i>{accented}</i>{below}"

    def subscripted(self, base: str, subscript: str) -> str:
        """base with a subscript."""
        return f"{base}<sub>{escape(subscript)}</sub>"

    def power(self, base: str, exponent: Expr) -> str:
        """base with a superscript."""
        return f"{base}<sup>{self.write(exponent)}</sup>"

    def transpose(self, x: str) -> str:
        """x with an upright T."""
        return f"{x}<sup>T</sup>"

    def sign(self, sign: str) -> str:
        """A sign, escaped."""
        return escape(sign)


def render(title: str, tables: Sequence[Table], closing: Sequence[Expr], digits: int) -> str:
    """A section with a heading, the tables, and the closing lines as a list."""
    writer = HtmlWriter(digits)
    parts = ['<section class="trace">', f"<h3>{escape(title)}</h3>"]
    parts += [_table(table, writer) for table in tables]
    if closing:
        items = "\n".join(f"<li>{writer.write(line)}</li>" for line in closing)
        parts.append(f"<ul>\n{items}\n</ul>")
    return "\n".join([*parts, "</section>"])


def _table(table: Table, writer: HtmlWriter) -> str:
    headings = "".join(f'<th scope="col">{writer.write(h)}</th>' for h in table.headings)
    lines = ["<table>", f"<caption>{escape(table.caption)}</caption>"]
    lines += [f"<thead><tr>{headings}</tr></thead>", "<tbody>"]
    for row in table.rows:
        if row is None:
            span = len(table.headings)
            lines.append(f'<tr><td colspan="{span}">… {table.left_out} rows left out …</td></tr>')
            continue
        first, *rest = (_cell(cell, writer) for cell in row)
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        lines.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return "\n".join([*lines, "</tbody>", "</table>"])


def _cell(cell: Cell, writer: HtmlWriter) -> str:
    return "<br/>".join(writer.write(line) for line in cell)
