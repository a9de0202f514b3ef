"""What the tests at hard arguments share: vectors of given elements, and how many are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st


def vectors(values: tuple[float, ...], least: int = 1, most: int = 5) -> Any:
    """Vectors of elements drawn from `values`, so that they repeat."""
    drawn = st.lists(st.sampled_from(values), min_size=least, max_size=most)
    return drawn.map(np.array)


examples = settings(max_examples=15, deadline=None, derandomize=True, database=None)
