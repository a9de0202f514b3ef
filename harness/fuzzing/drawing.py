"""Drawing: the k-th specimen of a seed, whatever was drawn before it and however long it took.

A form is taken with the arguments of one of its points in the catalogue, generic or an edge; they
are changed at random; then the whole is put into further forms, wherever it fits: its shape must be
one that NumPy accepts, its values within those of the form's own generic points.
"""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from harness.contract import Point, PointKind, Written
from harness.errors import UsageError, nearest
from harness.fuzzing.changes import CHANGES, one_of, scaled
from harness.fuzzing.expressions import Expression, Form, Leaf, Node, leaves_of
from harness.fuzzing.specimens import Specimen, renamed
from harness.plugins import Registry
from harness.problems.catalogue.entry import CATALOGUE

__all__ = ["Drawer", "forms_of"]

_UNSUITABLE = re.compile(r"\bdtype\b|\bastype\b|float32|float64")
"""A form that chooses a dtype of its own says little of what it is put into."""

_MOST_CALLS = 5
_ATTEMPTS = 60
_FITS = 25
_MOST_SCALARS = 12

Values = dict[str, np.ndarray]


@dataclass(frozen=True)
class _Place:
    """Where forms take what: the least and the largest value at their generic points."""

    low: tuple[float, ...]
    high: tuple[float, ...]


def forms_of(registry: Registry, pattern: str | None = None) -> list[Form]:
    """The catalogue's forms that can be put into each other, or those that match ``pattern``.

    A pattern is held against ``array_api.sum/axis=0``, ``array_api.sum``, ``sum/axis=0`` and
    ``sum``. UsageError names the nearest function when it matches nothing.
    """
    forms = [
        Form(problem)
        for problem in registry.problems.values()
        if problem.suite == CATALOGUE
        and not problem.name.startswith("composite.")
        and isinstance(problem.fun, Written)
        and not _UNSUITABLE.search(problem.fun.text)
    ]
    if pattern is None:
        return forms
    chosen = [form for form in forms if any(fnmatch.fnmatchcase(n, pattern) for n in _names(form))]
    if not chosen:
        known = {name for form in forms for name in (form.function, _short(form.function))}
        raise UsageError(f"no function {pattern!r}; {nearest(pattern, known)}")
    return chosen


def _names(form: Form) -> tuple[str, ...]:
    return form.name, form.function, _short(form.name), _short(form.function)


def _short(name: str) -> str:
    return name.split(".", 1)[1]


