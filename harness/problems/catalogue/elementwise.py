"""Elementwise functions of the array API standard 2024.12: all that have a derivative."""

from __future__ import annotations

from harness.problems.catalogue.elementwise_arithmetic import ARITHMETIC
from harness.problems.catalogue.elementwise_choices import CHOICES
from harness.problems.catalogue.elementwise_complex import COMPLEX
from harness.problems.catalogue.elementwise_exponential import EXPONENTIAL
from harness.problems.catalogue.elementwise_powers import POWERS
from harness.problems.catalogue.elementwise_steps import STEPS
from harness.problems.catalogue.elementwise_trigonometric import TRIGONOMETRIC
from harness.problems.catalogue.entry import Entry

__all__ = ["ELEMENTWISE"]

ELEMENTWISE: tuple[Entry, ...] = (
    *ARITHMETIC,
    *POWERS,
    *EXPONENTIAL,
    *TRIGONOMETRIC,
    *STEPS,
    *CHOICES,
    *COMPLEX,
)
