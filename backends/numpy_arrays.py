"""What the adapters share whose arrays are NumPy's own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backends.library_namespace import LibraryNamespace
from harness.contract import Array, Backend, Namespace

__all__ = ["NumPyArrays"]


_XP = LibraryNamespace(
    {name: value for name, value in vars(np).items() if not name.startswith("_")},
    special="scipy.special",
)


class NumPyArrays(Backend):
    """A backend that computes on ``np.ndarray``; its namespace is NumPy's unless overridden."""

    @property
    def xp(self) -> Namespace:
        """NumPy itself, which has the names of the array API standard since its version 2."""
        return _XP

    def asarray(self, x: np.ndarray) -> Array:
        """A copy in C order, so that a function which writes to it harms nobody else."""
        return np.array(x, order="C")

    def to_numpy(self, x: Array) -> np.ndarray:
        """``x`` itself, not a copy, so that the harness can see what shares memory with what."""
        return np.asarray(x)

    def versions(self) -> Mapping[str, str]:
        """NumPy's version."""
        return {"numpy": np.__version__}
