"""Special functions that two or more backends share, under SciPy's names."""

from __future__ import annotations

from harness.problems.catalogue.entry import Entry
from harness.problems.catalogue.special_bessel import BESSEL
from harness.problems.catalogue.special_entropy import ENTROPY
from harness.problems.catalogue.special_error import ERROR
from harness.problems.catalogue.special_gamma import GAMMA
from harness.problems.catalogue.special_integrals import INTEGRALS
from harness.problems.catalogue.special_softmax import SOFTMAX

__all__ = ["SPECIAL"]

SPECIAL: tuple[Entry, ...] = (*ERROR, *GAMMA, *BESSEL, *ENTROPY, *SOFTMAX, *INTEGRALS)
