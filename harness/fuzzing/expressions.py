"""Expressions: the catalogue's functions put into each other, as trees that can be cut and written.

A form is a problem of the catalogue, one function called in one way; a node is a form with an
expression for each of its arguments. What comes out is one expression again, the text of a
``harness.contract.Written``.
"""

from __future__ import annotations

import ast
import copy
import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from harness.contract import Operator, Problem, Written
from harness.problems.inputs import plain_value

__all__ = [
    "Expression",
    "Form",
    "Leaf",
    "Node",
    "arguments_of",
    "evaluated",
    "leaves_of",
    "nodes_of",
    "replaced",
    "text_of",
    "uses_of",
]


@dataclass(frozen=True)
class Form:
    """One way of calling one function: ``problem.fun`` is a ``Written``, and named ``name``."""

    problem: Problem

    @property
    def name(self) -> str:
        """As in the catalogue: ``array_api.sum/axis=-1``."""
        return self.problem.name

    @property
    def function(self) -> str:
        """The catalogue's name of the function, whichever way it is called."""
        return self.name.split("/", 1)[0]

    @property
    def written(self) -> Written:
        """The text of the call."""
        assert isinstance(self.problem.fun, Written)
        return self.problem.fun

    def takes(self, operands: Sequence[np.ndarray]) -> bool:
        """Whether each operand has as many dimensions as it has at one of its points.

        NumPy takes more than that: a sum along the last axis of a number, for one. What the
        standard says nothing about is no fault of a library.
        """
        known = _dimensions(self)
        return all(x.ndim in dims for x, dims in zip(operands, known, strict=True))


@dataclass(frozen=True)
class Leaf:
    """An argument of the whole expression; ``varies``: it is differentiated."""

    name: str
    varies: bool = True


@dataclass(frozen=True)
class Node:
    """A form, and an expression for each of its arguments."""

    form: Form
    children: tuple[Expression, ...]


Expression: TypeAlias = Leaf | Node

Path = tuple[int, ...]
"""Which child of which child: the root is ()."""


def nodes_of(expression: Expression, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """All calls in ``expression`` with their paths, the root first."""
    if isinstance(expression, Node):
        yield path, expression
        for i, child in enumerate(expression.children):
            yield from nodes_of(child, (*path, i))


def uses_of(expression: Expression, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
    """Every place where an argument stands, in order."""
    if isinstance(expression, Leaf):
        yield path, expression
    else:
        for i, child in enumerate(expression.children):
            yield from uses_of(child, (*path, i))


def leaves_of(expression: Expression) -> tuple[Leaf, ...]:
    """The arguments, each once, in the order in which they first stand there."""
    return tuple(dict.fromkeys(leaf for _, leaf in uses_of(expression)))


def arguments_of(expression: Expression) -> tuple[str, ...]:
    """Their names."""
    return tuple(leaf.name for leaf in leaves_of(expression))


def replaced(expression: Expression, path: Path, by: Expression) -> Expression:
    """``expression`` with ``by`` in the place of what is at ``path``."""
    if not path:
        return by
    assert isinstance(expression, Node)
    first, rest = path[0], path[1:]
    children = list(expression.children)
    children[first] = replaced(children[first], rest, by)
    return Node(expression.form, tuple(children))


def text_of(expression: Expression, lines: Mapping[Path, tuple[str, ...]] | None = None) -> str:
    """The expression as Python; with ``lines``, what is at a path is y * slope + offset instead."""
    return ast.unparse(_tree(expression, (), lines or {}))


def evaluated(
    expression: Expression, values: Mapping[str, np.ndarray], path: Path = ()
) -> dict[Path, np.ndarray]:
    """The value at each path, in NumPy; raises whatever a form raises on such arguments.

    ValueError where a form does not take them.
    """
    if isinstance(expression, Leaf):
        return {path: values[expression.name]}
    found: dict[Path, np.ndarray] = {}
    for i, child in enumerate(expression.children):
        found |= evaluated(child, values, (*path, i))
    operands = [found[(*path, i)] for i in range(len(expression.children))]
    if not expression.form.takes(operands):
        raise ValueError(f"{expression.form.name} is not called with such arguments")
    found[path] = plain_value(expression.form.problem, operands)
    return found


def _tree(expression: Expression, path: Path, lines: Mapping[Path, tuple[str, ...]]) -> ast.expr:
    tree: ast.expr
    if isinstance(expression, Leaf):
        tree = ast.Name(expression.name, ast.Load())
    else:
        children = [_tree(c, (*path, i), lines) for i, c in enumerate(expression.children)]
        written = expression.form.written
        tree = _substituted(written.text, written.arguments, children)
    if path in lines:
        slope, offset = (_parsed(text) for text in lines[path])
        return ast.BinOp(ast.BinOp(tree, ast.Mult(), slope), ast.Add(), offset)
    return tree


_OF_AXES = re.compile(r"\b(?:axis|axes|linalg)\b|\[")

_known_dimensions: dict[str, tuple[Problem, tuple[set[int], ...]]] = {}


def _dimensions(form: Form) -> tuple[set[int], ...]:
    """How many dimensions each of the arguments has at the points of the form's problem."""
    problem = form.problem
    known = _known_dimensions.get(problem.name)
    if known is None or known[0] is not problem:
        seen: tuple[set[int], ...] = tuple(set() for _ in problem.arguments)
        for point in problem.points:
            for size in problem.sizes:
                if point.sizes is None or size.name in point.sizes:
                    args = point.build(size.dims, np.random.default_rng(0))
                    for dims, x in zip(seen, args, strict=True):
                        dims.add(np.ndim(x))
        if Operator.THIRD in problem.operators and not _OF_AXES.search(form.written.text):
            # Elementwise: any number of dimensions will do.
            seen = tuple({*dims, 0, 1, 2, 3} for dims in seen)
        known = _known_dimensions[problem.name] = problem, seen
    return known[1]


@functools.cache
def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _substituted(text: str, arguments: Sequence[str], by: Sequence[ast.expr]) -> ast.expr:
    made: ast.expr = _Substitution(dict(zip(arguments, by, strict=True))).visit(
        copy.deepcopy(_parsed(text))
    )
    return made


class _Substitution(ast.NodeTransformer):
    """Puts expressions in the place of names, but for those that a lambda binds."""

    def __init__(self, by: Mapping[str, ast.expr]) -> None:
        self._by = by

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._by.get(node.id, node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        bound = {a.arg for a in node.args.args}
        inner = _Substitution({k: v for k, v in self._by.items() if k not in bound})
        return ast.Lambda(node.args, inner.visit(node.body))
