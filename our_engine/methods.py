# ruff: noqa: D102, D105 - each method is NumPy's own of that name
"""What makes a node an array: NumPy's attributes and methods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .node import Node, raw
from .refusals import Refusals
from .types import Array, Shape


class ArrayMethods(Refusals):
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
    def device(self) -> Any:
        return "cpu"

    def to_device(self, device: Any, /, *, stream: Any = None) -> Array:
        np.zeros(()).to_device(device, stream=stream)
        return self.twin()

    @property
    def strides(self) -> tuple[int, ...]:
        return np.asarray(raw(self)).strides

    @property
    def flat(self) -> Array:
        return np.ravel(self)

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of unsized object")
        return self.shape[0]

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(raw(self) == raw(item)))

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

    def choose(self, choices: Any, **kwargs: Any) -> Array:
        return np.choose(self, choices, **kwargs)

    def compress(self, condition: Any, axis: Any = None) -> Array:
        return np.compress(condition, self, axis)

    def round(self, decimals: int = 0) -> Array:
        return np.round(self, decimals)

    def conj(self) -> Array:
        return np.conj(self)

    conjugate = conj

    def copy(self, order: Any = "C") -> Array:
        return self.twin()

    def __copy__(self) -> Array:
        return self.twin()

    def __deepcopy__(self, _: Any) -> Array:
        return self.twin()

    def __array_namespace__(self, *, api_version: Any = None) -> Any:
        return np

    def astype(self, dtype: Any, **kwargs: Any) -> Array:
        from .rules.shaping import astype

        return astype(self, dtype=np.dtype(dtype))

    def argmax(self, *args: Any, **kwargs: Any) -> Any:
        return np.argmax(raw(self), *args, **kwargs)

    def argmin(self, *args: Any, **kwargs: Any) -> Any:
        return np.argmin(raw(self), *args, **kwargs)

    def argpartition(self, *args: Any, **kwargs: Any) -> Any:
        return np.argpartition(raw(self), *args, **kwargs)

    def searchsorted(self, *args: Any, **kwargs: Any) -> Any:
        return np.searchsorted(raw(self), *args, **kwargs)

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
        return _compared(self) == raw(other)

    def __ne__(self, other: object) -> Any:
        return _compared(self) != raw(other)

    def __lt__(self, other: Any) -> Any:
        return _compared(self) < raw(other)

    def __le__(self, other: Any) -> Any:
        return _compared(self) <= raw(other)

    def __gt__(self, other: Any) -> Any:
        return _compared(self) > raw(other)

    def __ge__(self, other: Any) -> Any:
        return _compared(self) >= raw(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Tracer({raw(self)!r}, level={self.tape.level})"

    def __format__(self, spec: str) -> str:
        return format(raw(self), spec)


def _compared(x: Node) -> Any:
    """The value as a plain function compares it: to np.True_, of which ~ is the opposite."""
    v = raw(x)
    return np.float64(v) if type(v) is float and not x.weak else v
