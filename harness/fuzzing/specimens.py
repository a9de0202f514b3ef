"""Specimens: an expression at one point, which is what the search draws, judges and shrinks."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.contract import Case, Operator, Point, Problem, Size, Written
from harness.fuzzing.expressions import (
    Expression,
    Leaf,
    Node,
    evaluated,
    leaves_of,
    nodes_of,
    text_of,
    uses_of,
)
from harness.problems.catalogue.entry import CATALOGUE, OPERATORS, THIRD

__all__ = ["NAME", "POINT", "Specimen", "alone", "disturbed", "is_composed", "renamed"]

NAME = "fuzz."
"""How the names of problems begin that are made of specimens."""

POINT = "found"

_RANGE = {"float64": 1e30, "float32": 1e6}
"""Between what is put into something else and its inverse: then no product of a few derivatives
leaves the range of the dtype."""


@dataclass(frozen=True, eq=False)
class Specimen:
    """``expression`` at ``values``, which are float64 (or integers) and exact in ``dtype``."""

    expression: Expression
    values: Mapping[str, np.ndarray]
    dtype: str

    @property
    def arguments(self) -> tuple[Leaf, ...]:
        """The arguments of the whole expression."""
        return leaves_of(self.expression)

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The calls in it, the outermost first."""
        return tuple(node for _, node in nodes_of(self.expression))

    @property
    def functions(self) -> frozenset[str]:
        """The catalogue's names of the functions in it."""
        return frozenset(node.form.function for node in self.nodes)

    @functools.cached_property
    def text(self) -> str:
        """The expression as Python."""
        return text_of(self.expression)

    @functools.cached_property
    def parts(self) -> dict[tuple[int, ...], np.ndarray] | None:
        """The value of each part in the specimen's dtype; None where NumPy raises."""
        rounded = {k: v.astype(self.dtype) if v.dtype.kind == "f" else v for k, v in self._used()}
        try:
            return evaluated(self.expression, rounded)
        except Exception:  # noqa: BLE001 - a form may raise anything on what does not fit it
            return None

    @property
    def is_sound(self) -> bool:
        """Whether it can be asked: it varies, has a value, and leaves no range on the way there."""
        parts = self.parts
        if parts is None or not any(leaf.varies for leaf in self.arguments):
            return False
        value = parts[()]
        if value.dtype.kind != "f" or not np.isfinite(value).all():
            return False
        if len(self.nodes) == 1:
            return True
        inside = (v for path, v in parts.items() if path)
        return all(_in_range(v, self.dtype) for v in inside)

    @property
    def name(self) -> str:
        """The name of its problem: that of its content."""
        content = hashlib.sha256(f"{self.text}|{self.dtype}".encode())
        for name, value in self._used():
            content.update(f"{name}{value.dtype.str}{value.shape}".encode())
            content.update(value.tobytes())
        return NAME + content.hexdigest()[:12]

    @functools.cached_property
    def problem(self) -> Problem:
        """The problem that it is, with one size, one point and one dtype."""
        arguments = self.arguments
        values = tuple(self.values[leaf.name] for leaf in arguments)
        scalars = sum(v.size for v in values)
        return Problem(
            name=self.name,
            source="drawn at random",
            fun=Written(tuple(leaf.name for leaf in arguments), self.text),
            arguments=tuple(leaf.name for leaf in arguments),
            argnums=tuple(i for i, leaf in enumerate(arguments) if leaf.varies),
            sizes=(Size({"n": scalars}, max(1, scalars)),),
            points=(
                Point(POINT, functools.partial(_given, values), dtypes=frozenset({self.dtype})),
            ),
            operators=OPERATORS | THIRD,
            timed_operators=frozenset(),
            closed_forms={},
            operations=functools.partial(_constant, self._operations()),
            uses=Written((), self.text).names,
            suite=CATALOGUE,
        )

    def case(self, operator: Operator) -> Case:
        """The case that asks ``operator`` of it."""
        return Case(self.name, operator, self.problem.sizes[0].name, self.dtype, POINT)

    def _used(self) -> list[tuple[str, np.ndarray]]:
        return [(leaf.name, self.values[leaf.name]) for leaf in self.arguments]

    def _operations(self) -> int:
        """About as many as the catalogue says of its entries: what goes through each function."""
        count = 0
        for path, node in nodes_of(self.expression):
            own = max(1, node.form.problem.operations({}))
            if self.parts is not None:
                own = max(own, self.parts[path].size if own > 1 else 1)
            count += own
        return count


