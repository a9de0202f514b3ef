"""Formulas as trees: what a trace says, before it is written as text, LaTeX or HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Expr:
    """A formula; str() writes it as text."""

    def __str__(self) -> str:
        """The formula as text, numbers with six digits."""
        from .writer import Writer

        return Writer().write(self)


@dataclass(frozen=True)
class Name(Expr):
    """The name of a value, such as x_3 or W_1, with the accent of its tangent or cotangent."""

    text: str
    accent: str = ""

    @property
    def parts(self) -> tuple[str, str]:
        """The base and the subscript: ("x", "3")."""
        found = re.fullmatch(r"([^\W_]+)_(\w+)", self.text)
        return (found[1], found[2]) if found else (self.text, "")


@dataclass(frozen=True)
class Number(Expr):
    """A number; how many digits are shown is the writer's business."""

    value: Any


@dataclass(frozen=True)
class Word(Expr):
    """Upright text, such as a function's setting or a remark."""

    text: str


@dataclass(frozen=True)
class Values(Expr):
    """An array, of which a writer shows the shape and some elements."""

    array: Any = field(compare=False)


@dataclass(frozen=True)
class Call(Expr):
    """A function of some arguments; of one name it is written log x_1."""

    function: str
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Root(Expr):
    """The square root."""

    x: Expr


@dataclass(frozen=True)
class Power(Expr):
    """base^exponent."""

    base: Expr
    exponent: Expr


@dataclass(frozen=True)
class Product(Expr):
    """A product: "" of numbers or matrices, "⊙" element by element, "⊗" Kronecker's."""

    factors: tuple[Expr, ...]
    sign: str = ""


@dataclass(frozen=True)
class Quotient(Expr):
    """numerator / denominator."""

    numerator: Expr
    denominator: Expr


@dataclass(frozen=True)
class Sum(Expr):
    """A sum; a term that is `Negative` is subtracted."""

    terms: tuple[Expr, ...]


@dataclass(frozen=True)
class Negative(Expr):
    """-x."""

    x: Expr


@dataclass(frozen=True)
class Transpose(Expr):
    """The transpose of a matrix, or the row of a vector."""

    x: Expr


@dataclass(frozen=True)
class Identity(Expr):
    """The identity matrix of n rows."""

    n: int


@dataclass(frozen=True)
class Ones(Expr):
    """The column of n ones."""

    n: int


@dataclass(frozen=True)
class Diagonal(Expr):
    """The diagonal matrix of an array flattened by rows."""

    x: Expr


@dataclass(frozen=True)
class Indicator(Expr):
    """1 where the condition holds, else 0."""

    condition: Expr


@dataclass(frozen=True)
class Relation(Expr):
    """A comparison of two values."""

    sign: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Index(Expr):
    """x[index]; the index is written as NumPy has it."""

    x: Expr
    index: str


@dataclass(frozen=True)
class Partial(Expr):
    """∂y/∂x."""

    y: Expr
    x: Expr


@dataclass(frozen=True)
class Equation(Expr):
    """Sides that are equal, written one after the other, and a remark after them."""

    sides: tuple[Expr, ...]
    remark: str = ""
