"""Conventions: what backends do where mathematics leaves a choice. None of it passes or fails.

``matrix()`` is what the package publishes; ``adjudge conventions`` observes it anew.
"""

from harness.verification.conventions.convention import Convention
from harness.verification.conventions.matrix import (
    COLUMNS,
    PUBLISHED,
    Matrix,
    Observed,
    Row,
    made,
    matrix,
    read,
)
from harness.verification.conventions.page import page, text
from harness.verification.conventions.questions import CONVENTIONS

__all__ = [
    "COLUMNS",
    "CONVENTIONS",
    "PUBLISHED",
    "Convention",
    "Matrix",
    "Observed",
    "Row",
    "made",
    "matrix",
    "page",
    "read",
    "text",
]