def disturbed(specimen: Specimen, step: float, signs: np.random.Generator) -> Specimen:
    """The same with every inner value, and its slope, moved by ``step`` of itself, up or down.

    Each inner value y becomes y slope + offset, with two constants of its shape. The inner values
    are those of the calls but the outermost, and of arguments that stand there repeatedly.
    """
    parts = specimen.parts
    assert parts is not None
    lines = {}
    for path in _inner_paths(specimen):
        value = parts[path].astype(np.float64)
        of_value, of_slope = step * signs.choice([-1.0, 1.0], size=(2, *value.shape))
        offset = (of_value - of_slope) * value
        lines[path] = tuple(f"xp.asarray({x.tolist()})" for x in (1.0 + of_slope, offset))
    return _Rewritten(
        specimen.expression, specimen.values, specimen.dtype, text_of(specimen.expression, lines)
    )


def is_composed(specimen: Specimen) -> bool:
    """Whether anything is rounded or cancelled between its arguments and its outermost call."""
    return bool(_inner_paths(specimen))


def _inner_paths(specimen: Specimen) -> list[tuple[int, ...]]:
    parts = specimen.parts
    assert parts is not None
    uses = Counter(leaf for _, leaf in uses_of(specimen.expression))
    repeated = [path for path, leaf in uses_of(specimen.expression) if uses[leaf] > 1]
    inner = [path for path, _ in nodes_of(specimen.expression) if path]
    return [p for p in (*inner, *repeated) if parts[p].dtype.kind == "f" and parts[p].size]


@dataclass(frozen=True, eq=False)
class _Rewritten(Specimen):
    """A specimen under another text."""

    rewritten: str = ""

    @functools.cached_property
    def text(self) -> str:
        """The other text."""
        return self.rewritten


def alone(specimen: Specimen, path: tuple[int, ...], node: Node) -> Specimen | None:
    """The one call at ``path``, at the arguments that it has there; None where nothing varies."""
    parts = specimen.parts
    assert parts is not None
    values, children = {}, []
    for i, child in enumerate(node.children):
        value = parts[(*path, i)]
        name = f"x{i + 1}"
        values[name] = value.astype(np.float64) if value.dtype.kind == "f" else value
        varies = i in node.form.problem.argnums and any(leaf.varies for leaf in leaves_of(child))
        children.append(Leaf(name, varies))
    if not any(leaf.varies for leaf in children):
        return None
    return Specimen(Node(node.form, tuple(children)), values, specimen.dtype)


def renamed(specimen: Specimen) -> Specimen:
    """The same with arguments called x, or x1, x2, … in their order."""
    leaves = specimen.arguments
    names = ["x"] if len(leaves) == 1 else [f"x{i + 1}" for i in range(len(leaves))]
    to = dict(zip(leaves, names, strict=True))

    def rename(expression: Expression) -> Expression:
        if isinstance(expression, Leaf):
            return dataclasses.replace(expression, name=to[expression])
        return Node(expression.form, tuple(map(rename, expression.children)))

    values = {to[leaf]: specimen.values[leaf.name] for leaf in leaves}
    return Specimen(rename(specimen.expression), values, specimen.dtype)


def _in_range(value: np.ndarray, dtype: str) -> bool:
    if value.dtype.kind != "f":
        return True
    size = np.abs(value.astype(np.float64))
    size = size[size > 0]
    most = _RANGE[dtype]
    return bool(np.isfinite(value).all() and (size <= most).all() and (size >= 1 / most).all())


def _given(
    values: tuple[np.ndarray, ...], _dims: Mapping[str, int], _rng: np.random.Generator
) -> tuple[np.ndarray, ...]:
    return tuple(value.copy() for value in values)


def _constant(count: int, _dims: Mapping[str, int]) -> int:
    return count
