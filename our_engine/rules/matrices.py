"""The rules of numpy.linalg; importing this module enters them into the table."""

from . import (
    bilinear,
    determinants,
    diagonals,
    eigenvectors,
    factorizations,
    norms,
    pseudoinverses,
    singular,
    solving,
    spectral,
)

__all__ = [
    "bilinear",
    "determinants",
    "diagonals",
    "eigenvectors",
    "factorizations",
    "norms",
    "pseudoinverses",
    "singular",
    "solving",
    "spectral",
]
