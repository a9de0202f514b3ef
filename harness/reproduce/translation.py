"""A problem's function in the words of a library: ``xp.sum(x)`` as ``torch.sum(x)``.

What can be translated is one expression: a ``Written`` function, or a lambda of the same form.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from harness.contract import Array, Written

__all__ = ["Untranslatable", "Vocabulary", "expression_of"]

_BUILTINS = frozenset({"abs", "float", "int", "len", "range", "slice", "sum", "tuple"})


class Untranslatable(Exception):  # noqa: N818 - not an error of anybody: there is another way
    """The function is no expression, or uses what the dialect has no word for."""


def expression_of(fun: Callable[..., Array]) -> tuple[tuple[str, ...], ast.expr]:
    """The names of the arguments after ``xp``, and the expression that ``fun`` returns.

    Raises Untranslatable when ``fun`` is anything but one expression in them and in ``xp``.
    """
    if isinstance(fun, Written):
        return fun.arguments, ast.parse(fun.text, mode="eval").body
    code = getattr(fun, "__code__", None)
    if code is None or code.co_freevars or getattr(fun, "__defaults__", None):
        raise Untranslatable("it is no plain function")
    for arguments, body in _candidates(fun):
        xp, *names = arguments
        if arguments == code.co_varnames[: code.co_argcount] and xp == "xp":
            _only_known(body, {xp, *names})
            return tuple(names), body
    raise Untranslatable("it is not one expression")


def _candidates(fun: Callable[..., Any]) -> Iterator[tuple[tuple[str, ...], ast.expr]]:
    """The lambda in the source lines of ``fun``, or the expression that its body returns.

    Of several lambdas on one line none is taken: which one is meant is not certain.
    """
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(fun)))
    except (OSError, TypeError, SyntaxError):
        return
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    if len(lambdas) == 1:
        yield _names(lambdas[0].args), lambdas[0].body
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield _names(node.args), _returned(node.body)


def _names(arguments: ast.arguments) -> tuple[str, ...]:
    return tuple(a.arg for a in (*arguments.posonlyargs, *arguments.args))


def _returned(body: list[ast.stmt]) -> ast.expr:
    """What a function returns that names intermediate results, as one expression.

    The names are kept: ``(y := xp.log(x), y * y)[-1]``.
    """
    steps: list[ast.expr] = []
    for statement in body:
        match statement:
            case ast.Expr(value=ast.Constant(value=str())):
                continue  # the docstring
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                steps.append(ast.NamedExpr(ast.Name(name, ast.Store()), value))
            case ast.Return(value=ast.expr() as value):
                if not steps:
                    return value
                last = ast.Constant(-1)
                return ast.Subscript(ast.Tuple([*steps, value], ast.Load()), last, ast.Load())
            case _:
                break
    raise Untranslatable("it is more than assignments and what it returns")


def _only_known(body: ast.expr, arguments: set[str]) -> None:
    """Raise Untranslatable for a name from outside the function."""
    names = [node for node in ast.walk(body) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    for node in names:
        if node.id not in arguments | bound | _BUILTINS:
            raise Untranslatable(f"it uses {node.id}, which is defined elsewhere")


class Vocabulary:
    """Translates expressions by a dialect's ``names``; ``helpers`` fills with what they need."""

    def __init__(self, names: Mapping[str, str], taken: Iterable[str]) -> None:
        """``taken`` are names that no helper may have."""
        self.helpers: dict[str, str] = {}
        self._names = names
        self._taken = set(taken)
        self._made: dict[str, str] = {}

    def fresh(self, name: str) -> str:
        """``name``, lengthened until it is free, and then taken."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    def text(self, expression: ast.expr) -> str:
        """The expression in the library's words; Untranslatable where it has none."""
        return ast.unparse(_Translation(self).visit(expression))

    def word(self, dotted: str, form: str = "") -> str:
        """The library's word for ``xp.dotted``, or for that ``form`` of calling it.

        A lambda is given a name, and is in ``helpers``.
        """
        spelled = self._names.get(form, self._names.get(dotted, ""))
        if not spelled:
            raise Untranslatable(f"the dialect has no word for {form or dotted}")
        if not spelled.startswith("lambda"):
            return spelled
        if spelled not in self._made:
            body = self.text(ast.parse(spelled, mode="eval").body)
            self._made[spelled] = self.fresh(dotted.rpartition(".")[2])
            self.helpers[self._made[spelled]] = body
        return self._made[spelled]


class _Translation(ast.NodeTransformer):
    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def visit_Call(self, node: ast.Call) -> ast.AST:
        dotted = _dotted(node.func)
        if dotted is None:
            return self.generic_visit(node)
        word = self._vocabulary.word(dotted, _form(dotted, node))
        return ast.Call(
            ast.parse(word, mode="eval").body,
            [self.visit(argument) for argument in node.args],
            [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords],
        )

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        dotted = _dotted(node)
        if dotted is None:
            return self.generic_visit(node)
        return ast.parse(self._vocabulary.word(dotted), mode="eval").body

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == "xp":
            raise Untranslatable("it passes xp on")
        return node


def _form(dotted: str, node: ast.Call) -> str:
    """The call as ``Dialect.names`` may list it: ``sum(_, axis=(), keepdims)``."""
    positional = ["#" if isinstance(a, ast.Constant) else "_" for a in node.args]
    keywords = [f"{k.arg}{_kind(k.value)}" for k in node.keywords]
    return f"{dotted}({', '.join(positional + sorted(keywords))})"


def _kind(value: ast.expr) -> str:
    match value:
        case ast.Tuple():
            return "=()"
        case ast.Constant(value=float()):
            return "=."
        case _:
            return ""


def _dotted(node: ast.expr) -> str | None:
    """``linalg.det`` for ``xp.linalg.det``; None for what does not begin with ``xp``."""
    words: list[str] = []
    while isinstance(node, ast.Attribute):
        words.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id == "xp" and words:
        return ".".join(reversed(words))
    return None
