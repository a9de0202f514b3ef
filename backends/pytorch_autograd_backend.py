"""PyTorch, eager, by ``torch.autograd.grad`` alone: higher orders by ``create_graph``.

The older of PyTorch's two ways, reverse mode only: the backward pass is recorded in its turn
(double backward). Many functions have a formula of their own for that, which ``torch.func`` in
forward mode never calls.
"""

from __future__ import annotations

import torch

from backends.pytorch_tensors import PyTorchTensors
from harness.contract import Array, Function, Operator, Pullback

__all__ = ["PyTorchAutogradBackend"]

Arrays = tuple[Array, ...]

_FORWARD = ("forward", "jvp", "batched")


class PyTorchAutogradBackend(PyTorchTensors):
    """Tensors on the CPU; a graph recorded by running, and walked backwards."""

    operators = frozenset(op for op in Operator if not any(part in op for part in _FORWARD))

    def __init__(self) -> None:
        """Nothing is being recorded yet."""
        self._recording = 0

    def vjp(self, fun: Function, primals: Arrays) -> tuple[Array, Pullback]:
        """By ``torch.autograd.grad``, with ``create_graph`` where it is itself differentiated.

        The pullback may be called many times; it gives None for a primal that y ignores.
        """
        leaves = tuple(_leaf(x) for x in primals)
        # Whatever is called while an outer function runs is part of what is differentiated there,
        # even if it meets the outer variable nowhere but in the closure of ``fun``.
        nested = self._recording > 0 or any(x.requires_grad for x in primals)
        self._recording += 1
        try:
            y = fun(*leaves)
        finally:
            self._recording -= 1

        def pullback(y_bar: Array) -> tuple[Array | None, ...]:
            if not y.requires_grad:
                return (None,) * len(leaves)
            x_bars: tuple[Array | None, ...] = torch.autograd.grad(
                y,
                leaves,
                y_bar,
                retain_graph=True,
                create_graph=nested or y_bar.requires_grad,
                allow_unused=True,
            )
            return x_bars

        return (y if nested else y.detach()), pullback


def _leaf(x: Array) -> Array:
    """A tensor to differentiate by; of one that is traced already, another name in its graph.

    The derivative by the other name is that of this level alone.
    """
    return x.view_as(x) if x.requires_grad else x.detach().requires_grad_()
