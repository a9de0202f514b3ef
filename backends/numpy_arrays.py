"""What the adapters share whose arrays are NumPy's own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from harness.contract import Array, Backend, Namespace
from harness.contract.numpy_namespace import NUMPY

__all__ = ["NumPyArrays"]


class NumPyArrays(Backend):
    """A backend that computes on ``np.ndarray``; its namespace is NumPy's unless overridden."""

    @property
    def xp(self) -> Namespace:
        """NumPy itself, with ``scipy.special`` as ``special``."""
        return NUMPY

    def asarray(self, x: np.ndarray) -> Array:
        """A copy in C order, so that a function which writes to it harms nobody else."""
        return np.array(x, order="C")

    def to_numpy(self, x: Array) -> np.ndarray:
        """``x`` itself, not a copy, so that the harness can see what shares memory with what."""
        return np.asarray(x)

    def versions(self) -> Mapping[str, str]:
        """NumPy's version."""
        return {"numpy": np.__version__}
