"""Each operator as an expression in a library's own transforms, nested as the harness nests them.

What a backend takes from its library is spelled by the dialect's ``native``; everything else is
made of its jvp, vjp and grad, in the same way as ``harness.contract.derived`` makes it, so that the
line computes what was judged: a Hessian by its rows, a forward sweep by one jvp for each basis
tangent. An expression comes with its layout, which shows other results in the same form.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from harness.contract import HESSIAN_NESTINGS, NESTINGS, Operator
from harness.contract.dialect import Dialect
from harness.reproduce.numbers import Nested
from harness.reproduce.translation import Untranslatable, Vocabulary

__all__ = ["Shown", "Spelling"]

Layout = Callable[[Sequence[np.ndarray]], Nested]
"""From results as ``harness.contract.derivation`` lays them out to what an expression gives."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An expression for an operator's results and their layout in it.

    ``nested``: it gives arrays in tuples or lists, and not one array.
    """

    expression: str
    layout: Layout
    nested: bool


@dataclass(frozen=True, slots=True)
class Spelling:
    """The operators of one function in one dialect.

    The primals are called ``xs`` and have the shapes ``shapes``, the output has the shape
    ``output``; ``vs`` are the tangents' names and ``cotangent`` that of the cotangent.
    """

    dialect: Dialect
    words: Vocabulary
    xs: tuple[str, ...]
    shapes: tuple[tuple[int, ...], ...]
    output: tuple[int, ...]
    dtype: str
    vs: tuple[str, ...] = ()
    cotangent: str = ""

    def shown(self, operator: Operator, f: str) -> Shown:
        """The operator of ``f``; Untranslatable where the dialect has no way to say it."""
        native = self.dialect.native.get(operator)
        if native is not None:
            text = native if isinstance(native, str) else native[len(self.xs) > 1]
            return self._native(operator, self._filled(text, f))
        if operator in NESTINGS:
            return self._hvp(f, *NESTINGS[operator])
        if operator in HESSIAN_NESTINGS:
            return self._rows(lambda vs: self._with(vs)._hvp(f, *HESSIAN_NESTINGS[operator]))
        match operator:
            case Operator.VALUE:
                return self._one(f"{f}({self._xs})")
            case Operator.JVP:
                return self._one(self._jvp(f))
            case Operator.VJP:
                return self._each(self._filled(self.dialect.vjp, f))
            case Operator.GRADIENT:
                return self._each(f"{self._grad(f)}({self._xs})")
            case Operator.JACOBIAN_FORWARD:
                return self._columns(f)
            case Operator.JACOBIAN | Operator.JACOBIAN_REVERSE:
                return self._pulled_back(f)
            case Operator.HVP:
                return self._hvp(f, "forward", "reverse")
            case Operator.HESSIAN:
                return self._rows(lambda vs: self._with(vs)._hvp(f, "forward", "reverse"))
            case Operator.THIRD:
                return self._flat(self._jvp(self._of(self._jvp(self._flat_gradient(f)))))
            case Operator.THIRD_FORWARD:
                return self._transposed(self._of(self._jvp(self._of(self._jvp(f)))))
            case Operator.THIRD_REVERSE:
                twice = self._of(self._slope(self._of(self._slope(f))))
                return self._each(f"{self._grad(twice)}({self._xs})")
        raise Untranslatable(f"{operator} has no spelling")

    def _hvp(self, f: str, outer: str, inner: str) -> Shown:
        if inner == "forward":
            slope = self._of(self._jvp(f))
            if outer == "forward":
                return self._transposed(slope)
            return self._each(f"{self._grad(slope)}({self._xs})")
        if outer == "forward":
            return self._flat(self._jvp(self._flat_gradient(f)))
        return self._each(f"{self._grad(self._of(self._slope(f)))}({self._xs})")

    def _filled(self, template: str, f: str) -> str:
        one = len(self.xs) == 1
        return template.format(
            f=f,
            xs=self._xs,
            primals=_tuple(self.xs),
            tangents=_tuple(self.vs),
            v=self.vs[0] if len(self.vs) == 1 else _tuple(self.vs),
            argnums="0" if one else str(tuple(range(len(self.xs)))),
            only="[0]" if one else "",
            cotangent=self.cotangent,
        )

    def _jvp(self, f: str) -> str:
        if not self.dialect.jvp:
            raise Untranslatable("the library has no forward mode")
        return self._filled(self.dialect.jvp, f)

    def _grad(self, f: str) -> str:
        return self._filled(self.dialect.grad, f)

    def _of(self, expression: str) -> str:
        """The function of the primals whose value ``expression`` is."""
        return f"(lambda {self._xs}: {expression})"

    def _flat_gradient(self, f: str) -> str:
        """The gradient as one array: of several primals in one vector, as the harness takes it."""
        gradient = self._grad(f)
        if len(self.xs) == 1:
            return gradient
        concat, reshape = self.words.word("concat"), self.words.word("reshape")
        return self._of(f"{concat}([{reshape}(g_, (-1,)) for g_ in {gradient}({self._xs})])")

    def _slope(self, f: str) -> str:
        """⟨∇f, v⟩."""
        total, gradient = self.words.word("sum"), f"{self._grad(f)}({self._xs})"
        if len(self.xs) == 1:
            return f"{total}({gradient} * {self.vs[0]})"
        return f"sum({total}(g_ * v_) for g_, v_ in zip({gradient}, {_tuple(self.vs)}))"

    @property
    def _xs(self) -> str:
        return ", ".join(self.xs)

    def _with(self, vs: tuple[str, ...]) -> Spelling:
        return replace(self, vs=vs)

    def _one(self, expression: str) -> Shown:
        return Shown(expression, lambda results: results[0], nested=False)

    def _each(self, expression: str) -> Shown:
        """An array for one primal, a tuple for several."""
        if len(self.xs) == 1:
            return self._one(expression)
        return Shown(expression, list, nested=True)

    def _flat(self, expression: str) -> Shown:
        if len(self.xs) == 1:
            return self._one(expression)
        return Shown(expression, _flattened, nested=False)

    def _native(self, operator: Operator, expression: str) -> Shown:
        if operator.base is not Operator.HESSIAN or len(self.xs) == 1:
            return self._each(expression)
        n = len(self.xs)
        return Shown(expression, lambda h: [h[i * n : i * n + n] for i in range(n)], nested=True)

    def _basis(self, shape: tuple[int, ...]) -> str:
        """The basis of the arrays of ``shape``, along a leading axis."""
        n = math.prod(shape)
        eye, dtype = self.words.word("eye"), self.words.word(self.dtype)
        return f"{self.words.word('reshape')}({eye}({n}, dtype={dtype}), {(n, *shape)})"

    def _sweep(self, row: Callable[[tuple[str, ...]], str]) -> str:
        """A list of what ``row`` gives for each basis tangent; such lists for several primals."""
        lists = []
        e = "d_" if "e_" in self.vs else "e_"  # of a sweep inside a sweep
        for i in range(len(self.xs)):
            tangents = tuple(e if k == i else self._zeros(x) for k, x in enumerate(self.xs))
            lists.append(f"[{row(tangents)} for {e} in {self._basis(self.shapes[i])}]")
        return lists[0] if len(lists) == 1 else f"[{', '.join(lists)}]"

    def _zeros(self, x: str) -> str:
        return f"{self.words.word('zeros_like')}({x})"

    def _columns(self, f: str) -> Shown:
        """The Jacobian column by column, each of the output's shape."""

        def columns(blocks: Sequence[np.ndarray]) -> Nested:
            made = [
                list(np.moveaxis(b.reshape((*b.shape[: b.ndim - len(s)], math.prod(s))), -1, 0))
                for b, s in zip(blocks, self.shapes, strict=True)
            ]
            return made[0] if len(made) == 1 else made

        return Shown(self._sweep(lambda vs: self._with(vs)._jvp(f)), columns, nested=True)

    def _pulled_back(self, f: str) -> Shown:
        """The Jacobian row by row: one pullback for each element of the output."""
        row = replace(self, cotangent="e_")._filled(self.dialect.vjp, f)

        def rows(blocks: Sequence[np.ndarray]) -> Nested:
            flat = [
                b.reshape((math.prod(self.output), *b.shape[len(self.output) :])) for b in blocks
            ]
            return list(flat[0]) if len(flat) == 1 else [list(r) for r in zip(*flat, strict=True)]

        return Shown(f"[{row} for e_ in {self._basis(self.output)}]", rows, nested=True)

    def _transposed(self, f: str) -> Shown:
        """The gradient of a scalar ``f`` by forward sweeps: one number for each element."""

        def elements(gradients: Sequence[np.ndarray]) -> Nested:
            made = [list(g.reshape((-1,))) for g in gradients]
            return made[0] if len(made) == 1 else made

        return Shown(self._sweep(lambda vs: self._with(vs)._jvp(f)), elements, nested=True)

    def _rows(self, row: Callable[[tuple[str, ...]], Shown]) -> Shown:
        """The Hessian by one product for each basis tangent."""
        layout = row(self.xs).layout
        n = len(self.xs)

        def rows(blocks: Sequence[np.ndarray]) -> Nested:
            made = []
            for i, shape in enumerate(self.shapes):
                across = [
                    b.reshape((math.prod(shape), *b.shape[len(shape) :]))
                    for b in blocks[i * n : i * n + n]
                ]
                made.append([layout(list(parts)) for parts in zip(*across, strict=True)])
            return made[0] if n == 1 else made

        return Shown(self._sweep(lambda vs: row(vs).expression), rows, nested=True)


def _tuple(names: Sequence[str]) -> str:
    return f"({', '.join(names)},)" if len(names) == 1 else f"({', '.join(names)})"


def _flattened(results: Sequence[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.reshape(r, (-1,)) for r in results])
