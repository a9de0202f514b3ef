"""The catalogue: one declarative entry for each differentiable function that backends share."""

from __future__ import annotations

from collections.abc import Iterator

from harness.contract import Problem
from harness.problems.catalogue.composites import COMPOSITES
from harness.problems.catalogue.elementwise import ELEMENTWISE
from harness.problems.catalogue.entry import Entry, problems_of
from harness.problems.catalogue.factorizations import FACTORIZATIONS
from harness.problems.catalogue.fft import FFT
from harness.problems.catalogue.indexing import INDEXING
from harness.problems.catalogue.linalg import LINALG
from harness.problems.catalogue.norms import NORMS
from harness.problems.catalogue.products import PRODUCTS
from harness.problems.catalogue.reductions import REDUCTIONS
from harness.problems.catalogue.shaping import SHAPING
from harness.problems.catalogue.special import SPECIAL

__all__ = ["ENTRIES", "problems"]

ENTRIES: tuple[Entry, ...] = (
    *ELEMENTWISE,
    *REDUCTIONS,
    *SHAPING,
    *INDEXING,
    *PRODUCTS,
    *LINALG,
    *FACTORIZATIONS,
    *NORMS,
    *FFT,
    *SPECIAL,
    *COMPOSITES,
)


def problems() -> Iterator[Problem]:
    """All problems of the catalogue."""
    yield from problems_of(ENTRIES)
