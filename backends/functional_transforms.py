"""The operators of libraries with ``grad``, ``jvp``, ``jacfwd`` and ``jacrev``, as JAX named them.

PyTorch's ``torch.func`` took over names and arguments, so that both are written here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.contract import Array, Function, Operator

__all__ = ["functional_operators"]

Arrays = tuple[Array, ...]
Transform = Callable[..., Callable[..., Any]]
"""``transform(fun, argnums=(0, 1))`` returns a function of the same arguments as ``fun``."""


def functional_operators(
    *, jvp: Callable[..., Any], grad: Transform, jacfwd: Transform, jacrev: Transform
) -> Mapping[Operator, Callable[..., Any]]:
    """``Backend.native`` of Jacobians, Hessians and their products, as the library's manual nests.

    ``jvp(fun, primals, tangents)`` returns value and derivative.
    """
    return {
        Operator.JACOBIAN: _jacobian(jacrev),
        Operator.JACOBIAN_FORWARD: _jacobian(jacfwd),
        Operator.JACOBIAN_REVERSE: _jacobian(jacrev),
        Operator.HVP: _hvp(jvp, grad),
        Operator.HVP_FORWARD_OVER_FORWARD: _hvp_forward_over_forward(jvp, jacfwd),
        Operator.HESSIAN: _hessian(jacfwd, jacrev),
        Operator.HESSIAN_FORWARD_OVER_REVERSE: _hessian(jacfwd, jacrev),
        Operator.HESSIAN_REVERSE_OVER_FORWARD: _hessian(jacrev, jacfwd),
        Operator.HESSIAN_REVERSE_OVER_REVERSE: _hessian(jacrev, jacrev),
        Operator.HESSIAN_FORWARD_OVER_FORWARD: _hessian(jacfwd, jacfwd),
    }


def _argnums(primals: Arrays) -> tuple[int, ...]:
    return tuple(range(len(primals)))


def _jacobian(transform: Transform) -> Callable[[Function, Arrays], Arrays]:
    def jacobian(fun: Function, primals: Arrays) -> Arrays:
        blocks: Arrays = transform(fun, argnums=_argnums(primals))(*primals)
        return blocks

    return jacobian


def _hvp(jvp: Callable[..., Any], grad: Transform) -> Callable[[Function, Arrays, Arrays], Arrays]:
    def hvp(fun: Function, primals: Arrays, tangents: Arrays) -> Arrays:
        """Forward over reverse, as both manuals recommend."""
        gradient = grad(fun, argnums=_argnums(primals))
        products: Arrays = jvp(gradient, primals, tangents)[1]
        return products

    return hvp


def _hvp_forward_over_forward(
    jvp: Callable[..., Any], jacfwd: Transform
) -> Callable[[Function, Arrays, Arrays], Arrays]:
    def hvp(fun: Function, primals: Arrays, tangents: Arrays) -> Arrays:
        """All the forward sweeps over x ↦ ⟨∇f(x), v⟩ at once, as ``jacfwd`` makes them."""

        def along(*xs: Array) -> Array:
            return jvp(fun, xs, tangents)[1]

        products: Arrays = jacfwd(along, argnums=_argnums(primals))(*primals)
        return products

    return hvp


def _hessian(outer: Transform, inner: Transform) -> Callable[[Function, Arrays], Arrays]:
    """One Jacobian of another; the libraries' own ``hessian`` is forward over reverse."""

    def hessian(fun: Function, primals: Arrays) -> Arrays:
        argnums = _argnums(primals)
        rows = outer(inner(fun, argnums=argnums), argnums=argnums)(*primals)
        return tuple(block for row in rows for block in row)

    return hessian
