"""The modes "optimal" and "sparse" of jacobian and hessian: the whole derivative, in blocks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.jacobians import jacobian
from our_engine.program import Function, Program
from our_engine.recording import Node
from our_engine.transforms import grad
from our_engine.types import Array

from .chain import Chain
from .sparse import compressed, sparse_hessian


def can_accumulate(program: Program) -> bool:
    """Whether the Jacobian is a plain matrix of reals: no complex number, no outer derivative."""
    values = [*program.inputs, *program.values()]
    return not any(isinstance(v, Node) or np.iscomplexobj(v) for v in values)


def accumulated(program: Program, mode: str) -> list[list[Array]] | None:
    """blocks[output][input] by the mode "optimal" or "sparse"; None where sweeps must do it.

    A product of matrices multiplies zeros too. Where that met an infinity or a NaN the result is
    not used: sweeps know which zeros are structural.
    """
    if not can_accumulate(program):
        return None
    if mode == "optimal":
        chain = Chain(program)
        matrix = chain.product(chain.optimal())
    else:
        matrix = compressed(program).dense()
    return _blocks(program, matrix) if np.all(np.isfinite(matrix)) else None


def _blocks(program: Program, matrix: Array) -> list[list[Array]]:
    """The matrix, which is nobody else's, cut into the derivatives of each output by each input."""
    blocks: list[list[Array]] = []
    row = 0
    for y in program.values():
        y_shape = np.shape(y)
        height = math.prod(y_shape)
        column = 0
        blocks.append([])
        for x in program.inputs:
            width = math.prod(np.shape(x))
            block = matrix[row : row + height, column : column + width]
            if block.shape != matrix.shape:
                block = block.copy()
            block = block.astype(np.result_type(x, y), copy=False)
            blocks[-1].append(block.reshape(y_shape + np.shape(x)))
            column += width
        row += height
    return blocks


def hessian_by_colours(fun: Function, argnums: int) -> Function:
    """hessian(fun, argnums, mode="sparse")."""
    plain = jacobian(grad(fun, argnums), argnums, "forward")
    sparse = sparse_hessian(fun, argnums)

    def hessian_at(*args: Any, **kwargs: Any) -> Any:
        x = args[argnums] if -len(args) <= argnums < len(args) else None
        if not isinstance(x, (float, np.ndarray, np.generic)) or np.iscomplexobj(x):
            return plain(*args, **kwargs)
        found = sparse(*args, **kwargs)
        if isinstance(found.values, Node) or not np.all(np.isfinite(found.values)):
            return plain(*args, **kwargs)
        return found.dense().reshape(np.shape(x) * 2)

    return hessian_at
