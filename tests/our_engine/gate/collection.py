"""All specimens, and all rules that must have one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import our_engine.scipy_linalg
import our_engine.scipy_special  # noqa: F401 - enters SciPy's rules
from our_engine.coverage.naming import name_of, rules_by_name

from . import (
    arrangement_specimens,
    calculus_specimens,
    elementwise_specimens,
    fft_specimens,
    matrix_specimens,
    reduction_specimens,
    special_specimens,
)
from .specimen import Specimen

FAMILIES = (
    elementwise_specimens,
    reduction_specimens,
    arrangement_specimens,
    calculus_specimens,
    matrix_specimens,
    fft_specimens,
    special_specimens,
)


Call = tuple[Callable[..., Any], dict[str, Any]]

# The keywords that a composite refuses: a call, and the value that it refuses for each.
REFUSED: dict[str, Call] = {
    "numpy.linspace": (lambda x, **k: np.linspace(x, 2.0, 3, **k), {"dtype": np.float32}),
    "numpy.logspace": (lambda x, **k: np.logspace(x, 2.0, 3, **k), {"dtype": np.float32}),
    "numpy.take": (lambda x, **k: np.take(x, [1, 2], **k), {"out": np.zeros(2)}),
    "numpy.compress": (lambda x, **k: np.compress([True], x, **k), {"out": np.zeros(1)}),
    "numpy.ptp": (lambda x, **k: np.ptp(x, **k), {"out": np.zeros(())}),
    "numpy.nanprod": (
        lambda x, **k: np.nanprod(x, **k),
        {"out": np.zeros(())},
    ),
    "numpy.hstack": (
        lambda x, **k: np.hstack([x, x], **k),
        {"dtype": np.float32, "casting": "no"},
    ),
    "numpy.vstack": (
        lambda x, **k: np.vstack([x, x], **k),
        {"dtype": np.float32, "casting": "no"},
    ),
    "numpy.unique": (lambda x, **k: np.unique(x, **k), {"axis": 0}),
    "numpy.clip": (lambda x, **k: np.clip(x, 0.0, 2.0, **k), {"out": np.zeros(4)}),
    "numpy.dot": (lambda x, **k: np.dot(x, x, **k), {"out": np.zeros(())}),
    "numpy.outer": (lambda x, **k: np.outer(x, x, **k), {"out": np.zeros((4, 4))}),
    "numpy.linalg.multi_dot": (
        lambda x, **k: np.linalg.multi_dot([x, np.eye(4), x], **k),
        {"out": np.zeros(())},
    ),
}


# Keywords of which NumPy knows one value only.
OF_ONE_VALUE = {"numpy.partition": {"kind"}}


@functools.cache
def by_name() -> dict[str, Specimen]:
    """Each specimen under a name: its rule, its label, and a number where these are not enough."""
    named: dict[str, Specimen] = {}
    for family in FAMILIES:
        for specimen in family.specimens():
            name = stem = f"{name_of(specimen.function)} {specimen.label}".strip()
            for number in range(2, len(named) + 3):
                if name not in named:
                    break
                name = f"{stem} ({number})"
            named[name] = specimen
    return named


def of_rule(name: str) -> list[Specimen]:
    """The specimens of one rule."""
    return [s for s in by_name().values() if name_of(s.function) == name]


def rule_names() -> list[str]:
    """The rules of the table, by name."""
    return sorted(rules_by_name())


__all__ = ["OF_ONE_VALUE", "REFUSED", "by_name", "of_rule", "rule_names"]
