"""What the adapters share whose arrays are PyTorch's tensors."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

import numpy as np
import torch

from backends.pytorch_namespace import XP
from harness.contract import Array, Backend, Namespace

__all__ = ["PyTorchTensors"]


class PyTorchTensors(Backend):
    """Tensors on the CPU."""

    dtypes = frozenset({"float64", "float32"})

    @property
    def xp(self) -> Namespace:
        """The array API names over torch; ``torch`` itself lacks some of them."""
        return XP

    def asarray(self, x: np.ndarray) -> Array:
        """A tensor with memory of its own."""
        return torch.from_numpy(np.array(x, order="C"))

    def to_numpy(self, x: Array) -> np.ndarray:
        """The tensor's memory as an array, not a copy.

        PyTorch's symbolic zeros, which derivatives of linear functions are made of, have no
        memory: a clone writes them out, where ``numpy(force=True)`` may read at address 0.
        """
        if x._is_zerotensor():
            x = x.clone()
        array: np.ndarray = x.numpy(force=True)
        return array

    def set_threads(self, count: int) -> None:
        """Limit the threads inside one operation, and those between operations."""
        torch.set_num_threads(count)
        # It may be said once in a process, and not after the first parallel work.
        with contextlib.suppress(RuntimeError):
            torch.set_num_interop_threads(count)

    def threads(self) -> Mapping[str, int]:
        """PyTorch's pools: inside one operation, and between operations."""
        return {
            "torch": torch.get_num_threads(),
            "torch between operations": torch.get_num_interop_threads(),
        }

    def versions(self) -> Mapping[str, str]:
        """PyTorch's version, and NumPy's."""
        return {"torch": torch.__version__, "numpy": np.__version__}
