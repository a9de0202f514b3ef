"""The derivative of a function at a point, as a linear map between trees."""

from __future__ import annotations

from typing import Any

import numpy as np

from .linear_maps import LinearMap
from .program import Program
from .recording import raw
from .trees import matched, rebuild
from .types import Tree


class Linearized(LinearMap):
    """The derivative of a function at a point, as a linear map between trees of arrays.

    apply(*x_dots) -> y_dot and transpose().apply(y_bar) -> x_bar, where a function of one
    argument takes and gives the tangent itself, one of many a tuple. `matrix()` needs one array in
    and one out. `program` is the recording, for those who bracket the product of its maps anew.
    """

    __slots__ = ("primals", "program")

    def __init__(self, program: Program, primals: tuple[Any, ...]) -> None:
        """The derivative that `program` recorded at `primals`."""
        self.program = program
        self.primals = primals

    @property
    def in_shape(self) -> Any:
        """The shape of the argument, where it is one array."""
        return np.shape(self.program.inputs[0]) if len(self.program.inputs) == 1 else None

    def apply(self, *x_dots: Tree) -> Tree:
        """The tangent of the result."""
        flat = matched("the tangent", self.primals, x_dots)
        return rebuild(self.program.tree, self.program.push(flat))

    def pull(self, y_bar: Tree) -> Tree:
        """The cotangent of the argument, a tuple of them for many."""
        flat = matched("the cotangent", self.program.tree, y_bar)
        x_bars = rebuild(self.primals, self.program.pull(flat))
        return x_bars[0] if len(self.primals) == 1 else x_bars

    def transpose(self) -> LinearMap:
        """The map from cotangents of the result to those of the argument."""
        return _Pullback(self)

    def __call__(self, *x_dots: Tree) -> Tree:
        """The same as apply."""
        return self.apply(*x_dots)


class _Pullback(LinearMap):
    """The transpose of a `Linearized`."""

    __slots__ = ("original",)

    def __init__(self, original: Linearized) -> None:
        self.original = original

    @property
    def in_shape(self) -> Any:
        outputs = self.original.program.outputs
        return np.shape(raw(outputs[0])) if len(outputs) == 1 else None

    def apply(self, y_bar: Tree) -> Tree:
        return self.original.pull(y_bar)

    def pull(self, x_dot: Tree) -> Tree:
        return self.original.apply(x_dot)

    def transpose(self) -> LinearMap:
        return self.original

    def __call__(self, y_bar: Tree) -> Tree:
        return self.apply(y_bar)
