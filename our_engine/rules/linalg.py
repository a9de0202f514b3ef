"""Rules of products and linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import Cast, Einsum, Gather, LeftMul, LinearMap, Reshape, RightMul
from our_engine.primitives import Spec, composite, each, rule
from our_engine.recording import raw
from our_engine.types import Array, DifferentiationError, Settings, Shape


def _matmul_left(_a: Spec, b: Array, _y: Spec) -> LinearMap:
    """The map of the left factor; vectors are matrices of one row or one column."""
    if _a.ndim == 2 == b.ndim and _a.dtype == _y.dtype:
        return RightMul(b, _a.shape)
    rows = (1, *_a.shape) if _a.ndim == 1 else _a.shape
    B = np.reshape(b, (-1, 1)) if np.ndim(b) == 1 else b
    return _framed(RightMul(B, rows), _a, _y)


def _matmul_right(a: Array, _b: Spec, _y: Spec) -> LinearMap:
    if a.ndim == 2 == _b.ndim and _b.dtype == _y.dtype:
        return LeftMul(a, _b.shape)
    columns = (*_b.shape, 1) if _b.ndim == 1 else _b.shape
    A = np.reshape(a, (1, -1)) if np.ndim(a) == 1 else a
    return _framed(LeftMul(A, columns), _b, _y)


def _framed(product: LinearMap, x: Spec, y: Spec) -> LinearMap:
    """The product between the shapes and dtypes of x and of y."""
    shape: Shape = product.in_shape
    if x.ndim == y.ndim == 2 and x.dtype == y.dtype and x.shape == shape:
        return product
    if x.dtype != y.dtype:
        product = product @ Cast(x.dtype, y.dtype)
    if x.shape != shape:
        product = product @ Reshape(x.shape, shape)
    out = product.out_shape(x.shape) if x.shape == shape else product.out_shape()
    return product if out == y.shape else Reshape(out, y.shape) @ product


def _einsum_bind(*operands: Any, out: Any = None, **settings: Any) -> tuple[Any, Settings]:
    if not operands or not isinstance(operands[0], str):
        raise DifferentiationError(
            "our_engine: einsum of traced arrays takes subscripts as text: einsum('ij,j->i', A, x)"
        )
    if out is not None:
        settings["out"] = out
    arrays = operands[1:]
    shapes = [np.shape(x) for x in arrays]
    return arrays, {**settings, "subscripts": _explicit(operands[0], shapes)}


def _explicit(subscripts: str, shapes: list[Shape]) -> str:
    """Subscripts with an output and without ellipsis."""
    subscripts = subscripts.replace(" ", "")
    left, arrow, output = subscripts.partition("->")
    inputs = left.split(",")
    letters = set(left) | set(output)
    spare = [c for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz" if c not in letters]
    most = 0
    for k, (term, shape) in enumerate(zip(inputs, shapes, strict=True)):
        if "..." in term:
            count = len(shape) - len(term) + 3
            most = max(most, count)
            inputs[k] = term.replace("...", "".join(spare[:count][::-1]))
    lead = "".join(spare[:most][::-1])
    if not arrow:
        named = left.replace(",", "").replace(".", "")
        output = lead + "".join(sorted(c for c in set(named) if named.count(c) == 1))
    return ",".join(inputs) + "->" + output.replace("...", lead)


def _einsum_evaluate(*operands: Any, subscripts: str = "", **settings: Any) -> Any:
    return np.einsum(subscripts, *operands, **settings)


def _einsum(k: int, xs: Any, _y: Spec, subscripts: str = "", optimize: Any = False) -> LinearMap:
    left, _, output = subscripts.partition("->")
    inputs = left.split(",")
    mine, shape = inputs[k], np.shape(xs[k])
    before: LinearMap | None = None
    if len(set(mine)) < len(mine):
        # A repeated index takes a diagonal first, which is a gather.
        single = "".join(dict.fromkeys(mine))
        sizes = dict(zip(mine, shape, strict=True))
        grid = np.ogrid[tuple(slice(sizes[c]) for c in single)]
        axes = dict(zip(single, grid, strict=True))
        before = Gather(shape, tuple(axes[c] for c in mine))
        inputs[k], shape = single, tuple(sizes[c] for c in single)
    others = tuple(x for i, x in enumerate(xs) if i != k)
    # One operand, or an output index that no other fixes, may be broadcast against size one.
    full: LinearMap = Einsum(tuple(inputs), output, k, others, shape)
    if np.result_type(raw(xs[k])) != _y.dtype:
        full = full @ Cast(np.result_type(raw(xs[k])), _y.dtype)
    return full if before is None else full @ before


def _dot(a: Array, b: Array, out: Any = None) -> Any:
    if out is not None:
        return np.multiply(a, b, out=out)  # refused there, with the cure
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    if np.ndim(b) <= 2 and np.ndim(a) <= 2:
        return np.matmul(a, b)
    return np.tensordot(a, b, axes=((-1,), (-1 if np.ndim(b) == 1 else -2,)))


def _tensordot(a: Array, b: Array, axes: Any = 2) -> Any:
    na, nb = np.ndim(a), np.ndim(b)
    if isinstance(axes, (int, np.integer)):
        left, right = list(range(na - int(axes), na)), list(range(int(axes)))
    else:
        left = [int(i) % na for i in np.atleast_1d(axes[0])]
        right = [int(i) % nb for i in np.atleast_1d(axes[1])]
    free_a = [i for i in range(na) if i not in left]
    free_b = [i for i in range(nb) if i not in right]
    rows, columns = [np.shape(a)[i] for i in free_a], [np.shape(b)[i] for i in free_b]
    inner = int(np.prod([np.shape(a)[i] for i in left], dtype=int))
    A = np.reshape(np.transpose(a, free_a + left), (int(np.prod(rows, dtype=int)), inner))
    B = np.reshape(np.transpose(b, right + free_b), (inner, int(np.prod(columns, dtype=int))))
    return np.reshape(np.matmul(A, B), (*rows, *columns))


def _outer(a: Array, b: Array, out: Any = None) -> Any:
    return (
        np.multiply(np.reshape(a, (-1, 1)), np.reshape(b, (1, -1)), out=out)
        if (out is not None)
        else np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))
    )


def _inner(a: Array, b: Array) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b)
    return np.tensordot(a, b, axes=((-1,), (-1,)))


def _vdot(a: Array, b: Array) -> Any:
    return np.dot(np.conj(np.ravel(a)), np.ravel(b))


rule(np.matmul, _matmul_left, _matmul_right, eager=True)
rule(np.einsum, each(_einsum), bind=_einsum_bind, evaluate=_einsum_evaluate)
composite(np.dot, _dot)
composite(np.tensordot, _tensordot)
composite(np.outer, _outer)
composite(np.inner, _inner)
composite(np.vdot, _vdot)
