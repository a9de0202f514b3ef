"""PyTorch, eager: torch.func for everything that nests, torch.autograd for the plain gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch

from backends.functional_transforms import functional_operators
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
            **functional_operators(
                jvp=torch.func.jvp,
                grad=torch.func.grad,
                jacfwd=torch.func.jacfwd,
                jacrev=torch.func.jacrev,
            ),
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
