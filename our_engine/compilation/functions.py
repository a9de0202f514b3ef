"""What the compiler knows of NumPy's functions; of one that is not listed it supposes the worst."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps.diagonal import chosen
from our_engine.linear_maps.gathering import scatter
from our_engine.linear_maps.masked import covered


def anew(x: Any) -> Any:
    """The very x: what is computed from it is not what was computed from x before."""
    return x


STATIC: frozenset[Any] = frozenset(
    (np.shape, np.ndim, np.size, np.result_type, np.iscomplexobj, np.isrealobj, np.can_cast)
)
"""Functions of shapes and dtypes alone, whose results are constants."""

REFUSED: frozenset[Any] = frozenset(
    (
        np.copyto,
        np.put,
        np.place,
        np.putmask,
        np.fill_diagonal,
        np.put_along_axis,
        np.may_share_memory,
        np.shares_memory,
    )
)
"""Functions that write in place, or ask about memory."""

METHODS = frozenset(
    [
        "all",
        "any",
        "argmax",
        "argmin",
        "argpartition",
        "argsort",
        "astype",
        "choose",
        "clip",
        "compress",
        "conj",
        "conjugate",
        "cumprod",
        "cumsum",
        "diagonal",
        "dot",
        "flatten",
        "max",
        "mean",
        "min",
        "nonzero",
        "prod",
        "ravel",
        "repeat",
        "reshape",
        "round",
        "searchsorted",
        "squeeze",
        "std",
        "sum",
        "swapaxes",
        "take",
        "trace",
        "transpose",
        "var",
    ]
)
"""Methods of arrays and scalars that neither write nor give values away."""

_FRESH: frozenset[Any] = frozenset(
    (
        np.dot,
        np.where,
        np.sum,
        np.mean,
        np.prod,
        np.max,
        np.min,
        np.amax,
        np.amin,
        np.any,
        np.all,
        np.cumsum,
        np.cumprod,
        np.concatenate,
        np.stack,
        np.outer,
        np.inner,
        np.vdot,
        np.zeros_like,
        np.ones_like,
        np.full_like,
        np.copy,
        np.tile,
        np.sort,
        np.argsort,
        np.count_nonzero,
        np.linalg.solve,
        np.linalg.inv,
        chosen,
        scatter,
        covered,
        "all()",
        "any()",
        "cumsum()",
        "cumprod()",
        "flatten()",
        "max()",
        "mean()",
        "min()",
        "prod()",
        "repeat()",
        "sum()",
    )
)

REARRANGED: frozenset[Any] = frozenset(
    (
        anew,
        np.reshape,
        np.ravel,
        np.transpose,
        np.swapaxes,
        np.moveaxis,
        np.expand_dims,
        np.squeeze,
        "T",
        "reshape()",
        "ravel()",
        "transpose()",
    )
)
"""Views of all of an array, writeable if it is."""

_OF_ANY_SHAPE: frozenset[Any] = REARRANGED | frozenset(
    (
        np.broadcast_to,
        np.matrix_transpose,
        np.real,
        np.imag,
        np.einsum,
        np.std,
        np.var,
        np.linalg.cholesky,
        np.linalg.det,
        np.linalg.eigh,
        np.linalg.eigvalsh,
        np.linalg.matrix_norm,
        np.linalg.norm,
        np.linalg.pinv,
        np.linalg.qr,
        np.linalg.slogdet,
        np.linalg.svd,
        np.linalg.svdvals,
        np.linalg.vector_norm,
        np.tensordot,
        np.diagonal,
        "mT",
        "real",
        "imag",
        "astype()",
        "conj()",
        "conjugate()",
        "swapaxes()",
        "dot()",
    )
)

_OF_MASKS: frozenset[Any] = frozenset(
    (np.where, np.any, np.all, np.count_nonzero, chosen, "any()", "all()")
)

_OPERATORS = frozenset(
    (
        operator.add,
        operator.sub,
        operator.mul,
        operator.truediv,
        operator.floordiv,
        operator.mod,
        operator.pow,
        operator.matmul,
        operator.and_,
        operator.or_,
        operator.xor,
        operator.neg,
        operator.pos,
        operator.abs,
        operator.invert,
        operator.lt,
        operator.le,
        operator.gt,
        operator.ge,
        operator.eq,
        operator.ne,
    )
)

_RAISING: frozenset[Any] = frozenset(
    (
        np.linalg.cholesky,
        np.linalg.eigh,
        np.linalg.eigvalsh,
        np.linalg.inv,
        np.linalg.matrix_norm,
        np.linalg.norm,
        np.linalg.pinv,
        np.linalg.qr,
        np.linalg.solve,
        np.linalg.svd,
        np.linalg.svdvals,
    )
)

Function = Callable[..., Any] | str


def is_ufunc(function: Function) -> bool:
    """Whether it is a ufunc or one of its methods."""
    if isinstance(function, np.ufunc):
        return True
    return isinstance(getattr(function, "__self__", None), np.ufunc)


def is_fresh(function: Function, args: tuple[Any, ...]) -> bool:
    """Whether the memory of its result is its own, and writeable."""
    if function is np.where:
        return len(args) == 3
    return is_ufunc(function) or function in _FRESH


def _is_fixed(part: Any) -> bool:
    """Whether a part of an index is the same in every call."""
    if type(part) is slice:
        return all(type(end) in (int, type(None)) for end in (part.start, part.stop, part.step))
    return type(part) in (int, type(None), type(Ellipsis), np.ndarray, np.int64)


def is_numpy(function: Function) -> bool:
    """Whether it is known, or NumPy's: not one of the user's, who may keep its result."""
    if isinstance(function, str) or is_ufunc(function) or function in _OPERATORS:
        return True
    return function in _FRESH or hasattr(function, "_implementation")


def may_raise(function: Function) -> bool:
    """Whether it is among those that raise for some values of the right shapes and dtypes.

    Of functions that are not known, what their results are is a condition anyway.
    """
    return function in _RAISING


def has_known_kind(function: Function, args: tuple[Any, ...], counts: bool = False) -> bool:
    """Whether types, shapes and dtypes of the results follow from those of the arguments.

    `counts` says that there are integers or booleans among these, which may decide on a shape.
    """
    if function is operator.getitem:
        index = args[1]
        return all(map(_is_fixed, index if type(index) is tuple else (index,)))
    if function in _OPERATORS:
        return True
    if counts and not isinstance(function, np.ufunc) and function not in _OF_MASKS:
        return False
    return is_fresh(function, args) or function in _OF_ANY_SHAPE