class Drawer:
    """Draws specimens of the registry's forms; ``pattern``: each holds a form that matches it."""

    def __init__(self, registry: Registry, seed: int, pattern: str | None = None) -> None:
        """The sequence of ``seed``; UsageError when no function matches ``pattern``."""
        self._seed = seed
        self._forms = forms_of(registry)
        self._must = forms_of(registry, pattern)
        self._places: dict[str, _Place] = {}

    def draw(self, number: int) -> Specimen | None:
        """The specimen with this number; None: nothing that was tried made sense."""
        rng = np.random.default_rng([self._seed, number])
        for _ in range(_ATTEMPTS):
            specimen = self._attempt(rng)
            if specimen is not None and specimen.is_sound:
                return renamed(specimen)
        return None

    def _attempt(self, rng: np.random.Generator) -> Specimen | None:
        calls = int(rng.choice([1, 1, 2, 2, 3, 3, 4, _MOST_CALLS]))
        required = int(rng.integers(calls))
        dtype = str(rng.choice(["float64", "float64", "float32"]))
        first = one_of(rng, self._must if required == 0 else self._forms)
        values: Values = {}
        seed = self._leaves(first, rng, values, {})
        if seed is None:
            return None
        self._change(rng, values, alone=calls == 1)
        specimen = Specimen(Node(first, seed), _rounded(values, dtype), dtype)
        for call in range(1, calls):
            if not specimen.is_sound:
                return None
            forms = self._must if required == call else self._forms
            grown = self._grown(rng, specimen, forms)
            if grown is None:
                return None
            specimen = grown
        return specimen

    def _grown(
        self, rng: np.random.Generator, specimen: Specimen, forms: Sequence[Form]
    ) -> Specimen | None:
        """``specimen`` as an argument of one form more; None when none was found that takes it."""
        parts = specimen.parts
        assert parts is not None
        value = parts[()]
        for _ in range(_FITS):
            form = one_of(rng, forms)
            position = int(one_of(rng, form.problem.argnums))
            place = self._place(form)
            if value.size and not (
                place.low[position] <= value.min() and value.max() <= place.high[position]
            ):
                continue
            values = dict(specimen.values)
            children = self._leaves(form, rng, values, {position: specimen.expression})
            if children is None:
                continue
            grown = Specimen(Node(form, children), _rounded(values, specimen.dtype), specimen.dtype)
            scalars = sum(v.size for v in values.values())
            if scalars <= _MOST_SCALARS and grown.is_sound:
                return grown
        return None

    def _leaves(
        self,
        form: Form,
        rng: np.random.Generator,
        values: Values,
        given: Mapping[int, Expression],
    ) -> tuple[Expression, ...] | None:
        """An expression for each argument: the given ones, what is there already, or new leaves.

        The values of new leaves are those of one of the form's points.
        """
        args = self._arguments(form, rng, edges=not given)
        if args is None:
            return None
        children: list[Expression] = []
        known = [x for expression in given.values() for x in (expression, *leaves_of(expression))]
        for i, value in enumerate(args):
            if i in given:
                children.append(given[i])
                continue
            varies = i in form.problem.argnums
            if varies and known and rng.random() < 0.3:
                children.append(known[int(rng.integers(len(known)))])
                continue
            leaf = Leaf(f"x{len(values) + 1}", varies)
            values[leaf.name] = value
            children.append(leaf)
        return tuple(children)

    def _arguments(
        self, form: Form, rng: np.random.Generator, *, edges: bool
    ) -> tuple[np.ndarray, ...] | None:
        points = [p for p in form.problem.points if _usable(p) and (edges or _is_generic(p))]
        generic = [p for p in points if _is_generic(p)]
        if not points:
            return None
        few = bool(generic) and rng.random() < 0.5
        point = one_of(rng, generic if few else points)
        sizes = [s for s in form.problem.sizes if point.sizes is None or s.name in point.sizes]
        own = np.random.default_rng(_stable(f"{form.name}:{point.name}:{rng.integers(4)}"))
        return tuple(np.asarray(a) for a in point.build(sizes[0].dims, own))

    def _change(self, rng: np.random.Generator, values: Values, *, alone: bool) -> None:
        """Change the floating values in one of several ways, or leave them as they are."""
        floating = [name for name, value in values.items() if value.dtype.kind == "f"]
        if not floating:
            return
        change = one_of(rng, [*CHANGES, scaled] if alone else CHANGES)
        name = one_of(rng, floating)
        values[name] = change(rng, np.array(values[name]))

    def _place(self, form: Form) -> _Place:
        """The values that the form's generic points have, argument by argument."""
        if form.name not in self._places:
            low = np.full(len(form.problem.arguments), np.inf)
            high = -low
            for point in filter(_is_generic, form.problem.points):
                for size in form.problem.sizes:
                    if point.sizes is None or size.name in point.sizes:
                        args = point.build(size.dims, np.random.default_rng(_stable(form.name)))
                        for i, value in enumerate(args):
                            if value.size:
                                low[i] = min(low[i], float(value.min()))
                                high[i] = max(high[i], float(value.max()))
            self._places[form.name] = _Place(tuple(low.tolist()), tuple(high.tolist()))
        return self._places[form.name]


def _stable(label: str) -> int:
    return int.from_bytes(hashlib.sha256(label.encode()).digest()[:8], "little")


def _is_generic(point: Point) -> bool:
    return point.name.startswith("generic")


def _usable(point: Point) -> bool:
    return point.kind is not PointKind.OUTSIDE


def _rounded(values: Mapping[str, np.ndarray], dtype: str) -> Values:
    """Exact in ``dtype``, and float64 all the same."""
    with np.errstate(over="ignore"):
        return {
            name: v.astype(dtype).astype(np.float64) if v.dtype.kind == "f" else v
            for name, v in values.items()
        }
