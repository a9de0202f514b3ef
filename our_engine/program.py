"""A recorded program, and the sweeps over it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .forward import ForwardTape, push_forward, push_stack
from .recording import Node, raw
from .reverse import pull_back
from .stacking import stacked
from .tape import Tape
from .tracer import input_tracer
from .trees import leaves
from .types import Array, DifferentiationError, Tree
from .undetermined import occasion
from .values import finished, finished_stack, fitted, given, primal, zeros

Function = Callable[..., Any]


class Program:
    """A recorded program: the tape, the inputs it starts from and the outputs it ends in."""

    __slots__ = ("inputs", "outputs", "tape", "tree")

    def __init__(self, who: str, fun: Function, primals: list[Any], call: Function) -> None:
        """Record `call(tracers)`, which calls `fun`, at fresh copies of the leaves `primals`."""
        self.tape = tape = Tape()
        self.inputs = [primal(who, x) for x in primals]
        tracers = [input_tracer(x, tape) for x in self.inputs]
        self.tree = run(who, tape.level, call, (tracers,), {})
        self.outputs = leaves(self.tree)
        tape.kept.clear()
        tape.viewed.clear()

    def values(self) -> list[Array]:
        """The outputs of the function, in memory of their own."""
        return values_on(self.tape, self.outputs)

    def pull(self, y_bars: list[Array], release: bool = False) -> list[Array]:
        """The cotangents of the inputs for those of the outputs."""
        seeds = []
        for y, y_bar in zip(self.outputs, y_bars, strict=True):
            if isinstance(y, Node) and y.tape is self.tape:
                seeds.append((y.index, fitted("cotangent", y.value, y_bar)))
        with np.errstate(all="ignore"):
            x_bars = pull_back(self.tape, seeds, len(self.inputs), release)
        return [finished(x, x_bar) for x, x_bar in zip(self.inputs, x_bars, strict=True)]

    def push(self, x_dots: list[Array]) -> list[Array]:
        """The tangents of the outputs for those of the inputs."""
        seeds = [fitted("tangent", x, x_dot) for x, x_dot in zip(self.inputs, x_dots, strict=True)]
        before = occasion()
        with np.errstate(all="ignore"):
            dots = push_forward(self.tape, seeds)
        if occasion() is not before:
            return self.push_by_rows(seeds)
        return [
            finished(y.value, dots[y.index], copy=True)
            if isinstance(y, Node) and y.tape is self.tape
            else zeros(y)
            for y in self.outputs
        ]

    def push_by_rows(self, x_dots: list[Any]) -> list[Array]:
        """The same tangents by one reverse sweep for each number in the outputs."""
        return [self._row_sums(o, y, x_dots) for o, y in enumerate(self.values())]

    def _row_sums(self, o: int, y: Array, x_dots: list[Any]) -> Array:
        """The tangent of output o, whose value is y: <J^T e_k, x_dot> for each k."""
        shape, dtype = np.shape(y), np.result_type(raw(y))
        node = self.outputs[o]
        size = math.prod(shape)
        if not (isinstance(node, Node) and node.tape is self.tape and size):
            return zeros(y)
        y_bars: list[Any] = [zeros(value) for value in self.values()]
        units = (1.0, -1.0j) if dtype.kind == "c" else (1.0,)
        parts = []
        for unit in units:
            elements = []
            for k in range(size):
                basis = np.zeros(size, dtype)
                basis[k] = unit
                y_bars[o] = np.reshape(basis, shape)
                x_bars = self.pull(y_bars)
                elements.append(sum(map(_paired, x_bars, x_dots)))
            parts.append(np.reshape(np.stack(elements), shape).astype(dtype))
        return finished(node.value, parts[0] + 1j * parts[1] if len(parts) > 1 else parts[0])

    def pull_stack(self, y_bars: list[Any], stack: int) -> list[Array]:
        """The cotangents of the inputs for stacks of so many cotangents, along a first axis.

        One of the outputs may be None, which is zero; each row is as `pull` gives it.
        """
        seeds = [
            (y.index, y_bar)
            for y, y_bar in zip(self.outputs, y_bars, strict=True)
            if y_bar is not None and isinstance(y, Node) and y.tape is self.tape
        ]
        with np.errstate(all="ignore"):
            entries = stacked(self.tape, stack)
            x_bars = pull_back(entries, seeds, len(self.inputs), True)
        return [
            finished_stack(x, x_bar, stack) for x, x_bar in zip(self.inputs, x_bars, strict=True)
        ]

    def push_stack(self, x_dots: list[Any], stack: int) -> list[Array]:
        """The tangents of the outputs for stacks of so many tangents, along a first axis."""
        traced = [isinstance(y, Node) and y.tape is self.tape for y in self.outputs]
        copy = len(traced) > 1  # two outputs may be one node, or views of one memory
        nodes = [y.index for y, yes in zip(self.outputs, traced, strict=True) if yes]
        with np.errstate(all="ignore"):
            dots = iter(push_stack(self.tape, x_dots, nodes, stack))
        return [
            finished_stack(y.value if yes else y, next(dots) if yes else None, stack, copy)
            for y, yes in zip(self.outputs, traced, strict=True)
        ]


def pushed(
    who: str, call: Function, primals: list[Any], x_dots: list[Any]
) -> tuple[Tree, list[Array], list[Array]]:
    """The result of `call(tracers)`, its leaves, and their tangents.

    Nothing is recorded, unless a tangent was met that an outer derivative cannot use: then the
    function is called again, and recorded, for reverse sweeps.
    """
    tape = ForwardTape()
    tracers = []
    for given_x, x_dot in zip(primals, x_dots, strict=True):
        x = primal(who, given_x)
        tracer = input_tracer(x, tape)
        tracer.index = fitted("tangent", x, x_dot)
        tracers.append(tracer)
    before = occasion()
    tree = run(who, tape.level, call, (tracers,), {})
    outputs = leaves(tree)
    if occasion() is not before:
        program = Program(who, call, primals, call)
        seeds = [fitted("tangent", x, v) for x, v in zip(program.inputs, x_dots, strict=True)]
        return program.tree, program.values(), program.push_by_rows(seeds)
    y_dots = [
        finished(y.value, y.index, copy=True)
        if isinstance(y, Node) and y.tape is tape
        else zeros(y)
        for y in outputs
    ]
    return tree, values_on(tape, outputs), y_dots


def run(who: str, level: int, fun: Function, args: Sequence[Any], kwargs: dict[str, Any]) -> Tree:
    """The result of `fun(*args, **kwargs)`, traced by the tape of `level`, or from outside it.

    Raises DifferentiationError where a traced value was lost to NumPy, or kept from inside.
    """
    try:
        tree = fun(*args, **kwargs)
    except ValueError as error:
        # z[i] = t, for z a plain array: NumPy hides the tracer's own error behind its own.
        if isinstance(error.__cause__, DifferentiationError):
            raise error.__cause__.with_traceback(error.__traceback__) from None
        raise
    if isinstance(tree, Node) and tree.tape.level <= level:
        return tree
    for y in leaves(tree):
        if isinstance(y, Node):
            if y.tape.level > level:
                raise DifferentiationError(
                    f"our_engine.{who}: the function returns a traced value of another, inner "
                    "derivative, which was kept beyond its end; return what grad or vjp returns"
                )
        elif isinstance(y, np.ndarray) and y.dtype.hasobject:
            raise DifferentiationError(
                f"our_engine.{who}: the function returns an array of objects; build it with "
                "np.stack, np.concatenate"
            )
    return tree


def _paired(x_bar: Any, x_dot: Any) -> Any:
    return np.sum(np.real(x_bar * x_dot))


def values_on(tape: Tape, outputs: list[Any]) -> list[Array]:
    """The outputs as the plain function gives them, in memory of their own."""
    return [given(y.value) if isinstance(y, Node) and y.tape is tape else given(y) for y in outputs]
