"""HIPS autograd: a tape over NumPy, reverse mode by its design, forward mode beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

import autograd
import numpy as np
from autograd.differential_operators import make_jvp, make_vjp

from backends.autograd_namespace import XP
from backends.numpy_arrays import NumPyArrays
from harness.contract import Array, Function, Namespace, Operator, Pullback

__all__ = ["AutogradBackend"]

Arrays = tuple[Array, ...]


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

    def jvp(self, fun: Function, primals: Arrays, tangents: Arrays) -> tuple[Array, Array]:
        """By ``autograd.make_jvp``."""
        y, y_dot = make_jvp(fun, _all(primals))(*primals)(tangents)
        return y, y_dot

    def vjp(self, fun: Function, primals: Arrays) -> tuple[Array, Pullback]:
        """By ``autograd.make_vjp``; the pullback may be called many times."""
        pullback, y = make_vjp(fun, _all(primals))(*primals)
        return y, pullback

    def versions(self) -> Mapping[str, str]:
        """The versions of autograd and of the NumPy that it runs on."""
        return {"autograd": metadata.version("autograd"), "numpy": np.__version__}


def _all(primals: Arrays) -> tuple[int, ...]:
    return tuple(range(len(primals)))


def _gradient(fun: Function, primals: Arrays) -> Arrays:
    gradient: Arrays = autograd.grad(fun, _all(primals))(*primals)
    return gradient


def _jacobian(fun: Function, primals: Arrays) -> Arrays:
    """``autograd.jacobian`` takes one argument at a time, and so evaluates once for each."""
    return tuple(autograd.jacobian(fun, i)(*primals) for i in _all(primals))


def _hvp(fun: Function, primals: Arrays, tangents: Arrays) -> Arrays:
    """Reverse over reverse, ``autograd.make_hvp``: the pullback of the gradient."""
    products: Arrays = autograd.make_hvp(fun, _all(primals))(*primals)[0](tangents)
    return products


def _hessian(fun: Function, primals: Arrays) -> Arrays:
    """Blocks by ``autograd.jacobian`` of itself, which is what ``autograd.hessian`` is."""
    return tuple(
        autograd.jacobian(autograd.jacobian(fun, i), j)(*primals)
        for i in _all(primals)
        for j in _all(primals)
    )
