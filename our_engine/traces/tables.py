"""The lecture's tables, before they are written in any format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .algebra import with_accent
from .expressions import Equation, Expr, Index, Name, Number, Partial, Sum, Values, Word
from .rows import Recorded, Row
from .sweeps import Sweep, count

TERMS = 8
Cell = tuple[Expr, ...]
"""The lines of one cell."""


@dataclass(frozen=True)
class Table:
    """A caption, the headings of the columns, and rows of cells; None where rows are left out."""

    caption: str
    headings: Cell
    rows: tuple[tuple[Cell, ...] | None, ...]
    left_out: int = 0


def forward_table(recorded: Recorded, sweeps: Sequence[Sweep], limit: int) -> Table:
    """One row for each value: how it is computed, its local Jacobians, and its tangents."""
    rows = [
        (*_evaluation(row), (_tangent(row),), *((shown(s.values[k]),) for s in sweeps))
        for k, row in enumerate(recorded.rows)
    ]
    total = count([row.value for row in recorded.rows[: recorded.inputs]])
    caption = f"Forward accumulation: {_plan(total, 'input', sweeps)}"
    headings = (*_HEADINGS, Word("tangent"), *(_seed(recorded, s, "forward") for s in sweeps))
    return _shortened(Table(caption, headings, tuple(rows)), limit)


def evaluation_table(recorded: Recorded, limit: int) -> Table:
    """One row for each value: how it is computed, and its local Jacobians."""
    rows = tuple(_evaluation(row) for row in recorded.rows)
    return _shortened(Table("Evaluation, from the inputs up", _HEADINGS, rows), limit)


def reverse_table(recorded: Recorded, sweeps: Sequence[Sweep], limit: int) -> Table:
    """One row for each value, from the last one down: its cotangents."""
    seeded = {k for k, _ in recorded.outputs if k is not None}
    rows: list[tuple[Cell, ...] | None] = [
        ((_cotangent(row, k in seeded),), *((shown(s.values[k]),) for s in sweeps))
        for k, row in reversed(list(enumerate(recorded.rows)))
    ]
    total = count([y for k, y in recorded.outputs if k is not None])
    caption = f"Reverse accumulation: {_plan(total, 'output', sweeps)}"
    headings = (Word("cotangent"), *(_seed(recorded, s, "reverse") for s in sweeps))
    return _shortened(Table(caption, headings, tuple(rows)), limit)


def results(recorded: Recorded, forward: Sequence[Sweep], reverse: Sequence[Sweep]) -> list[Expr]:
    """What the function returns, and the derivatives that the sweeps gave."""
    lines: list[Expr] = []
    for k, y in recorded.outputs:
        if k is None:
            lines.append(Equation((Name("f"), shown(y)), "which does not depend on the inputs"))
            continue
        name = recorded.rows[k].name
        lines.append(Equation((Name("f"), name, shown(y))))
    ends = [k for k, _ in recorded.outputs if k is not None]
    for sweep in forward:
        if sweep.place is None:
            continue
        seed = _element(recorded, sweep.place)
        for k in ends:
            y = recorded.rows[k].name
            sides = (Partial(y, seed), with_accent(y, "dot"), shown(sweep.values[k]))
            lines.append(Equation(sides))
    for sweep in reverse:
        if sweep.place is None:
            continue
        y_element = _element(recorded, sweep.place)
        for k in range(recorded.inputs):
            x = recorded.rows[k].name
            sides = (Partial(y_element, x), with_accent(x, "bar"), shown(sweep.values[k]))
            lines.append(Equation(sides))
    return lines


def legend(recorded: Recorded) -> list[Expr]:
    """The constants that were given names."""
    return [Equation((Name(name), Values(x)), "a constant") for name, x in recorded.legend.items()]


def shown(value: object) -> Expr:
    """A value as a formula."""
    if isinstance(value, tuple) or np.ndim(value):  # type: ignore[arg-type]
        return Values(value)
    return Number(value)


_HEADINGS: Cell = (Word("value"), Word("number"), Word("local Jacobians"))


def _evaluation(row: Row) -> tuple[Cell, ...]:
    sides = (row.name,) if row.expression is None else (row.name, row.expression)
    local: Cell = tuple(J.equation() for J in row.local_jacobians)
    if len(local) > TERMS:
        local = (*local[:3], Word(f"… {len(local) - 4} more"), local[-1])
    return (Equation(sides),), (shown(row.value),), local


def _tangent(row: Row) -> Expr:
    x_dot = with_accent(row.name, "dot")
    if row.expression is None:
        return Equation((x_dot,), "the seed")
    return Equation((x_dot, row.tangent or Number(0)))


def _cotangent(row: Row, seeded: bool) -> Expr:
    x_bar = with_accent(row.name, "bar")
    if not seeded:
        return Equation((x_bar, row.cotangent or Number(0)))
    if row.cotangent is None:
        return Equation((x_bar,), "the seed")
    return Equation((x_bar, Sum((Word("seed"), row.cotangent))))


def _plan(total: int, end: str, sweeps: Sequence[Sweep]) -> str:
    """How many sweeps there are to a Jacobian, and how many are shown."""
    if sweeps and sweeps[0].place is None:
        return "one sweep along the given seeds"
    if len(sweeps) == total:
        return f"one sweep for the one {end}" if total == 1 else f"one sweep for each {end}"
    return f"one sweep for each of the {total} numbers of the {end}s; the first is shown"


def _seed(recorded: Recorded, sweep: Sweep, mode: str) -> Expr:
    """The heading of a sweep: ∂x_k/∂x_1 forward, ∂x_6/∂x_k in reverse."""
    if sweep.place is None:
        return Word("sweep")
    element, any_row = _element(recorded, sweep.place), Name("x_k")
    return Partial(any_row, element) if mode == "forward" else Partial(element, any_row)


def _element(recorded: Recorded, place: tuple[int, tuple[int, ...]]) -> Expr:
    k, element = place
    name = recorded.rows[k].name
    return Index(name, ", ".join(map(str, element))) if element else name


def _shortened(table: Table, limit: int) -> Table:
    """At most `limit` rows: the first and the last ones."""
    n = len(table.rows)
    if n <= limit:
        return table
    head, tail = limit - limit // 2, limit // 2
    kept = (*table.rows[:head], None, *table.rows[n - tail :])
    return Table(table.caption, table.headings, kept, n - head - tail)
