# ruff: noqa: D102, D105 - each method is NumPy's or Python's own of that name
"""What a traced value refuses: to leave the trace as a number, and to be written into.

Each refusal is an error that says what to write instead, so that a derivative is never lost in
silence. What takes a number out (float(t), np.array([t]), t.tolist()) can be had on purpose, from
our_engine.stop_gradient(t).
"""

from __future__ import annotations

from typing import Any, NoReturn

from .node import Node
from .types import DifferentiationError


class Refusals(Node):
    """The ways out of a trace, closed."""

    __slots__ = ()

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

    def __trunc__(self) -> NoReturn:
        raise _detached("math.trunc(t) would lose the derivative", "np.trunc(t)")

    def __floor__(self) -> NoReturn:
        raise _detached("math.floor(t) would lose the derivative", "np.floor(t)")

    def __ceil__(self) -> NoReturn:
        raise _detached("math.ceil(t) would lose the derivative", "np.ceil(t)")

    def __index__(self) -> NoReturn:
        raise _detached("a traced value cannot be an index", "int(our_engine.stop_gradient(t))")

    def __complex__(self) -> NoReturn:
        raise _detached("complex(t) would lose the derivative", "t + 0j")

    def __round__(self, ndigits: Any = None) -> NoReturn:
        raise _detached("round(t) would lose the derivative", "np.round(t)")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise _detached("pickle.dumps(t) would lose the derivative", "t.copy() for a copy")

    def item(self, *_: Any) -> NoReturn:
        raise _detached("t.item() would lose the derivative", "t[()], t[i]")

    def tolist(self) -> NoReturn:
        raise _detached("t.tolist() would lose the derivative", "list(t)")

    def tobytes(self, *_: Any) -> NoReturn:
        raise _detached("t.tobytes() would lose the derivative", "t itself")

    def tofile(self, *_: Any) -> NoReturn:
        raise _detached("t.tofile(f) would lose the derivative", "what comes out of the derivative")

    def view(self, *_: Any, **__: Any) -> NoReturn:
        raise _detached("t.view(dtype) has no derivative", "t.astype(dtype), t[...]")

    def byteswap(self, *_: Any) -> NoReturn:
        raise _detached("t.byteswap() has no derivative", "t itself")

    def dump(self, *_: Any) -> NoReturn:
        raise _detached("t.dump(f) would lose the derivative", "what comes out of the derivative")

    def dumps(self) -> NoReturn:
        raise _detached("t.dumps() would lose the derivative", "what comes out of the derivative")

    def getfield(self, *_: Any) -> NoReturn:
        raise _detached("t.getfield(dtype) has no derivative", "t.astype(dtype), t.real, t.imag")

    def is_integer(self) -> NoReturn:
        raise _detached("t.is_integer() is not traced", "t == np.floor(t)")

    def as_integer_ratio(self) -> NoReturn:
        raise _detached("t.as_integer_ratio() would lose the derivative", "t itself")

    def hex(self) -> NoReturn:
        raise _detached("t.hex() would lose the derivative", "t itself")

    @property
    def base(self) -> NoReturn:
        raise _detached("t.base would lose the derivative", "t itself")

    @property
    def ctypes(self) -> NoReturn:
        raise _detached("t.ctypes would lose the derivative", "t itself")

    @property
    def flags(self) -> NoReturn:
        raise _detached("t.flags are those of memory that is not t's", "t itself")

    def setflags(self, *_: Any, **__: Any) -> NoReturn:
        raise _detached("t.setflags(...) would change an array in place", "t.copy()")

    @property
    def data(self) -> NoReturn:
        raise _detached("t.data would lose the derivative", "t itself")

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise _detached("t[i] = v cannot be recorded", "np.where(mask, v, t), np.concatenate")

    def __delitem__(self, index: Any) -> NoReturn:
        raise _detached("del t[i] cannot be recorded", "np.delete(t, i)")

    def fill(self, _: Any) -> NoReturn:
        raise _detached("t.fill(v) works in place", "np.full_like(t, v)")

    def sort(self, *_: Any, **__: Any) -> NoReturn:
        raise _detached("t.sort() works in place", "np.sort(t)")

    def partition(self, *_: Any, **__: Any) -> NoReturn:
        raise _detached("t.partition(k) works in place", "np.partition(t, k)")

    def put(self, *_: Any, **__: Any) -> NoReturn:
        raise _detached("t.put(i, v) works in place", "np.where(mask, v, t)")

    def resize(self, *_: Any, **__: Any) -> NoReturn:
        raise _detached("t.resize(n) works in place", "np.resize(t, n), np.pad")

    def setfield(self, *_: Any, **__: Any) -> NoReturn:
        raise _detached("t.setfield(v, dtype) works in place", "np.where(mask, v, t)")


def _detached(what: str, instead: str) -> DifferentiationError:
    return DifferentiationError(
        f"our_engine: {what}; write {instead}, or our_engine.stop_gradient(t) for a constant"
    )
