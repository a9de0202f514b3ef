"""Formulas made of formulas.

Factors of one are left out, signs stand in front, equal terms are counted, and that is all: a
formula stays as the lecture writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .expressions import (
    Diagonal,
    Expr,
    Identity,
    Name,
    Negative,
    Number,
    Ones,
    Product,
    Quotient,
    Sum,
    Transpose,
)

ONE = Number(1.0)


def product(*factors: Expr, sign: str = "") -> Expr:
    """The product without factors of one, signs in front, and quotients by them as quotients."""
    kept: list[Expr] = []
    below: list[Expr] = []
    odd = False
    for factor in factors:
        if isinstance(factor, Negative):
            odd, factor = not odd, factor.x
        if isinstance(factor, Number) and _is(factor.value, -1):
            odd, factor = not odd, ONE
        if isinstance(factor, Quotient):
            below.append(factor.denominator)
            factor = factor.numerator
        if isinstance(factor, Product) and factor.sign == sign:
            kept.extend(factor.factors)
        elif not (isinstance(factor, Number) and _is(factor.value, 1)):
            kept.append(factor)
    # A number comes first, as in 2 x_1.
    kept.sort(key=lambda f: not isinstance(f, Number))
    y: Expr = ONE if not kept else kept[0] if len(kept) == 1 else Product(tuple(kept), sign)
    if below:
        y = Quotient(y, below[0] if len(below) == 1 else Product(tuple(below), sign))
    return Negative(y) if odd else y


def quotient(numerator: Expr, denominator: Expr) -> Expr:
    """The quotient, its sign in front."""
    if isinstance(numerator, Negative):
        return Negative(Quotient(numerator.x, denominator))
    return Quotient(numerator, denominator)


def negated(x: Expr) -> Expr:
    """-x, of a sum each term."""
    if isinstance(x, Negative):
        return x.x
    if isinstance(x, Number):
        return Number(-x.value)
    if isinstance(x, Sum):
        return Sum(tuple(negated(term) for term in x.terms))
    return Negative(x)


def added(terms: Sequence[Expr]) -> Expr:
    """The sum; equal terms are counted, and no terms are zero."""
    counts: dict[Expr, int] = {}
    for term in terms:
        counts[term] = counts.get(term, 0) + 1
    merged = [t if n == 1 else product(Number(n), t) for t, n in counts.items()]
    if not merged:
        return Number(0.0)
    return merged[0] if len(merged) == 1 else Sum(tuple(merged))


def kronecker(*factors: Expr) -> Expr:
    """The Kronecker product, without identities of one row."""
    kept = [f for f in factors if not (isinstance(f, (Identity, Ones)) and f.n == 1)]
    if not kept:
        return Identity(1)
    return kept[0] if len(kept) == 1 else Product(tuple(kept), "⊗")


def transposed(x: Expr) -> Expr:
    """The transpose: (A B)ᵀ = Bᵀ Aᵀ, (A ⊗ B)ᵀ = Aᵀ ⊗ Bᵀ; of a symmetric matrix itself."""
    if isinstance(x, Transpose):
        return x.x
    if isinstance(x, (Identity, Diagonal, Number)):
        return x
    if isinstance(x, Product) and x.sign == "⊗":
        return Product(tuple(transposed(f) for f in x.factors), "⊗")
    if isinstance(x, Product) and not x.sign:
        return product(*(transposed(f) for f in reversed(x.factors)))
    return Transpose(x)


def with_accent(name: Expr, accent: str) -> Expr:
    """The tangent ("dot") or cotangent ("bar") of a value."""
    if not isinstance(name, Name):
        raise TypeError(f"only a name has a tangent or cotangent, not {type(name).__name__}")
    return Name(name.text, accent)


def _is(value: Any, number: int) -> bool:
    return isinstance(value, (int, float)) and value == number
