"""HIPS autograd: a tape over NumPy, reverse mode by its design, forward mode beside it.

Of many functions it has no rule, in one mode or in both, and of some it refuses a keyword. It says
so itself, by a NotImplementedError: that is an honest refusal, and told as one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from importlib import metadata
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

import autograd
import numpy as np
from autograd.differential_operators import make_jvp, make_vjp

from backends.autograd_namespace import XP
from backends.numpy_arrays import NumPyArrays
from harness.contract import (
    Array,
    Function,
    Namespace,
    Operator,
    Pullback,
    UnsupportedOperatorError,
)

__all__ = ["AutogradBackend"]

Arrays = tuple[Array, ...]

P = ParamSpec("P")
R = TypeVar("R")


def _refusing(call: Callable[P, R]) -> Callable[P, R]:
    """``call``, with UnsupportedOperatorError for what autograd says that it does not have.

    A NotImplementedError of anybody else, of the function that is differentiated or of NumPy,
    stays what it is.
    """

    @functools.wraps(call)
    def refusing(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return call(*args, **kwargs)
        except NotImplementedError as error:
            if not _is_autograds(error.__traceback__):
                raise
            raise UnsupportedOperatorError(f"autograd says: {error}") from error

    return refusing


def _is_autograds(trace: TracebackType | None) -> bool:
    """Whether the frame that raised is code of autograd's."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = "" if trace is None else str(trace.tb_frame.f_globals.get("__name__", ""))
    return module.partition(".")[0] == "autograd"


class AutogradBackend(NumPyArrays):
    """NumPy arrays, boxed by autograd while it traces."""

    dtypes = frozenset({"float64", "float32"})

    def __init__(self) -> None:
        """Take the library's own operators where it has them."""
        self.native: Mapping[Operator, Callable[..., Any]] = {
            Operator.GRADIENT: _gradient,
            Operator.JACOBIAN: _jacobian,
            Operator.JACOBIAN_REVERSE: _jacobian,
            Operator.HVP: _hvp,
            Operator.HESSIAN: _hessian,
        }

    @property
    def xp(self) -> Namespace:
        """The array API names over ``autograd.numpy``."""
        return XP

    @_refusing
    def jvp(self, fun: Function, primals: Arrays, tangents: Arrays) -> tuple[Array, Array]:
        """By ``autograd.make_jvp``."""
        y, y_dot = make_jvp(fun, _all(primals))(*primals)(tangents)
        return y, y_dot

    @_refusing
    def vjp(self, fun: Function, primals: Arrays) -> tuple[Array, Pullback]:
        """By ``autograd.make_vjp``; the pullback may be called many times."""
        pullback, y = make_vjp(fun, _all(primals))(*primals)
        return y, _refusing(pullback)

    def versions(self) -> Mapping[str, str]:
        """The versions of autograd and of the NumPy that it runs on."""
        return {"autograd": metadata.version("autograd"), "numpy": np.__version__}


def _all(primals: Arrays) -> tuple[int, ...]:
    return tuple(range(len(primals)))


@_refusing
def _gradient(fun: Function, primals: Arrays) -> Arrays:
    gradient: Arrays = autograd.grad(fun, _all(primals))(*primals)
    return gradient


@_refusing
def _jacobian(fun: Function, primals: Arrays) -> Arrays:
    """``autograd.jacobian`` takes one argument at a time, and so evaluates once for each."""
    return tuple(autograd.jacobian(fun, i)(*primals) for i in _all(primals))


@_refusing
def _hvp(fun: Function, primals: Arrays, tangents: Arrays) -> Arrays:
    """Reverse over reverse, ``autograd.make_hvp``: the pullback of the gradient."""
    products: Arrays = autograd.make_hvp(fun, _all(primals))(*primals)[0](tangents)
    return products


@_refusing
def _hessian(fun: Function, primals: Arrays) -> Arrays:
    """Blocks by ``autograd.jacobian`` of itself, which is what ``autograd.hessian`` is."""
    return tuple(
        autograd.jacobian(autograd.jacobian(fun, i), j)(*primals)
        for i in _all(primals)
        for j in _all(primals)
    )
