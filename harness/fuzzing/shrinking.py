"""Shrinking: the smallest composition at the simplest point that still fails in the same way.

Delta debugging on the tree. Every step makes the specimen lighter: fewer calls, fewer numbers, a
shorter text, simpler values, in this order of weight; so it ends, and where it ends no single step
leads further. The steps that cut most are tried first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.fuzzing.expressions import (
    Form,
    Leaf,
    Node,
    leaves_of,
    nodes_of,
    replaced,
)
from harness.fuzzing.specimens import Specimen, renamed

__all__ = ["Shrinker", "weight"]

Weight = tuple[int, int, int, int, int, bool]

_NICE = (1.0, 2.0, 0.5, -1.0, 0.0)
"""The simplest numbers first. Zero comes last of them: it is an edge of many functions, and where
others fail as well it would hide that."""


@dataclass
class Shrinker:
    """Shrinks specimens while ``fails`` says that they fail in the same way.

    ``forms`` are what a call may be replaced by. At most ``trials`` are asked of ``fails``, none
    after ``until`` (``time.monotonic``).
    """

    fails: Callable[[Specimen], bool]
    forms: Sequence[Form]
    trials: int
    until: float = float("inf")
    asked: int = 0
    _known: set[str] = field(default_factory=set)

    def exhausted(self) -> bool:
        """Whether it had to stop before the end."""
        return self.asked >= self.trials or time.monotonic() > self.until

    def smallest(self, specimen: Specimen) -> Specimen:
        """The smallest that was found; ``specimen`` itself if no step succeeds."""
        specimen = renamed(specimen)
        while True:
            before = specimen
            for steps in (_cut, self._plainer, _smaller, _simpler, _wider):
                specimen = self._walked(specimen, steps)
            if specimen is before:
                return specimen

    def _walked(
        self, specimen: Specimen, steps: Callable[[Specimen], Iterator[Specimen]]
    ) -> Specimen:
        """As far as one kind of steps leads."""
        moved = True
        while moved and not self.exhausted():
            moved = False
            for candidate in steps(specimen):
                if self._succeeds(specimen, candidate):
                    specimen, moved = renamed(candidate), True
                    break
                if self.exhausted():
                    break
        return specimen

    def _succeeds(self, specimen: Specimen, candidate: Specimen) -> bool:
        if not candidate.arguments or not candidate.is_sound:
            return False
        candidate = renamed(candidate)
        if not weight(candidate) < weight(specimen) or candidate.name in self._known:
            return False
        self._known.add(candidate.name)
        self.asked += 1
        return self.fails(candidate)

    def _plainer(self, specimen: Specimen) -> Iterator[Specimen]:
        """A call of the same function in another way, with a shorter text."""
        for path, node in nodes_of(specimen.expression):
            form = node.form
            others = [
                other
                for other in self.forms
                if other.function == form.function
                and len(other.written.arguments) == len(form.written.arguments)
                and other.problem.argnums == form.problem.argnums
            ]
            for other in sorted(others, key=lambda o: len(o.written.text)):
                made = replaced(specimen.expression, path, Node(other, node.children))
                yield Specimen(made, specimen.values, specimen.dtype)


def weight(specimen: Specimen) -> Weight:
    """What a step has to reduce: calls, numbers, arguments, text, values, float32."""
    values = [specimen.values[leaf.name] for leaf in specimen.arguments]
    return (
        len(specimen.nodes),
        sum(10 * value.size + value.ndim for value in values),
        len(values),
        len(specimen.text),
        sum(_cost(float(x)) for value in values for x in value.reshape(-1)),
        specimen.dtype != "float64",
    )


def _cut(specimen: Specimen) -> Iterator[Specimen]:
    """A part instead of the whole; a child instead of a call; a number instead of a call."""
    parts = specimen.parts
    assert parts is not None
    root, values, dtype = specimen.expression, specimen.values, specimen.dtype
    for path, node in nodes_of(root):
        if path:
            yield Specimen(node, values, dtype)
    for path, node in nodes_of(root):
        for child in node.children:
            if path or isinstance(child, Node):
                yield Specimen(replaced(root, path, child), values, dtype)
    free = f"y{len(values)}"
    for path, node in nodes_of(root):
        if path:
            part = parts[path]
            varies = any(leaf.varies for leaf in leaves_of(node))
            made = replaced(root, path, Leaf(free, varies))
            number = part.astype(np.float64) if part.dtype.kind == "f" else part
            yield Specimen(made, {**values, free: number}, dtype)


def _smaller(specimen: Specimen) -> Iterator[Specimen]:
    """Axes and elements left out, of one argument or of all that have an axis of that length.

    Nothing is emptied: what fails for no elements, and for some too, is shown with some.
    """
    names = [leaf.name for leaf in specimen.arguments]
    values = {name: specimen.values[name] for name in names}
    for name in names:
        if values[name].ndim and values[name].size:
            yield _at(specimen, {**values, name: values[name].reshape(-1)[:1].reshape(())})
        for axis in range(values[name].ndim):
            if values[name].shape[axis]:
                yield _at(specimen, {**values, name: np.take(values[name], 0, axis=axis)})
    lengths = {n for value in values.values() for n in value.shape if n > 1}
    for length in sorted(lengths, reverse=True):
        for i in reversed(range(length)):
            yield _at(specimen, {name: _without(v, length, i) for name, v in values.items()})
    for name in names:
        for axis, length in enumerate(values[name].shape):
            for i in reversed(range(length if length > 1 else 0)):
                yield _at(specimen, {**values, name: np.delete(values[name], i, axis=axis)})


def _simpler(specimen: Specimen) -> Iterator[Specimen]:
    """Simpler numbers, for a whole argument or for one of its elements."""
    for leaf in specimen.arguments:
        value = specimen.values[leaf.name]
        if value.dtype.kind != "f" or not value.size:
            continue
        flat = value.reshape(-1)
        wholes = [np.full_like(flat, x) for x in _NICE]
        wholes += [1.0 + np.arange(flat.size), np.round(flat), np.round(4 * flat) / 4]
        for whole in wholes:
            yield _with(specimen, leaf.name, whole.reshape(value.shape))
        for i, x in enumerate(flat):
            for simple in _simpler_than(float(x)):
                changed = flat.copy()
                changed[i] = simple
                yield _with(specimen, leaf.name, changed.reshape(value.shape))


def _wider(specimen: Specimen) -> Iterator[Specimen]:
    """The same in float64."""
    if specimen.dtype != "float64":
        yield Specimen(specimen.expression, specimen.values, "float64")


def _at(specimen: Specimen, values: Mapping[str, np.ndarray]) -> Specimen:
    return Specimen(specimen.expression, values, specimen.dtype)


def _with(specimen: Specimen, name: str, value: np.ndarray) -> Specimen:
    return _at(specimen, {**specimen.values, name: value})


def _without(value: np.ndarray, length: int, i: int) -> np.ndarray:
    """Element ``i`` left out along every axis of that length."""
    for axis, n in enumerate(value.shape):
        if n == length:
            value = np.delete(value, i, axis=axis)
    return value


def _simpler_than(x: float) -> list[float]:
    if not np.isfinite(x):
        return []
    exponent = float(10.0 ** np.floor(np.log10(abs(x)))) if x else 0.0
    tries = [*_NICE, float(np.round(x)), float(np.round(4 * x) / 4), np.copysign(exponent, x)]
    return [y for y in dict.fromkeys(tries) if _cost(y) < _cost(x)]


def _cost(x: float) -> int:
    """How much there is to a number, for a person."""
    if x in _NICE and not (x == 0.0 and np.signbit(x)):
        return _NICE.index(x)
    if x == round(x) and abs(x) <= 16:
        return 5 + int(abs(x))
    if 4 * x == round(4 * x):
        return 30
    return 40 if float(f"{x:.0e}") == x else 50
