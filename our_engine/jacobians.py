"""Jacobians and second derivatives, by sweeps over one recording."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from .basis import Diagonal
from .program import Function, Program
from .transforms import Argnums, chosen_arguments, grad, jvp
from .trees import leaves, rebuild
from .types import Array, DifferentiationError
from .undetermined import occasion

BLOCK = 2**22
"""The most elements of an input or output, times tangents, that one sweep carries."""

MODES = ("forward", "reverse", "auto", "optimal", "sparse")


def jacobian(fun: Function, argnums: Argnums = 0, mode: str = "auto") -> Function:
    """The Jacobian: jacobian(fun)(x) has the shape of the result, then that of the argument.

    A tree of results gives that tree, of trees of the arguments' structure. "forward" takes one
    sweep for each input, "reverse" one for each output, and "auto" the fewer of the two. "optimal"
    multiplies the local Jacobians of a chain in the order that takes the fewest multiplications;
    "sparse" takes one sweep for each colour of the pattern's columns or rows (`sparse_jacobian`
    gives that as triplets). Both do as "auto" inside another derivative and for complex numbers.
    """
    if mode not in MODES:
        raise ValueError(f"our_engine.jacobian: mode {mode!r} is not one of {', '.join(MODES)}")

    def jacobian_at(*args: Any, **kwargs: Any) -> Any:
        chosen, call = chosen_arguments("jacobian", fun, argnums, args, kwargs)
        program = Program("jacobian", fun, leaves(chosen), call)
        ys = program.values()
        n_out = sum(math.prod(np.shape(y)) for y in ys)
        n_in = sum(math.prod(np.shape(x)) for x in program.inputs)
        forward = mode == "forward" or (mode != "reverse" and n_in < n_out)
        blocks = None
        if mode == "optimal" or mode == "sparse":
            from .accumulation.dense import accumulated  # loaded by those who ask for it

            blocks = accumulated(program, mode)
        if blocks is None:
            before = occasion()
            blocks = _by_columns(program, ys) if forward else _by_rows(program, ys)
            if occasion() is not before:
                blocks = _by_rows(program, ys)
        return rebuild(program.tree, [rebuild(chosen, row) for row in blocks])

    return jacobian_at


def _by_columns(program: Program, ys: list[Array]) -> list[list[Array]]:
    """blocks[output][input], by forward sweeps with blocks of the basis of each input."""
    blocks: list[list[Array]] = [[] for _ in ys]
    for i, x in enumerate(program.inputs):
        found = []
        for basis in _bases(x, [x, *ys]):
            x_dots = [basis if i == k else None for k in range(len(program.inputs))]
            found.append(program.push_stack(x_dots, len(basis)))
        for o, y in enumerate(ys):
            shape = np.shape(y) + np.shape(x)
            if found:
                columns = np.moveaxis(_joined([dots[o] for dots in found]), 0, -1)
                blocks[o].append(np.reshape(columns, shape))
            else:
                blocks[o].append(np.zeros(shape, dtype_of(y)))
    return blocks


def _by_rows(program: Program, ys: list[Array]) -> list[list[Array]]:
    """blocks[output][input], by reverse sweeps with blocks of the basis of each output."""
    blocks = []
    for o, y in enumerate(ys):
        found = []
        for basis in _bases(y, [y, *program.inputs]):
            y_bars = [basis if o == k else None for k in range(len(ys))]
            found.append(program.pull_stack(y_bars, len(basis)))
        row = []
        for i, x in enumerate(program.inputs):
            shape = np.shape(y) + np.shape(x)
            if found:
                row.append(np.reshape(_joined([bars[i] for bars in found]), shape))
            else:
                row.append(np.zeros(shape, dtype_of(x)))
        blocks.append(row)
    return blocks


def _bases(x: Array, along: list[Array]) -> Iterator[Any]:
    """The basis of x's space as stacks, of as many rows as keep those of `along` in bounds."""
    shape = np.shape(x)
    size = math.prod(shape)
    widest = max(1, *(math.prod(np.shape(v)) for v in along))
    rows = max(1, min(size, BLOCK // widest))
    if rows == size:
        yield Diagonal(np.ones(size, dtype_of(x)), shape)
        return
    for start in range(0, size, rows):
        count = min(rows, size - start)
        basis = np.zeros((count, size), dtype_of(x))
        basis[np.arange(count), np.arange(start, start + count)] = 1
        yield basis.reshape(count, *shape)


def _joined(stacks: list[Array]) -> Array:
    return stacks[0] if len(stacks) == 1 else np.concatenate(stacks)


def dtype_of(x: Array) -> Any:
    """The dtype of an array, a tracer or a number."""
    return x.dtype if hasattr(x, "dtype") else np.result_type(x)


def hvp(fun: Function, primals: Any, tangents: Any) -> Any:
    """The Hessian of a scalar `fun` at `primals` times `tangents`: forward over reverse.

    Both are tuples; the result is a tuple, one array for each primal, or that array for one.
    """
    primals = tuple(primals)
    argnums = tuple(range(len(primals)))
    product = jvp(lambda *xs: grad(fun, argnums)(*xs), primals, tangents)[1]
    return product[0] if len(primals) == 1 else product


def hessian(fun: Function, argnums: int = 0, mode: str = "forward") -> Function:
    """The Hessian of a scalar function of one array: the shape of the argument, twice.

    "forward" takes one sweep over the recorded gradient for each element of the argument; "sparse"
    one for each colour of the Hessian's pattern (`sparse_hessian` gives that as triplets).
    """
    if not isinstance(argnums, int):
        raise DifferentiationError(
            "our_engine.hessian: argnums must be one number; use jacobian(grad(fun, argnums))"
        )
    if mode == "sparse":
        from .accumulation.dense import hessian_by_colours

        return hessian_by_colours(fun, argnums)
    if mode != "forward":
        raise ValueError(f"our_engine.hessian: mode {mode!r} is not one of forward, sparse")
    return jacobian(grad(fun, argnums), argnums, mode="forward")


__all__ = ["hessian", "hvp", "jacobian"]
