"""A recorded program, and the sweeps over it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .forward import push_forward
from .recording import Node
from .reverse import pull_back
from .tape import Tape
from .tracer import new_tracer
from .trees import leaves
from .types import Array, DifferentiationError
from .values import finished, fitted, given, primal, unboxed, zeros

Function = Callable[..., Any]


class Program:
    """A recorded program: the tape, the inputs it starts from and the outputs it ends in."""

    __slots__ = ("inputs", "outputs", "tape", "tree", "y")

    def __init__(self, who: str, fun: Function, primals: list[Any], call: Function) -> None:
        """Record `call(tracers)`, which calls `fun`, at fresh copies of the leaves `primals`."""
        self.tape = tape = Tape()
        self.inputs = [primal(who, x) for x in primals]
        self.tree = call([new_tracer(unboxed(x), tape) for x in self.inputs])
        self.outputs = leaves(self.tree)
        for y in self.outputs:
            if isinstance(y, Node) and y.tape.level > tape.level:
                raise DifferentiationError(
                    f"our_engine.{who}: the function returns a traced value of another, inner "
                    "derivative, which was kept beyond its end; return what grad or vjp returns"
                )
            if not isinstance(y, Node) and getattr(y, "dtype", None) == np.dtype(object):
                raise DifferentiationError(
                    f"our_engine.{who}: the function returns an array of objects; build it with "
                    "np.stack, np.concatenate"
                )
        tape.kept.clear()

    def values(self) -> list[Array]:
        """The outputs of the function, in memory of their own."""
        return [
            given(y.value) if isinstance(y, Node) and y.tape is self.tape else given(y)
            for y in self.outputs
        ]

    def pull(self, y_bars: list[Array], release: bool = False) -> list[Array]:
        """The cotangents of the inputs for those of the outputs."""
        seeds = []
        for y, y_bar in zip(self.outputs, y_bars, strict=True):
            if isinstance(y, Node) and y.tape is self.tape:
                seeds.append((y.index, fitted("cotangent", y.value, y_bar)))
        with np.errstate(all="ignore"):
            x_bars = pull_back(self.tape, seeds, len(self.inputs), release)
        return [finished(x, x_bar) for x, x_bar in zip(self.inputs, x_bars, strict=True)]

    def push(self, x_dots: list[Array], keep: bool = True) -> list[Array]:
        """The tangents of the outputs for those of the inputs."""
        seeds = [fitted("tangent", x, x_dot) for x, x_dot in zip(self.inputs, x_dots, strict=True)]
        with np.errstate(all="ignore"):
            dots = push_forward(self.tape, seeds, keep)
        return [
            finished(y.value, dots[y.index], copy=True)
            if isinstance(y, Node) and y.tape is self.tape
            else zeros(y)
            for y in self.outputs
        ]
