"""What a function says, as text that does not depend on the interpreter.

Bytecode changes with every version of Python; the source's syntax tree does not. It is written
down without line numbers, comments, docstrings and annotations, none of which changes a result.
"""

from __future__ import annotations

import ast
import functools
import linecache
import types
from collections.abc import Iterator

__all__ = ["code_text"]

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Place = tuple[int, int]

_NO_MEANING = frozenset({"ctx", "kind", "type_comment", "type_params", "returns", "annotation"})


def code_text(code: types.CodeType) -> str | None:
    """The definition that ``code`` was compiled from; None where there is no source to be had."""
    found = [
        node
        for node in _definitions(code.co_filename).get(code.co_firstlineno, ())
        if _name(node) == code.co_name
    ]
    if len(found) > 1:
        # Several lambdas begin on one line: the smallest that holds all of the code.
        places = _places(code)
        found = [node for node in found if places and _holds(node, places)]
        # Of nested ones the last to begin is the smallest.
        found.sort(key=_span, reverse=True)
        found = found[:1]
    return "".join(_written(found[0])) if found else None


@functools.lru_cache(maxsize=256)
def _definitions(filename: str) -> dict[int, list[Definition]]:
    """Every function of a file, by the line where it begins."""
    found: dict[int, list[Definition]] = {}
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError):
        return found
    for node in ast.walk(tree):
        if isinstance(node, Definition):
            decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
            line = min([node.lineno, *(d.lineno for d in decorators)])
            found.setdefault(line, []).append(node)
    return found


def _name(node: Definition) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _places(code: types.CodeType) -> list[Place]:
    """Where the instructions of ``code`` begin and end; the first only marks the line."""
    places: list[Place] = []
    for line, last_line, column, last_column in list(code.co_positions())[1:]:
        if line is None or last_line is None or column is None or last_column is None:
            continue
        if (line, column) != (last_line, last_column):
            places += [(line, column), (last_line, last_column)]
    return places


def _span(node: Definition) -> tuple[Place, Place]:
    """From where to where its code reaches: of a lambda the body, which may be a lambda too."""
    inner = node.body if isinstance(node, ast.Lambda) else node
    end = inner.end_lineno or inner.lineno, inner.end_col_offset or 0
    return (inner.lineno, inner.col_offset), end


def _holds(node: Definition, places: list[Place]) -> bool:
    start, end = _span(node)
    return all(start <= place <= end for place in places)


def _written(node: object) -> Iterator[str]:
    if isinstance(node, ast.AST):
        yield f"{type(node).__name__}("
        for name in node._fields:
            value = getattr(node, name, None)
            if name == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                value = _without_docstring(node.body)
            if name not in _NO_MEANING and value is not None and value != []:
                yield f"{name}="
                yield from _written(value)
                yield ","
        yield ")"
    elif isinstance(node, list):
        yield "["
        for item in node:
            yield from _written(item)
            yield ","
        yield "]"
    else:
        yield f"{type(node).__name__}:{node!r}"


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if documented else body
