"""The diabetes data of Efron et al. (2004), standardised: a real regression set, 442 rows by 10."""

from __future__ import annotations

import functools
from importlib import resources

import numpy as np

__all__ = ["FEATURES", "LINEAR_FIT_LOSS", "ROWS", "diabetes"]

ROWS, FEATURES = 442, 10

LINEAR_FIT_LOSS = 0.24112578889
"""½ (1 - R²): half the mean squared residual of the least-squares line on standardised data.

R² = 0.51774842 is the squared multiple correlation that any statistics package prints for this set.
"""


@functools.cache
def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """The samples as columns, ``x`` of shape (10, 442), and the responses ``y``, shape (442,).

    Each variable and the response have mean 0 and (population) variance 1. The arrays are
    shared and therefore read-only. Source and terms: ``data/README.md``.
    """
    path = resources.files("harness.problems") / "data" / "diabetes.csv"
    with path.open(encoding="utf-8") as lines:
        raw = np.loadtxt(lines, delimiter=",", skiprows=1)
    table = (raw - raw.mean(axis=0)) / raw.std(axis=0)
    table.flags.writeable = False
    return table[:, :FEATURES].T, table[:, FEATURES]
