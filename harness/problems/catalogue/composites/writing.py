"""What the modules of composites share: how an entry is written, and generic points."""

from __future__ import annotations

from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import generic, uniform

__all__ = ["MATRIX", "POSITIVE", "SIGNED", "VECTOR", "composite", "of_x"]

SIGNED = uniform(-2.0, 2.0)
POSITIVE = uniform(0.25, 2.0)
VECTOR = generic((SIGNED, (3,)))
MATRIX = generic((SIGNED, (2, 3)))


def composite(name: str, kind: Kind, domain: str, *variants: Variant) -> Entry:
    """An entry of no single function."""
    return Entry(f"composite.{name}", "", kind, domain, variants)


def of_x(name: str, text: str, *points: At, operations: int = 12) -> Variant:
    """A variant of one argument, x."""
    return Variant(name, expression("x", text), points, operations=operations)
