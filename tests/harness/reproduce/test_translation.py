"""A problem's function in a library's words: what can be said, and what cannot."""

from __future__ import annotations

import ast

import pytest

from harness.contract import Written
from harness.reproduce.translation import Untranslatable, Vocabulary, expression_of

NAMES = {
    "sum": "lib.total",
    "sum(_, axis=(), keepdims)": "lib.total_of_several",
    "sin": "lib.sin",
    "maximum": "lib.maximum",
    "maximum(_, #)": "lambda x, c: lib.maximum(x, lib.full(c))",
    "expand": "lambda x, axis=0: xp.sin(lib.unsqueeze(x, axis))",
    "linalg.det": "lib.linalg.det",
    "refused": "lib.refused",
    "refused(_, how=.)": "",
    "float64": "lib.double",
}


def said(text: str, *arguments: str) -> tuple[str, dict[str, str]]:
    words = Vocabulary(NAMES, {"x", "y", "lib"})
    made = words.text(expression_of(Written(arguments or ("x",), text))[1])
    return made, words.helpers


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("xp.sin(x) ** 2", "lib.sin(x) ** 2"),
        ("xp.sum(x, axis=0)", "lib.total(x, axis=0)"),
        ("xp.sum(x, keepdims=k, axis=(0, 1))", "lib.total_of_several(x, keepdims=k, axis=(0, 1))"),
        ("xp.linalg.det(x.T @ x)[None]", "lib.linalg.det(x.T @ x)[None]"),
        ("xp.sum(x, dtype=xp.float64)", "lib.total(x, dtype=lib.double)"),
        ("abs(x)", "abs(x)"),
        ("(lambda z: xp.sin(z) * z)(x)", "(lambda z: lib.sin(z) * z)(x)"),
    ],
)  # fmt: skip
def test_names_are_translated_and_nothing_else(text, made):
    assert said(text) == (made, {})


def test_a_form_of_a_call_has_a_word_of_its_own():
    made, helpers = said("xp.maximum(x, 0.5) + xp.maximum(x, x)")
    assert made == "maximum(x, 0.5) + lib.maximum(x, x)"
    assert helpers == {"maximum": "lambda x, c: lib.maximum(x, lib.full(c))"}


def test_a_helper_is_translated_itself_and_named_once_and_apart():
    words = Vocabulary(NAMES, {"x", "expand"})
    made = words.text(expression_of(Written(("x",), "xp.expand(xp.expand(x))"))[1])
    assert made == "expand_(expand_(x))"
    assert words.helpers == {"expand_": "lambda x, axis=0: lib.sin(lib.unsqueeze(x, axis))"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("xp.cosh(x)", r"no word for cosh\(_\)"),
        ("xp.refused(x, how=0.5)", "no word for refused"),
        ("x(xp)", "passes xp on"),
    ],
)
def test_what_the_dialect_does_not_have_is_not_guessed(text, why):
    with pytest.raises(Untranslatable, match=why):
        said(text)


def plain(xp, x, y):
    """A docstring is no statement of it."""
    u = xp.sin(x)
    v = u * y
    return xp.sum(u + v)


one_expression = lambda xp, x: xp.sin(x) * 2  # noqa: E731
OUTER = 3.0


def from_outside(xp, x):
    return xp.sin(x) * OUTER


def with_a_loop(xp, x):
    for _ in range(3):
        x = xp.sin(x)
    return x


def closing_over(c):
    return lambda xp, x: xp.sin(x) * c


def test_plain_functions_are_one_expression_too():
    names, body = expression_of(plain)
    assert names == ("x", "y")
    assert ast.unparse(body) == "((u := xp.sin(x)), (v := (u * y)), xp.sum(u + v))[-1]"
    names, body = expression_of(one_expression)
    assert (names, ast.unparse(body)) == (("x",), "xp.sin(x) * 2")


@pytest.mark.parametrize("fun", [from_outside, with_a_loop, closing_over(2.0), abs, len])
def test_what_is_more_than_its_text_is_not_translated(fun):
    with pytest.raises(Untranslatable):
        expression_of(fun)


def test_a_walrus_computes_what_the_function_does():
    class Numbers:
        sin = staticmethod(lambda x: x + 1)
        sum = staticmethod(lambda x: x * 10)

    _, body = expression_of(plain)
    function = eval(f"lambda xp, x, y: {ast.unparse(body)}")
    assert function(Numbers, 2, 5) == plain(Numbers, 2, 5) == 180
