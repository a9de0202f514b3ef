"""How does cost grow? Fitted exponents, and derivative over primal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from harness.reporting.findings.speed import Cell, Row, Speed

__all__ = ["Family", "growth", "primal_ratios"]


@dataclass(frozen=True, slots=True)
class Family:
    """One operator of a problem over sizes that differ in scale alone, smallest first."""

    problem: str
    operator: str
    fixed: str
    cells: tuple[Cell, ...]

    @property
    def label(self) -> str:
        """Operator, and the dimensions held fixed."""
        return f"{self.operator} · {self.fixed}" if self.fixed else self.operator

    @property
    def exponents(self) -> Mapping[str, Row]:
        """A row with the exponent's columns for each backend that has one."""
        return {
            name: row
            for cell in self.cells
            for name, row in cell.rows.items()
            if not math.isnan(row["exponent"])
        }


def growth(speed: Speed) -> list[Family]:
    """The families with at least two sizes, in the plan's order."""
    families: dict[tuple[str, ...], list[Cell]] = {}
    for cells in speed.cells.values():
        for cell in cells:
            case = cell.case
            key = (case.problem, case.operator.value, cell.family, case.dtype, case.point)
            if cell.scale is not None:
                families.setdefault(key, []).append(cell)
    return [
        Family(key[0], key[1], key[2], tuple(sorted(cells, key=lambda cell: cell.scale or 0)))
        for key, cells in families.items()
        if len({cell.scale for cell in cells}) > 1
    ]


def primal_ratios(speed: Speed) -> list[Cell]:
    """The cells of the largest sizes for which some backend's plain value was timed too."""
    return [
        cell
        for problem in speed.cells
        for cell in speed.largest(problem)
        if any(not math.isnan(row["primal_ratio"]) for row in cell.rows.values())
    ]
