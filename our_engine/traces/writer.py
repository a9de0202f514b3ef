"""Formulas as plain text, and the frame that LaTeX and HTML fill in their own way."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np

from .expressions import (
    Call,
    Diagonal,
    Equation,
    Expr,
    Identity,
    Index,
    Indicator,
    Name,
    Negative,
    Number,
    Ones,
    Partial,
    Power,
    Product,
    Quotient,
    Relation,
    Root,
    Sum,
    Transpose,
    Values,
    Word,
)
from .numerals import array_text, number_text

RELATION, SUM, PRODUCT, APPLICATION, POSTFIX, ATOM = range(6)
TERMS = 8
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
ACCENTS = {"": "", "dot": "\u0307", "bar": "\u0304"}


class Writer:
    """Writes formulas as text, x_3 = log x_1; its methods are what the other formats override."""

    def __init__(self, digits: int = 6) -> None:
        """Show numbers with so many significant digits."""
        self.digits = digits

    def write(self, e: Expr, level: int = RELATION) -> str:
        """The formula, in parentheses if it binds less tightly than `level`."""
        text, own = self._written(e, level)
        return text if own >= level else self.parenthesised(text)

    def _written(self, e: Expr, level: int) -> tuple[str, int]:
        match e:
            case Name():
                return self.name(*e.parts, e.accent), ATOM
            case Number(value):
                return self._number(value)
            case Word(text):
                return self.word(text), ATOM
            case Values(array):
                return self.values(array), ATOM
            case Call(function, args, keywords):
                return self._call(function, args, keywords, level)
            case Root(x):
                return self.root(x, level)
            case Power(base, exponent):
                return self.power(self.write(base, ATOM), exponent), POSTFIX
            case Transpose(x):
                return self.transpose(self.write(x, ATOM)), POSTFIX
            case Index(x, index):
                return self.write(x, ATOM) + self.word(f"[{index}]"), ATOM
            case Product(factors, sign):
                return self._product(factors, sign), PRODUCT
            case Quotient(numerator, denominator):
                return self.quotient(numerator, denominator)
            case Sum(terms):
                return self._sum(terms), SUM
            case Negative(x):
                return self.minus + self.write(x, PRODUCT), SUM
            case Identity(n):
                return self.subscripted(self.roman("I"), str(n)), ATOM
            case Ones(n):
                return self.subscripted(self.ones, str(n)), ATOM
            case Diagonal(x):
                return self.function("diag") + self.parenthesised(self.write(x)), ATOM
            case Indicator(condition):
                return f"{self.ones}[{self.write(condition)}]", ATOM
            case Relation(sign, left, right):
                a, b = self.write(left, SUM), self.write(right, SUM)
                return f"{a} {self.sign(sign)} {b}", RELATION
            case Partial(y, x):
                return self.partial(self.write(y, ATOM), self.write(x, ATOM)), POSTFIX
            case Equation(sides, remark):
                joined = f" {self.sign('=')} ".join(self.write(side, SUM) for side in sides)
                return joined + (self.word(f", {remark}") if remark else ""), RELATION
        raise TypeError(f"no way to write a {type(e).__name__}")

    def _product(self, factors: tuple[Expr, ...], sign: str) -> str:
        *first, last = factors
        # A function of a name may stand bare in the last place only: x_2 log x_1.
        texts = [self.write(f, POSTFIX) for f in first]
        texts.append(self.write(last, POSTFIX if sign else APPLICATION))
        written = texts[0]
        for before, after, text in zip(factors, factors[1:], texts[1:], strict=False):
            # A number stands beside a name without a sign, but not beside another number.
            shown = sign if not isinstance(before, Number) else "·" if _digit_first(after) else ""
            written += f" {self.sign(shown)} {text}" if shown else f" {text}"
        return written

    def _sum(self, terms: tuple[Expr, ...]) -> str:
        terms = _elided(terms)
        written = self.write(terms[0], PRODUCT if not isinstance(terms[0], Negative) else SUM)
        for term in terms[1:]:
            if isinstance(term, Negative):
                written += f" {self.minus} {self.write(term.x, PRODUCT)}"
            elif isinstance(term, Number) and _negative(term.value):
                written += f" {self.minus} {self._number(-term.value)[0]}"
            else:
                written += f" + {self.write(term, PRODUCT)}"
        return written

    def _call(
        self,
        function: str,
        args: tuple[Expr, ...],
        keywords: tuple[tuple[str, str], ...],
        level: int,
    ) -> tuple[str, int]:
        if len(args) == 1 and not keywords and isinstance(args[0], Name) and level <= APPLICATION:
            return f"{self.function(function)} {self.write(args[0])}", APPLICATION
        inside = [self.write(a) for a in _elided(args)]
        inside += [self.word(f"{name}={value}") for name, value in keywords]
        return self.function(function) + self.parenthesised(", ".join(inside)), ATOM

    def _number(self, value: Any) -> tuple[str, int]:
        text = number_text(value, self.digits)
        return self.number(text), SUM if text.startswith("-") else ATOM

    # What another format writes otherwise.

    minus = "-"
    ones = "1"

    def word(self, text: str) -> str:
        """Upright text as it is."""
        return text

    def number(self, text: str) -> str:
        """A number that is already rounded."""
        return text

    def roman(self, text: str) -> str:
        """An upright symbol."""
        return text

    def function(self, name: str) -> str:
        """The name of a function."""
        return name

    def name(self, base: str, subscript: str, accent: str) -> str:
        """The name of a value."""
        # x and a combining dot is one character: ẋ.
        accented = unicodedata.normalize("NFC", base[:1] + ACCENTS[accent]) + base[1:]
        return f"{accented}_{subscript}" if subscript else accented

    def subscripted(self, base: str, subscript: str) -> str:
        """base_subscript."""
        return f"{base}_{subscript}"

    def power(self, base: str, exponent: Expr) -> str:
        """base^exponent."""
        text = self.write(exponent, ATOM)
        if isinstance(exponent, Number) and text.lstrip("-").isdigit():
            return base + text.translate(_SUPERSCRIPTS)
        return f"{base}^{text}"

    def transpose(self, x: str) -> str:
        """x with the sign of the transpose."""
        return f"{x}ᵀ"

    def root(self, x: Expr, level: int) -> tuple[str, int]:
        """The square root: sqrt x_4."""
        return self._call("sqrt", (x,), (), level)

    def quotient(self, numerator: Expr, denominator: Expr) -> tuple[str, int]:
        """A number over something in one piece, 1/x_1; else with air, ẋ_1 / x_1."""
        bar = "/" if isinstance(numerator, Number) else " / "
        return self.write(numerator, PRODUCT) + bar + self.write(denominator, POSTFIX), PRODUCT

    def partial(self, y: str, x: str) -> str:
        """∂y/∂x."""
        return f"∂{y}/∂{x}"

    def parenthesised(self, text: str) -> str:
        """(text)."""
        return f"({text})"

    def sign(self, sign: str) -> str:
        """A sign between two formulas."""
        return sign

    def values(self, array: Any) -> str:
        """An array: its elements if they are few, else its shape and the first ones."""
        return self.word(array_text(array, self.digits))


def _elided(terms: tuple[Expr, ...]) -> tuple[Expr, ...]:
    """The first and the last of many terms."""
    return terms if len(terms) <= TERMS else (*terms[:3], Word("…"), *terms[-2:])


def _digit_first(e: Expr) -> bool:
    while isinstance(e, (Transpose, Power, Product, Quotient)):
        e = _first(e)
    return isinstance(e, (Number, Ones, Indicator))


def _first(e: Transpose | Power | Product | Quotient) -> Expr:
    match e:
        case Transpose(x):
            return x
        case Power(base, _):
            return base
        case Product(factors, _):
            return factors[0]
    return e.numerator


def _negative(value: Any) -> bool:
    return isinstance(value, (int, float, np.floating)) and bool(value < 0)
