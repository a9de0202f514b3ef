# ruff: noqa: D102, D105 - each method is NumPy's own of that name
"""What makes a node an array: NumPy's attributes and methods, and the refusals.

A method that would take a number out of the trace (float(t), t.item(), np.array([t])) raises an
error that says what to write instead: a derivative is never lost in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

import numpy as np

from .recording import Node, raw
from .types import Array, DifferentiationError, Shape


class ArrayMethods(Node):
    """The attributes and methods of numpy.ndarray that do not write in place."""

    __slots__ = ()

    @property
    def shape(self) -> Shape:
        v = self.value
        return () if type(v) is float else v.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        v = self.value
        return np.dtype(float) if type(v) is float else v.dtype

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def size(self) -> int:
        return int(np.prod(self.shape, dtype=int))

    @property
    def nbytes(self) -> int:
        return self.size * self.itemsize

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def T(self) -> Array:
        return np.transpose(self)

    @property
    def mT(self) -> Array:
        return np.swapaxes(self, -1, -2)

    @property
    def real(self) -> Array:
        return np.real(self)

    @property
    def imag(self) -> Array:
        return np.imag(self)

    @property
    def flat(self) -> Array:
        return np.ravel(self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __iter__(self) -> Iterator[Array]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))

    def __getitem__(self, index: Any) -> Array:
        from .rules.indexing import getitem

        return getitem(self, index=index)

    def sum(self, *args: Any, **kwargs: Any) -> Array:
        return np.sum(self, *args, **kwargs)

    def mean(self, *args: Any, **kwargs: Any) -> Array:
        return np.mean(self, *args, **kwargs)

    def prod(self, *args: Any, **kwargs: Any) -> Array:
        return np.prod(self, *args, **kwargs)

    def var(self, *args: Any, **kwargs: Any) -> Array:
        return np.var(self, *args, **kwargs)

    def std(self, *args: Any, **kwargs: Any) -> Array:
        return np.std(self, *args, **kwargs)

    def max(self, *args: Any, **kwargs: Any) -> Array:
        return np.max(self, *args, **kwargs)

    def min(self, *args: Any, **kwargs: Any) -> Array:
        return np.min(self, *args, **kwargs)

    def cumsum(self, *args: Any, **kwargs: Any) -> Array:
        return np.cumsum(self, *args, **kwargs)

    def cumprod(self, *args: Any, **kwargs: Any) -> Array:
        return np.cumprod(self, *args, **kwargs)

    def trace(self, *args: Any, **kwargs: Any) -> Array:
        return np.trace(self, *args, **kwargs)

    def diagonal(self, *args: Any, **kwargs: Any) -> Array:
        return np.diagonal(self, *args, **kwargs)

    def dot(self, other: Any) -> Array:
        return np.dot(self, other)

    def clip(self, *args: Any, **kwargs: Any) -> Array:
        return np.clip(self, *args, **kwargs)

    def reshape(self, *shape: Any, **kwargs: Any) -> Array:
        return np.reshape(self, shape[0] if len(shape) == 1 else shape, **kwargs)

    def transpose(self, *axes: Any) -> Array:
        return np.transpose(self, axes[0] if len(axes) == 1 else axes or None)

    def swapaxes(self, axis1: int, axis2: int) -> Array:
        return np.swapaxes(self, axis1, axis2)

    def squeeze(self, axis: Any = None) -> Array:
        return np.squeeze(self, axis)

    def ravel(self, order: Any = "C") -> Array:
        return np.ravel(self, order=order)

    def flatten(self, order: Any = "C") -> Array:
        return np.ravel(np.copy(self), order=order)

    def repeat(self, repeats: Any, axis: Any = None) -> Array:
        return np.repeat(self, repeats, axis)

    def take(self, indices: Any, axis: Any = None, **kwargs: Any) -> Array:
        return np.take(self, indices, axis, **kwargs)

    def round(self, decimals: int = 0) -> Array:
        return np.round(self, decimals)

    def conj(self) -> Array:
        return np.conj(self)

    conjugate = conj

    def copy(self, order: Any = "C") -> Array:
        return self.twin()

    def astype(self, dtype: Any, **kwargs: Any) -> Array:
        from .rules.shaping import astype

        return astype(self, dtype=np.dtype(dtype))

    def sort(self, *_: Any, **__: Any) -> NoReturn:
        raise _detached("t.sort() works in place", "np.sort(t)")

    def argmax(self, *args: Any, **kwargs: Any) -> Any:
        return np.argmax(raw(self), *args, **kwargs)

    def argmin(self, *args: Any, **kwargs: Any) -> Any:
        return np.argmin(raw(self), *args, **kwargs)

    def argsort(self, *args: Any, **kwargs: Any) -> Any:
        return np.argsort(raw(self), *args, **kwargs)

    def nonzero(self) -> Any:
        return np.nonzero(raw(self))

    def all(self, *args: Any, **kwargs: Any) -> Any:
        return np.all(raw(self), *args, **kwargs)

    def any(self, *args: Any, **kwargs: Any) -> Any:
        return np.any(raw(self), *args, **kwargs)

    def __bool__(self) -> bool:
        return bool(raw(self))

    def __eq__(self, other: object) -> Any:
        return raw(self) == raw(other)

    def __ne__(self, other: object) -> Any:
        return raw(self) != raw(other)

    def __lt__(self, other: Any) -> Any:
        return raw(self) < raw(other)

    def __le__(self, other: Any) -> Any:
        return raw(self) <= raw(other)

    def __gt__(self, other: Any) -> Any:
        return raw(self) > raw(other)

    def __ge__(self, other: Any) -> Any:
        return raw(self) >= raw(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Tracer({raw(self)!r}, level={self.tape.level})"

    def __format__(self, spec: str) -> str:
        return format(raw(self), spec)

    def __array__(self, dtype: Any = None, copy: Any = None) -> NoReturn:
        raise _detached(
            "a plain array cannot hold a traced value (np.array([t]), np.full(n, t), z[i] = t)",
            "np.stack([t, ...]), np.ones(n) * t, np.where(mask, t, z), or of SciPy's functions "
            "those of our_engine.scipy_special, our_engine.scipy_linalg",
        )

    def __float__(self) -> NoReturn:
        raise _detached(
            "float(t), math.sin(t) or z[i] = t would lose the derivative",
            "t itself, np.sin(t), np.stack([...])",
        )

    def __int__(self) -> NoReturn:
        raise _detached("int(t) would lose the derivative", "np.floor(t)")

    def __index__(self) -> NoReturn:
        raise _detached("a traced value cannot be an index", "int(our_engine.stop_gradient(t))")

    def __complex__(self) -> NoReturn:
        raise _detached("complex(t) would lose the derivative", "t + 0j")

    def __round__(self, ndigits: Any = None) -> NoReturn:
        raise _detached("round(t) would lose the derivative", "np.round(t)")

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise _detached("t[i] = v cannot be recorded", "np.where(mask, v, t), np.concatenate")

    def item(self, *_: Any) -> NoReturn:
        raise _detached("t.item() would lose the derivative", "t[()], t[i]")

    def tolist(self) -> NoReturn:
        raise _detached("t.tolist() would lose the derivative", "list(t)")

    def fill(self, _: Any) -> NoReturn:
        raise _detached("t.fill(v) cannot be recorded", "np.full_like(t, v)")


def _detached(what: str, instead: str) -> DifferentiationError:
    return DifferentiationError(
        f"our_engine: {what}; write {instead}, or our_engine.stop_gradient(t) for a constant"
    )
