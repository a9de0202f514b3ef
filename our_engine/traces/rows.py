"""The rows of a trace: each value, from what it was computed, and how it depends on that."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from our_engine.linear_maps import Zero
from our_engine.primitives import Deferred, Primitive
from our_engine.recording import Node
from our_engine.trees import leaves, rebuild
from our_engine.types import Array, DifferentiationError, Tree
from our_engine.values import primal

from .algebra import added, with_accent
from .calls import formula, is_linear
from .equality import call_key, same_value
from .expressions import Expr, Index, Name, Number, Relation
from .local import LocalJacobian, Operands, local_jacobian
from .noting import Noted, NotingTape, NotingTracer, Ref


@dataclass(frozen=True)
class Row:
    """One value: an input (`expression` is None) or an intermediate.

    `tangent` is the right side of ẋ_k = Σ_l [∂x_k/∂x_l] ẋ_l, `cotangent` that of
    x̄_k = Σ_m x̄_m [∂x_m/∂x_k] over the children m, each None where there is no such term.
    """

    name: Name
    expression: Expr | None
    value: Any
    local_jacobians: tuple[LocalJacobian, ...]
    tangent: Expr | None
    cotangent: Expr | None


@dataclass(frozen=True)
class Recorded:
    """The rows of a function at a point; `outputs` are rows, or constants with None in place."""

    rows: tuple[Row, ...]
    inputs: int
    outputs: tuple[tuple[int | None, Any], ...]
    legend: Mapping[str, Array]


def record_rows(
    fun: Callable[..., Tree],
    args: tuple[Tree, ...],
    names: Sequence[str],
    constants: Mapping[str, Array],
) -> Recorded:
    """Run `fun` on tracers that note what is done to them.

    An expression that is computed twice from the same operands is one row, as in the lecture.
    """
    tape = NotingTape(constants)
    primals = [_scalar(primal("trace", x)) for x in leaves(args)]
    tracers = [_tracer(x, tape) for x in primals]
    with np.errstate(all="ignore"):
        tree = fun(*rebuild(args, tracers))
        return _Builder(tape, primals, names, constants).build(leaves(tree))


class _Builder:
    """Turns nodes of the tape into rows, equal ones into one."""

    def __init__(
        self,
        tape: NotingTape,
        primals: list[Any],
        names: Sequence[str],
        constants: Mapping[str, Array],
    ) -> None:
        self.tape = tape
        self.inputs = len(primals)
        self.names = [Name(name) for name in names]
        self.values: list[Any] = list(primals)
        self.expressions: list[Expr | None] = [None] * self.inputs
        self.local: list[tuple[LocalJacobian, ...]] = [()] * self.inputs
        self.tangents: list[Expr | None] = [None] * self.inputs
        self.row_of: dict[int, int] = {i: i for i in range(self.inputs)}
        self.seen: dict[Any, int] = {}
        self.fresh = _numbers([*names, *constants])

    def build(self, outputs: list[Any]) -> Recorded:
        for node in range(self.inputs, len(self.tape)):
            self._add(node)
        rows = []
        children = self._children()
        for k, name in enumerate(self.names):
            terms = [J.pull for J in children[k]]
            rows.append(
                Row(
                    name,
                    self.expressions[k],
                    self.values[k],
                    self.local[k],
                    self.tangents[k],
                    added(terms) if terms else None,
                )
            )
        ends = tuple(
            (self.row_of[y.index], y.value)
            if isinstance(y, Node) and y.tape is self.tape
            else (None, y)
            for y in outputs
        )
        return Recorded(tuple(rows), self.inputs, ends, self.tape.legend)

    def _add(self, node: int) -> None:
        noted = self.tape.calls.get(node)
        entry = self._forced(node)
        value = self._value(node, entry)
        key = call_key(noted, self.row_of)
        same = None if key is None else self.seen.get(key)
        if same is not None and same_value(self.values[same], value):
            self.row_of[node] = same
            return
        row = self.row_of[node] = len(self.names)
        if key is not None:
            self.seen[key] = row
        name = Name(f"x_{next(self.fresh)}")
        self.names.append(name)
        self.values.append(value)
        call = None if noted is None else self._operands(noted, name, value)
        self.expressions.append(self._expression(call, entry))
        self.local.append(self._local(row, noted, call, entry))
        self.tangents.append(self._tangent(call, self.local[row]))

    def _forced(self, node: int) -> tuple[Any, ...]:
        """The entry with its maps computed, and with rows in place of nodes."""
        entry = self.tape[node]
        forced: list[Any] = []
        for parent, J in zip(entry[::2], entry[1::2], strict=True):
            forced += (self.row_of[parent], J.force() if isinstance(J, Deferred) else J)
        return tuple(forced)

    def _value(self, node: int, entry: tuple[Any, ...]) -> Any:
        if node in self.tape.values:
            return self.tape.values[node]
        # One output of a node that has many: it is picked without a call.
        return self.values[entry[0]][entry[1].i]

    def _operands(self, noted: Noted, name: Name, value: Any) -> Operands:
        formulas = tuple(self._named(e) for e in noted.operands)
        return Operands(noted.primitive, formulas, noted.values, noted.settings, name, value)

    def _named(self, e: Expr) -> Expr:
        if isinstance(e, Ref):
            return self.names[self.row_of[e.index]]
        if isinstance(e, Relation):
            return Relation(e.sign, self._named(e.left), self._named(e.right))
        return e

    def _expression(self, call: Operands | None, entry: tuple[Any, ...]) -> Expr:
        if call is None:
            return Index(self.names[entry[0]], str(entry[1].i))
        return formula(call.primitive, call.formulas, call.values, call.settings)

    def _local(
        self, row: int, noted: Noted | None, call: Operands | None, entry: tuple[Any, ...]
    ) -> tuple[LocalJacobian, ...]:
        """One for each parent; a parent that is an operand twice has two maps."""
        positions: dict[int, list[int]] = {}
        maps: dict[int, list[Any]] = {}
        places = iter(() if noted is None else self._traced(noted))
        for parent, J in zip(entry[::2], entry[1::2], strict=True):
            positions.setdefault(parent, []).append(next(places, 0))
            maps.setdefault(parent, []).append(J)
        return tuple(
            local_jacobian(
                call,
                parent,
                row,
                positions[parent],
                maps[parent],
                self.names[parent],
                self.values[parent],
                self.names[row],
                self.values[row],
            )
            for parent in maps
        )

    def _traced(self, noted: Noted) -> list[int]:
        """The operands that have a place in the entry, in its order."""
        primitive: Primitive = noted.primitive
        return [
            i
            for i, e in enumerate(noted.operands)
            if isinstance(e, Ref)
            and (primitive.variadic or not isinstance(primitive.jacobians[i], Zero))
        ]

    def _tangent(self, call: Operands | None, local: tuple[LocalJacobian, ...]) -> Expr | None:
        if not local:
            return None
        if call is not None and is_linear(call.primitive):
            traced = {self.names[J.parent] for J in local}
            dots = tuple(with_accent(e, "dot") if e in traced else Number(0) for e in call.formulas)
            return formula(call.primitive, dots, call.values, call.settings)
        terms = [J.push for J in local]
        # The product rule keeps the first factor first: (a b)' = a b' + b a'.
        if call is not None and call.primitive.function is np.multiply:
            terms.reverse()
        return added(terms)

    def _children(self) -> list[list[LocalJacobian]]:
        children: list[list[LocalJacobian]] = [[] for _ in self.names]
        for local in self.local:
            for J in local:
                children[J.parent].append(J)
        return children


def _scalar(x: Any) -> Any:
    """A scalar as NumPy's, which the tape of a trace computes with."""
    if isinstance(x, Node):
        raise DifferentiationError(
            "our_engine.trace: shows numbers, and was called inside another derivative; call it "
            "outside, or pass our_engine.stop_gradient(x)"
        )
    return np.float64(x) if type(x) is float else x[()] if not np.ndim(x) else x


def _tracer(x: Any, tape: NotingTape) -> NotingTracer:
    tracer = object.__new__(NotingTracer)
    tracer.value, tracer.tape, tracer.index = x, tape, len(tape)
    tape.append(())
    return tracer


def _numbers(names: Sequence[str]) -> Iterator[int]:
    """The numbers k of x_k that no given name has, from above the greatest of them."""
    taken = [int(found[1]) for name in names if (found := re.fullmatch(r"x_(\d+)", name))]
    return itertools.count(max(taken, default=0) + 1)
