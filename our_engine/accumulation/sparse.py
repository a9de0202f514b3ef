"""Sparse Jacobians and Hessians: pattern, colouring, one sweep for each colour, recovery."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from our_engine.jacobians import BLOCK
from our_engine.program import Function, Program
from our_engine.transforms import Argnums, chosen_arguments, grad
from our_engine.trees import leaves
from our_engine.types import Array, DifferentiationError

from .colouring import colours, column_colouring, fullest_row, star_colouring
from .graph import LinearGraph
from .pattern import Pattern, symmetrised
from .propagation import jacobian_pattern


@dataclass(frozen=True)
class SparseMatrix:
    """A derivative as triplets: values[k] in row rows[k] and column columns[k].

    Rows number the elements of the result, columns those of the argument, each flattened by rows
    and several of them one after the other; `shape` is (rows, columns). `sweeps` counts the sweeps
    that it took, `direction` is "forward", "reverse" or, of a Hessian, "forward over reverse".
    """

    rows: Array
    columns: Array
    values: Array
    shape: tuple[int, int]
    sweeps: int
    direction: str

    def dense(self) -> Array:
        """The matrix with its zeros."""
        full = np.zeros(self.shape, self.values.dtype)
        full[self.rows, self.columns] = self.values
        return full


def sparse_jacobian(fun: Function, argnums: Argnums = 0) -> Callable[..., SparseMatrix]:
    """The Jacobian by as few sweeps as its pattern allows: sparse_jacobian(fun)(x) -> triplets.

    Columns that share no row are pushed forward together, or rows that share no column pulled
    back together, whichever takes fewer colours. For a band of width b that is b sweeps at most,
    whatever its length. The pattern is that of the recorded program at this point.
    """

    def jacobian_at(*args: Any, **kwargs: Any) -> SparseMatrix:
        chosen, call = chosen_arguments("sparse_jacobian", fun, argnums, args, kwargs)
        return compressed(Program("sparse_jacobian", fun, leaves(chosen), call))

    return jacobian_at


def sparse_hessian(fun: Function, argnums: int = 0) -> Callable[..., SparseMatrix]:
    """The Hessian of a scalar function of one array, by as few sweeps as its pattern allows.

    The gradient is recorded once, and pushed forward along one direction for each colour of a
    star colouring, which makes use of the symmetry.
    """
    if not isinstance(argnums, int):
        raise DifferentiationError(
            "our_engine.sparse_hessian: argnums must be one number; use sparse_jacobian(grad(fun))"
        )
    gradient = grad(fun, argnums)

    def hessian_at(*args: Any, **kwargs: Any) -> SparseMatrix:
        chosen, call = chosen_arguments("sparse_hessian", gradient, argnums, args, kwargs)
        program = Program("sparse_hessian", gradient, leaves(chosen), call)
        pattern = symmetrised(_pattern(program))
        colour = star_colouring(pattern)
        products = _pushed(program, colour)
        rows, columns = pattern.rows, pattern.columns
        # An entry stands alone in its row's sum over the columns of its colour, or its mirror does.
        count = colours(colour)
        places = rows * count + colour[columns]
        alone = np.bincount(places, minlength=count * len(colour))[places] == 1
        row, column = np.where(alone, (rows, columns), (columns, rows))
        values = products[row, colour[column]]
        shape = (pattern.height, pattern.width)
        return SparseMatrix(rows, columns, values, shape, count, "forward over reverse")

    return hessian_at


def compressed(program: Program) -> SparseMatrix:
    """The Jacobian of a recorded program, from all its outputs to all its inputs."""
    pattern = _pattern(program)
    rows, columns = pattern.rows, pattern.columns
    shape = (pattern.height, pattern.width)
    transpose = pattern.T
    by_columns = column_colouring(pattern)
    # Rows are coloured only if they may take fewer.
    by_rows = by_columns
    if fullest_row(transpose) < colours(by_columns):
        by_rows = column_colouring(transpose)
    if colours(by_columns) <= colours(by_rows):
        values = _pushed(program, by_columns)[rows, by_columns[columns]]
        return SparseMatrix(rows, columns, values, shape, colours(by_columns), "forward")
    values = _pulled(program, by_rows)[by_rows[rows], columns]
    return SparseMatrix(rows, columns, values, shape, colours(by_rows), "reverse")


def _pattern(program: Program) -> Pattern:
    in_shapes = [np.shape(x) for x in program.inputs]
    out_shapes = [np.shape(y) for y in program.values()]
    return jacobian_pattern(LinearGraph(program), in_shapes, out_shapes)


def _pushed(program: Program, colour: Array) -> Array:
    """One column for each colour: J times the sum of that colour's unit vectors."""
    found = [
        _flat(program.push_stack(seeds, count), count)
        for seeds, count in _seeds(program.inputs, colour, program)
    ]
    height = sum(math.prod(np.shape(y)) for y in program.values())
    return np.concatenate(found).T if found else np.zeros((height, 0))


def _pulled(program: Program, colour: Array) -> Array:
    """One row for each colour: the sum of that colour's unit vectors times J."""
    found = [
        _flat(program.pull_stack(seeds, count), count)
        for seeds, count in _seeds(program.values(), colour, program)
    ]
    width = sum(math.prod(np.shape(x)) for x in program.inputs)
    return np.concatenate(found) if found else np.zeros((0, width))


def _seeds(
    likes: list[Array], colour: Array, program: Program
) -> Iterator[tuple[list[Array], int]]:
    """Stacks of seeds, a row for each colour, with a one where an element has it; and the count."""
    widest = max(1, *(math.prod(np.shape(v)) for v in (*program.inputs, *program.values())))
    rows = max(1, BLOCK // widest)
    for first in range(0, colours(colour), rows):
        some = np.arange(first, min(first + rows, colours(colour)))
        seeds, start = [], 0
        for like in likes:
            size = math.prod(np.shape(like))
            mask = some[:, None] == colour[start : start + size]
            stack = mask.reshape(len(some), *np.shape(like))
            seeds.append(stack.astype(np.result_type(like)))
            start += size
        yield seeds, len(some)


def _flat(stacks: list[Array], count: int) -> Array:
    return np.concatenate([np.reshape(s, (count, math.prod(s.shape[1:]))) for s in stacks], axis=1)
