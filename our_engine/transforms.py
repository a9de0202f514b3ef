"""The derivatives that users ask for, all of them one recording and some sweeps over it.

Conventions. A derivative has the shape and dtype of its input; nothing that is returned shares
memory with an argument or with another result. Arguments are trees: arrays, or nested tuples,
lists and dicts of them. For complex numbers see `linear_maps.base`: the gradient of a real f of
z = x + iy is df/dx - i df/dy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .gradients import Argnums, grad, value_and_grad
from .linearized import Linearized
from .program import Function, Program, pushed
from .trees import leaves, matched, rebuild
from .types import DifferentiationError, Tree


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
    """The value of `fun(*primals)` and its directional derivative along `tangents`: (y, y_dot).

    Tangents are pushed forward as the function runs, so that memory is that of the values alive.
    """
    primals, call = _called("jvp", fun, primals)
    x_dots = matched("the tangent", primals, tuple(tangents))
    tree, ys, y_dots = pushed("jvp", call, leaves(primals), x_dots)
    return rebuild(tree, ys), rebuild(tree, y_dots)


def linearize(fun: Function, *primals: Any) -> tuple[Any, Linearized]:
    """The value of `fun(*primals)` and its derivative as a linear map: apply, transpose, matrix."""
    program = _program("linearize", fun, primals)
    return rebuild(program.tree, program.values()), Linearized(program, tuple(primals))


def _called(who: str, fun: Function, primals: Any) -> tuple[tuple[Tree, ...], Function]:
    """The primals as a tuple, and the call of `fun` with tracers in place of their leaves."""
    if not isinstance(primals, (tuple, list)):
        raise DifferentiationError(
            f"our_engine.{who}: primals must be a tuple of arguments, not "
            f"{type(primals).__name__}; write {who}(fun, (x,), ...)"
        )
    primals = tuple(primals)
    return primals, lambda xs: fun(*rebuild(primals, xs))


def _program(who: str, fun: Function, primals: Any) -> Program:
    primals, call = _called(who, fun, primals)
    return Program(who, fun, leaves(primals), call)


def chosen_arguments(
    who: str, fun: Function, argnums: Argnums, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[Tree, Function]:
    """The arguments to differentiate, and the call of `fun` with tracers in their place."""
    many = isinstance(argnums, tuple)
    numbers: Any = argnums if many else (argnums,)
    try:
        xs = [args[n] for n in numbers]
    except IndexError:
        raise DifferentiationError(
            f"our_engine.{who}: argnums is {argnums}, but the call has {len(args)} positional "
            "arguments"
        ) from None
    chosen: Tree = tuple(xs) if many else xs[0]

    def call(tracers: list[Any]) -> Any:
        full = list(args)
        traced = rebuild(chosen, tracers)
        for n, x in zip(numbers, traced if many else (traced,), strict=True):
            full[n] = x
        return fun(*full, **kwargs)

    return chosen, call


__all__ = [
    "Argnums",
    "Function",
    "Linearized",
    "Program",
    "chosen_arguments",
    "grad",
    "jvp",
    "linearize",
    "value_and_grad",
    "vjp",
]
