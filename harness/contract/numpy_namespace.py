"""The array API's names over NumPy, for backends on NumPy arrays and for the plain value.

NumPy has had the names of the standard since its version 2, but for one keyword argument. Beside
them are ``special`` and the names of SciPy's linear algebra that the contract has.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from harness.contract.library_namespace import LibraryNamespace, public_names
from harness.contract.problem import Array

__all__ = ["NUMPY", "numpy_namespace"]


def numpy_namespace(
    special: str = "scipy.special", scipy_linalg: str = "scipy.linalg", **others: Any
) -> LibraryNamespace:
    """NumPy's namespace, with the modules of these full names in the place of SciPy's.

    ``others`` are functions in the place of NumPy's of that name.
    """

    def from_linalg(name: str) -> Any:
        return getattr(importlib.import_module(scipy_linalg), name)

    linalg = LibraryNamespace(
        public_names(np.linalg),
        later={
            "expm": lambda: from_linalg("expm"),
            "solve_triangular": lambda: from_linalg("solve_triangular"),
        },
        path="linalg",
    )
    return LibraryNamespace(
        {**public_names(np), "argsort": _argsort, "linalg": linalg, "sort": _sort, **others},
        later={
            "fft": lambda: importlib.import_module("numpy.fft"),
            "special": lambda: importlib.import_module(special),
        },
    )


def _sort(x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    """``np.sort``, which has no ``descending``; among equal values there is no order to keep."""
    ordered = np.sort(x, axis=axis)
    return np.flip(ordered, axis=axis) if descending else ordered


def _argsort(
    x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Array:
    """``np.argsort``; in descending order equal values keep their places too."""
    if not descending:
        return np.argsort(x, axis=axis, stable=stable)
    order = np.argsort(np.flip(x, axis=axis), axis=axis, stable=stable)
    return x.shape[axis] - 1 - np.flip(order, axis=axis)


NUMPY = numpy_namespace()
"""NumPy and SciPy themselves."""
