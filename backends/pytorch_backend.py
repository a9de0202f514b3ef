"""PyTorch, eager: torch.func for everything that nests, torch.autograd for the plain gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from backends.pytorch_tensors import PyTorchTensors
from harness.contract import Array, Function, Operator, Pullback

__all__ = ["PyTorchBackend"]

Arrays = tuple[Array, ...]


class PyTorchBackend(PyTorchTensors):
    """Tensors on the CPU; ``torch.func`` transforms, run eagerly."""

    def __init__(self) -> None:
        """Take the library's own operators where it has them."""
        self.native: Mapping[Operator, Callable[..., Any]] = {
            Operator.GRADIENT: _gradient,
            Operator.JACOBIAN: _jacobian(torch.func.jacrev),
            Operator.JACOBIAN_FORWARD: _jacobian(torch.func.jacfwd),
            Operator.JACOBIAN_REVERSE: _jacobian(torch.func.jacrev),
            Operator.HVP: _hvp,
            Operator.HVP_FORWARD_OVER_FORWARD: _hvp_forward_over_forward,
            Operator.HESSIAN: _hessian(torch.func.jacfwd, torch.func.jacrev),
            Operator.HESSIAN_FORWARD_OVER_REVERSE: _hessian(torch.func.jacfwd, torch.func.jacrev),
            Operator.HESSIAN_REVERSE_OVER_FORWARD: _hessian(torch.func.jacrev, torch.func.jacfwd),
            Operator.HESSIAN_REVERSE_OVER_REVERSE: _hessian(torch.func.jacrev, torch.func.jacrev),
            Operator.HESSIAN_FORWARD_OVER_FORWARD: _hessian(torch.func.jacfwd, torch.func.jacfwd),
        }

    def jvp(self, fun: Function, primals: Arrays, tangents: Arrays) -> tuple[Array, Array]:
        """By ``torch.func.jvp``: dual tensors."""
        y, y_dot = torch.func.jvp(fun, primals, tangents)
        return y, y_dot

    def vjp(self, fun: Function, primals: Arrays) -> tuple[Array, Pullback]:
        """By ``torch.func.vjp``; the pullback may be called many times."""
        y, pullback = torch.func.vjp(fun, *primals)
        return y, pullback

    def vmap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """By ``torch.func.vmap``."""
        mapped: Callable[..., Any] = torch.func.vmap(call)
        return mapped


def _gradient(fun: Function, primals: Arrays) -> tuple[Array | None, ...]:
    """By ``torch.autograd.grad``, as users do; None for a primal that the output ignores."""
    leaves = tuple(x.detach().requires_grad_() for x in primals)
    y = fun(*leaves)
    if not y.requires_grad:
        return (None,) * len(leaves)
    gradient: tuple[Array | None, ...] = torch.autograd.grad(y, leaves, allow_unused=True)
    return gradient


def _jacobian(transform: Callable[..., Any]) -> Callable[[Function, Arrays], Arrays]:
    def jacobian(fun: Function, primals: Arrays) -> Arrays:
        blocks: Arrays = transform(fun, argnums=tuple(range(len(primals))))(*primals)
        return blocks

    return jacobian


def _hvp(fun: Function, primals: Arrays, tangents: Arrays) -> Arrays:
    """Forward over reverse, as the documentation of ``torch.func`` recommends."""
    gradient = torch.func.grad(fun, argnums=tuple(range(len(primals))))
    products: Arrays = torch.func.jvp(gradient, primals, tangents)[1]
    return products


def _hvp_forward_over_forward(fun: Function, primals: Arrays, tangents: Arrays) -> Arrays:
    """All the forward sweeps over x ↦ ⟨∇f(x), v⟩ at once, as ``jacfwd`` makes them."""

    def along(*xs: Array) -> Array:
        return torch.func.jvp(fun, xs, tangents)[1]

    products: Arrays = torch.func.jacfwd(along, argnums=tuple(range(len(primals))))(*primals)
    return products


def _hessian(
    outer: Callable[..., Any], inner: Callable[..., Any]
) -> Callable[[Function, Arrays], Arrays]:
    """One Jacobian of another; ``torch.func.hessian`` is forward over reverse."""

    def hessian(fun: Function, primals: Arrays) -> Arrays:
        argnums = tuple(range(len(primals)))
        rows = outer(inner(fun, argnums=argnums), argnums=argnums)(*primals)
        return tuple(block for row in rows for block in row)

    return hessian
