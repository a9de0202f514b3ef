"""A trace as LaTeX; it needs the packages amsmath and longtable."""

from __future__ import annotations

from collections.abc import Sequence

from .expressions import Expr
from .tables import Table
from .writer import PRODUCT, Writer

_SIGNS = {
    "⊙": r"\odot",
    "⊗": r"\otimes",
    "·": r"\cdot",
    ">": ">",
    "≥": r"\ge",
    "<": "<",
    "≤": r"\le",
    "=": "=",
    "≠": r"\ne",
}
_FUNCTIONS = {
    "log",
    "exp",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "det",
    "arctan",
    "arcsin",
    "arccos",
}
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "#": r"\#",
    "$": r"\$",
    "%": r"\%",
    "&": r"\&",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "…": r"\ldots{}",
}


class LatexWriter(Writer):
    """Writes formulas in LaTeX's mathematics."""

    ones = r"\mathbf{1}"

    def word(self, text: str) -> str:
        """\\text{...}, escaped."""
        return rf"\text{{{escaped(text)}}}" if text else ""

    def number(self, text: str) -> str:
        """A power of ten as one."""
        mantissa, e, exponent = text.partition("e")
        if e:
            return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
        return {"inf": r"\infty", "-inf": r"-\infty"}.get(text, self._letters(text))

    def _letters(self, text: str) -> str:
        return rf"\mathrm{{{text}}}" if text.lstrip("-").isalpha() else text

    def roman(self, text: str) -> str:
        """An upright letter."""
        return rf"\mathrm{{{text}}}"

    def function(self, name: str) -> str:
        """A function that LaTeX knows, else its name."""
        return rf"\{name}" if name in _FUNCTIONS else rf"\operatorname{{{escaped(name)}}}"

    def name(self, base: str, subscript: str, accent: str) -> str:
        r"""\bar{x}_{3}; a long name is upright."""
        letter = base if len(base) == 1 and base.isalpha() else rf"\mathrm{{{escaped(base)}}}"
        if accent:
            wide = "overline" if accent == "bar" and len(base) > 1 else accent
            letter = rf"\{wide}{{{letter}}}"
        return f"{letter}_{{{escaped(subscript)}}}" if subscript else letter

    def subscripted(self, base: str, subscript: str) -> str:
        """base_{subscript}."""
        return f"{base}_{{{subscript}}}"

    def power(self, base: str, exponent: Expr) -> str:
        """{base}^{exponent}."""
        return f"{{{base}}}^{{{self.write(exponent)}}}"

    def transpose(self, x: str) -> str:
        """x^{T}."""
        return rf"{{{x}}}^{{\mathsf{{T}}}}"

    def root(self, x: Expr, level: int) -> tuple[str, int]:
        r"""\sqrt{x}."""
        return rf"\sqrt{{{self.write(x)}}}", 5

    def quotient(self, numerator: Expr, denominator: Expr) -> tuple[str, int]:
        """A fraction needs no parentheses inside; it binds like a product."""
        return rf"\frac{{{self.write(numerator)}}}{{{self.write(denominator)}}}", PRODUCT

    def partial(self, y: str, x: str) -> str:
        """The fraction of ∂y and ∂x."""
        return rf"\frac{{\partial {y}}}{{\partial {x}}}"

    def parenthesised(self, text: str) -> str:
        """Parentheses as high as what is in them."""
        return rf"\left({text}\right)"

    def sign(self, sign: str) -> str:
        """A relation or a product sign."""
        return _SIGNS.get(sign, sign)


def escaped(text: str) -> str:
    """Text in which LaTeX's own characters are escaped."""
    return "".join(_ESCAPES.get(c, c) for c in text)


def render(title: str, tables: Sequence[Table], closing: Sequence[Expr], digits: int) -> str:
    """The title, one longtable for each table, and the closing lines as displayed formulas."""
    writer = LatexWriter(digits)
    blocks = [rf"\paragraph{{{escaped(title)}}}", *(_table(table, writer) for table in tables)]
    if closing:
        lines = " \\\\\n".join("& " + writer.write(line) for line in closing)
        blocks.append("\\begin{align*}\n" + lines + "\n\\end{align*}")
    return "\n\n".join(blocks)


def _table(table: Table, writer: LatexWriter) -> str:
    columns = "l" * len(table.headings)
    lines = [rf"\noindent\textbf{{{escaped(table.caption)}}}", rf"\begin{{longtable}}{{{columns}}}"]
    lines.append(_row([[writer.write(h)] for h in table.headings]) + r" \hline")
    for row in table.rows:
        if row is None:
            text = rf"\ldots{{}} {table.left_out} rows left out"
            lines.append(rf"\multicolumn{{{len(columns)}}}{{c}}{{{text}}} \\")
        else:
            lines.append(_row([[writer.write(line) for line in cell] for cell in row]))
    return "\n".join([*lines, r"\end{longtable}"])


def _row(cells: list[list[str]]) -> str:
    height = max((len(cell) for cell in cells), default=0)
    lines = []
    for i in range(max(height, 1)):
        texts = [cell[i] if i < len(cell) else "" for cell in cells]
        lines.append(" & ".join(f"${text}$" if text else "" for text in texts) + r" \\")
    return "\n".join(lines)
