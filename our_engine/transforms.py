"""The derivatives that users ask for, all of them one recording and some sweeps over it.

Conventions. A derivative has the shape and dtype of its input; nothing that is returned shares
memory with an argument or with another result. Arguments are trees: arrays, or nested tuples,
lists and dicts of them. For complex numbers see `linear_maps.base`: the gradient of a real f of
z = x + iy is df/dx - i df/dy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .forward import push_forward
from .linear_maps import LinearMap
from .recording import Node, raw
from .reverse import pull_back
from .tape import Tape
from .tracer import Tracer, new_tracer
from .trees import leaves, matched, rebuild
from .types import Array, DifferentiationError, Tree

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


class Program:
    """A recorded program: the tape, the inputs it starts from and the outputs it ends in."""

    __slots__ = ("inputs", "outputs", "tape", "tree", "y")

    def __init__(self, who: str, fun: Function, primals: list[Any], call: Function) -> None:
        """Record `call(tracers)`, which calls `fun`, at fresh copies of the leaves `primals`."""
        self.tape = tape = Tape()
        self.inputs = [_primal(who, x) for x in primals]
        self.tree = call([new_tracer(_unboxed(x), tape) for x in self.inputs])
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
            _given(y.value) if isinstance(y, Node) and y.tape is self.tape else _given(y)
            for y in self.outputs
        ]

    def pull(self, y_bars: list[Array], release: bool = False) -> list[Array]:
        """The cotangents of the inputs for those of the outputs."""
        seeds = []
        for y, y_bar in zip(self.outputs, y_bars, strict=True):
            if isinstance(y, Node) and y.tape is self.tape:
                seeds.append((y.index, _seed("cotangent", y.value, y_bar)))
        with np.errstate(all="ignore"):
            x_bars = pull_back(self.tape, seeds, len(self.inputs), release)
        return [_finished(x, x_bar) for x, x_bar in zip(self.inputs, x_bars, strict=True)]

    def push(self, x_dots: list[Array], keep: bool = True) -> list[Array]:
        """The tangents of the outputs for those of the inputs."""
        seeds = [_seed("tangent", x, x_dot) for x, x_dot in zip(self.inputs, x_dots, strict=True)]
        with np.errstate(all="ignore"):
            dots = push_forward(self.tape, seeds, keep)
        return [
            _finished(y.value, dots[y.index], copy=True)
            if isinstance(y, Node) and y.tape is self.tape
            else _zeros(y)
            for y in self.outputs
        ]


def grad(fun: Function, argnums: Argnums = 0) -> Function:
    """The gradient of a scalar function with respect to the arguments `argnums`.

    grad(fun)(*args) has the structure, shapes and dtypes of the argument, or is a tuple of such
    for a tuple of argnums. Raises DifferentiationError if the result is not a real scalar.
    """
    both = _value_and_grad("grad", fun, argnums)

    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(fun: Function, argnums: Argnums = 0) -> Function:
    """The value of a scalar function and its gradient, from one recording: (y, x_bar)."""
    return _value_and_grad("value_and_grad", fun, argnums)


def _value_and_grad(who: str, fun: Function, argnums: Argnums) -> Function:
    def both(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        chosen, call = _chosen(who, fun, argnums, args, kwargs)
        program = Program(who, fun, leaves(chosen), call)
        if len(program.outputs) != 1 or isinstance(program.tree, (tuple, list, dict)):
            raise DifferentiationError(
                f"our_engine.{who}: the function must return one scalar, not a "
                f"{type(program.tree).__name__}; use jacobian or vjp"
            )
        y = program.values()[0]
        if np.shape(y) != ():
            raise DifferentiationError(
                f"our_engine.{who}: the function must return a scalar, not an array of shape "
                f"{np.shape(y)}; sum it, or use jacobian or vjp"
            )
        if np.iscomplexobj(raw(y)):
            raise DifferentiationError(
                f"our_engine.{who}: the function must return a real number; take np.real, np.abs, "
                "or use vjp"
            )
        x_bars = program.pull([1.0], release=True)
        return y, rebuild(chosen, x_bars)

    return both


def vjp(fun: Function, primals: Any) -> tuple[Any, Callable[[Tree], tuple[Any, ...]]]:
    """The value of `fun(*primals)` and its pullback.

    pullback(y_bar) takes a cotangent of the structure of y and returns a tuple, one cotangent for
    each primal. It may be called many times.
    """
    program = _program("vjp", fun, primals)
    primals = tuple(primals)

    def pullback(y_bar: Tree) -> tuple[Any, ...]:
        x_bars = program.pull(matched("the cotangent", program.tree, y_bar))
        return tuple(rebuild(primals, x_bars))

    return rebuild(program.tree, program.values()), pullback


def jvp(fun: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """The value of `fun(*primals)` and its directional derivative along `tangents`: (y, y_dot)."""
    program = _program("jvp", fun, primals)
    x_dots = matched("the tangent", tuple(primals), tuple(tangents))
    y_dots = program.push(x_dots, keep=False)
    return rebuild(program.tree, program.values()), rebuild(program.tree, y_dots)


class Linearized(LinearMap):
    """The derivative of a function at a point, as a linear map between trees of arrays.

    apply(*x_dots) -> y_dot and transpose().apply(y_bar) -> x_bar, where a function of one
    argument takes and gives the tangent itself, one of many a tuple. `matrix()` needs one array in
    and one out. `program` is the recording, for those who bracket the product of its maps anew.
    """

    __slots__ = ("primals", "program")

    def __init__(self, program: Program, primals: tuple[Any, ...]) -> None:
        """The derivative that `program` recorded at `primals`."""
        self.program = program
        self.primals = primals

    @property
    def in_shape(self) -> Any:
        """The shape of the argument, where it is one array."""
        return np.shape(self.program.inputs[0]) if len(self.program.inputs) == 1 else None

    def apply(self, *x_dots: Tree) -> Tree:
        """The tangent of the result."""
        flat = matched("the tangent", self.primals, x_dots)
        return rebuild(self.program.tree, self.program.push(flat))

    def pull(self, y_bar: Tree) -> Tree:
        """The cotangent of the argument, a tuple of them for many."""
        flat = matched("the cotangent", self.program.tree, y_bar)
        x_bars = rebuild(self.primals, self.program.pull(flat))
        return x_bars[0] if len(self.primals) == 1 else x_bars

    def transpose(self) -> LinearMap:
        """The map from cotangents of the result to those of the argument."""
        return _Pullback(self)

    def __call__(self, *x_dots: Tree) -> Tree:
        """The same as apply."""
        return self.apply(*x_dots)


class _Pullback(LinearMap):
    """The transpose of a `Linearized`."""

    __slots__ = ("original",)

    def __init__(self, original: Linearized) -> None:
        self.original = original

    @property
    def in_shape(self) -> Any:
        outputs = self.original.program.outputs
        return np.shape(raw(outputs[0])) if len(outputs) == 1 else None

    def apply(self, y_bar: Tree) -> Tree:
        return self.original.pull(y_bar)

    def pull(self, x_dot: Tree) -> Tree:
        return self.original.apply(x_dot)

    def transpose(self) -> LinearMap:
        return self.original

    def __call__(self, y_bar: Tree) -> Tree:
        return self.apply(y_bar)


def linearize(fun: Function, *primals: Any) -> tuple[Any, Linearized]:
    """The value of `fun(*primals)` and its derivative as a linear map: apply, transpose, matrix."""
    program = _program("linearize", fun, primals)
    return rebuild(program.tree, program.values()), Linearized(program, tuple(primals))


def _program(who: str, fun: Function, primals: Any) -> Program:
    if not isinstance(primals, (tuple, list)):
        raise DifferentiationError(
            f"our_engine.{who}: primals must be a tuple of arguments, not "
            f"{type(primals).__name__}; write {who}(fun, (x,), ...)"
        )
    primals = tuple(primals)
    return Program(who, fun, leaves(primals), lambda xs: fun(*rebuild(primals, xs)))


def _chosen(
    who: str, fun: Function, argnums: Argnums, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Tree, Function]:
    """The arguments to differentiate, and the call of `fun` with tracers in their place."""
    numbers = argnums if isinstance(argnums, tuple) else (argnums,)
    for n in numbers:
        if not -len(args) <= n < len(args):
            raise DifferentiationError(
                f"our_engine.{who}: argnums has {n}, but the call has {len(args)} positional "
                "arguments"
            )
    chosen: Tree = tuple(args[n] for n in argnums) if isinstance(argnums, tuple) else args[argnums]

    def call(xs: list[Any]) -> Any:
        traced = rebuild(chosen, xs)
        full = list(args)
        for n, x in zip(numbers, traced if isinstance(argnums, tuple) else (traced,), strict=True):
            full[n] = x
        return fun(*full, **kwargs)

    return chosen, call


def _primal(who: str, x: Any) -> Array:
    """An input in memory that the caller cannot change."""
    if isinstance(x, (float, np.inexact, Node)):
        return x
    if not isinstance(x, np.ndarray):
        if isinstance(x, complex):
            return np.complex128(x)
        if isinstance(x, (bool, int, np.integer, np.bool_)):
            raise DifferentiationError(
                f"our_engine.{who}: cannot differentiate with respect to the integer {x!r}; pass "
                f"{float(x)!r}"
            )
        raise DifferentiationError(
            f"our_engine.{who}: cannot differentiate with respect to a {type(x).__name__}; pass "
            "floats, arrays, or tuples, lists and dicts of them"
        )
    if x.dtype.kind not in "fc":
        raise DifferentiationError(
            f"our_engine.{who}: cannot differentiate with respect to an array of {x.dtype}; pass "
            "x.astype(float)"
        )
    return x.copy()


def _unboxed(x: Array) -> Array:
    """A scalar float64 as the Python float that the tape computes with."""
    if isinstance(x, float) or (type(x) is np.ndarray and x.ndim == 0 and x.dtype == np.float64):
        return float(x)
    return x


def _given(y: Any) -> Any:
    """A value as the plain function would give it, in memory of its own."""
    if type(y) is float:
        return np.float64(y)
    return y.copy() if isinstance(y, np.ndarray) else y


def _seed(what: str, x: Any, seed: Any) -> Any:
    """A tangent or cotangent of the shape and dtype of x."""
    if type(x) is tuple:
        return seed
    if isinstance(seed, Tracer):
        if seed.shape != np.shape(x):
            raise _misfit(what, seed.shape, np.shape(x))
        return seed
    if type(x) is float and isinstance(seed, (float, int)):
        return float(seed)
    dtype = np.dtype(float) if type(x) is float else x.dtype
    given = np.asarray(seed)
    if given.shape != np.shape(x):
        raise _misfit(what, given.shape, np.shape(x))
    if given.dtype.kind == "c" and dtype.kind != "c":
        raise DifferentiationError(f"our_engine: the {what} of a real value must be real")
    if not given.ndim:
        return _unboxed(dtype.type(given[()]))
    return given.astype(dtype, copy=False)


def _misfit(what: str, got: Any, expected: Any) -> DifferentiationError:
    return DifferentiationError(
        f"our_engine: the {what} has shape {got}, expected the shape of the value, {expected}"
    )


def _zeros(x: Any) -> Any:
    if isinstance(x, Tracer):
        return np.zeros(x.shape, x.dtype)[()] if not x.shape else np.zeros(x.shape, x.dtype)
    return np.zeros_like(x) if isinstance(x, np.ndarray) else np.result_type(x).type(0)


def _finished(x: Any, derivative: Any, copy: bool = False) -> Any:
    """The derivative with the shape and dtype of x; zeros where there is none."""
    if derivative is None:
        return _zeros(x)
    if isinstance(derivative, Node):
        return derivative
    if isinstance(x, np.ndarray):
        if type(derivative) is np.ndarray and derivative.dtype == x.dtype:
            return derivative.copy() if copy else derivative
        return np.array(derivative, dtype=x.dtype).reshape(x.shape)
    if type(derivative) is float and isinstance(x, (float, Tracer)):
        return np.float64(derivative)
    return np.result_type(x.dtype if isinstance(x, Tracer) else x).type(derivative)
