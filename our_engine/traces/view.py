"""`Trace`: the object that `our_engine.trace` returns."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence

from our_engine.trees import leaves
from our_engine.types import Array, DifferentiationError, Tree

from . import html, latex, svg, text
from .expressions import Expr
from .numerals import ELEMENTS
from .rows import Recorded, Row, record_rows
from .sweeps import (
    Sweep,
    count,
    forward_sweep,
    forward_sweeps,
    reverse_sweep,
    reverse_sweeps,
)
from .tables import Table, evaluation_table, forward_table, legend, results, reverse_table

MODES = ("forward", "reverse", "both")
ROWS = 60
SWEEPS = 6


class Trace:
    """The lecture's table of one evaluation: a row for each intermediate value.

    `rows` are data: name, expression, value, local Jacobians and the equations of tangent and
    cotangent. `forward` and `reverse` are the sweeps that were run, with one value for each row.
    """

    def __init__(
        self, title: str, recorded: Recorded, forward: Sequence[Sweep], reverse: Sequence[Sweep]
    ) -> None:
        """Made by `our_engine.trace`."""
        self.title = title
        self.forward = tuple(forward)
        self.reverse = tuple(reverse)
        self._recorded = recorded

    @property
    def rows(self) -> tuple[Row, ...]:
        """The inputs, then the intermediates in the order of their computation."""
        return self._recorded.rows

    def text(self, digits: int = 6, limit: int = ROWS) -> str:
        """The tables for a terminal; of more than `limit` rows the first and the last ones."""
        return text.render(self.title, self._tables(limit), self._closing(), digits)

    def latex(self, digits: int = 6, limit: int = ROWS) -> str:
        """The tables as a LaTeX fragment, for the packages amsmath and longtable."""
        return latex.render(self.title, self._tables(limit), self._closing(), digits)

    def html(self, digits: int = 6, limit: int = ROWS) -> str:
        """The tables as an HTML fragment, escaped."""
        return html.render(self.title, self._tables(limit), self._closing(), digits)

    def svg(self, digits: int = 4, limit: int = ROWS) -> str:
        """The computational graph, inputs left, with the local Jacobians on its edges."""
        return svg.render(self._recorded, self.title, digits, limit)

    def _repr_html_(self) -> str:
        return self.html() + self.svg()

    def __str__(self) -> str:
        """The tables as text."""
        return self.text()

    def _tables(self, limit: int) -> list[Table]:
        tables = []
        if self.forward or not self.reverse:
            tables.append(forward_table(self._recorded, self.forward, limit))
        else:
            tables.append(evaluation_table(self._recorded, limit))
        if self.reverse:
            tables.append(reverse_table(self._recorded, self.reverse, limit))
        return tables

    def _closing(self) -> list[Expr]:
        return [*results(self._recorded, self.forward, self.reverse), *legend(self._recorded)]


def trace(
    fun: Callable[..., Tree],
    args: tuple[Tree, ...],
    mode: str,
    names: Sequence[str] | None,
    constants: Mapping[str, Array],
    seeds: Tree | None,
) -> Trace:
    """See `our_engine.trace`."""
    if mode not in MODES:
        raise ValueError(f"our_engine.trace: mode {mode!r} is not one of {', '.join(MODES)}")
    if seeds is not None and mode == "both":
        raise ValueError("our_engine.trace: seeds are of one mode; give forward or reverse")
    inputs = _leaf_names(args, _argument_names(fun, args, names))
    recorded = record_rows(fun, args, inputs, constants)
    forward: Sequence[Sweep] = ()
    reverse: Sequence[Sweep] = ()
    if seeds is not None:
        ends = list(range(recorded.inputs))
        if mode == "reverse":
            ends = [k for k, _ in recorded.outputs if k is not None]
        given = list(zip(ends, leaves(seeds), strict=True))
        if mode == "forward":
            forward = [forward_sweep(recorded, given)]
        else:
            reverse = [reverse_sweep(recorded, given)]
    else:
        # Columns of large arrays are wide: one then says as much as several.
        most = 1 if any(count([row.value]) > ELEMENTS for row in recorded.rows) else SWEEPS
        if mode != "reverse":
            total = count([row.value for row in recorded.rows[: recorded.inputs]])
            forward = forward_sweeps(recorded, total if total <= most else 1)
        if mode != "forward":
            total = count([y for k, y in recorded.outputs if k is not None])
            reverse = reverse_sweeps(recorded, total if total <= most else 1)
    return Trace(f"Evaluation trace of f({', '.join(inputs)})", recorded, forward, reverse)


def _argument_names(
    fun: Callable[..., Tree], args: tuple[Tree, ...], names: Sequence[str] | None
) -> list[str]:
    """The names given, else those of the function's parameters, else x_1, x_2, …"""
    if names is not None:
        if len(names) != len(args) or len(set(names)) != len(names):
            raise DifferentiationError(
                f"our_engine.trace: names must be {len(args)} different names, one for each "
                f"argument, not {list(names)}"
            )
        return list(names)
    try:
        parameters = list(inspect.signature(fun).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    plain = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(plain) >= len(args):
        return plain[: len(args)]
    return [f"x_{k}" for k in range(1, len(args) + 1)]


def _leaf_names(args: tuple[Tree, ...], names: Sequence[str]) -> list[str]:
    """A name for each leaf: W, params[0], params['b']."""
    found: list[str] = []
    for name, arg in zip(names, args, strict=True):
        if isinstance(arg, dict):
            found += _leaf_names(tuple(arg.values()), [f"{name}[{key!r}]" for key in arg])
        elif isinstance(arg, (tuple, list)):
            found += _leaf_names(tuple(arg), [f"{name}[{i}]" for i in range(len(arg))])
        else:
            found.append(name)
    return found
