"""Case: problem × operator × size × dtype × point, under a stable and readable id."""

from __future__ import annotations

from dataclasses import dataclass

from harness.contract.operators import Operator

__all__ = ["Case"]


@dataclass(frozen=True, slots=True, order=True)
class Case:
    """One question to a backend; it holds names only, so that it travels and sorts."""

    problem: str
    operator: Operator
    size: str
    dtype: str
    point: str

    @property
    def id(self) -> str:
        """``problem:operator:size:dtype:point``; stable, and split again by ``parse``."""
        return ":".join((self.problem, self.operator, self.size, self.dtype, self.point))

    @classmethod
    def parse(cls, id_: str) -> Case:
        """The case whose ``id`` is ``id_``; ValueError when it is no case id."""
        parts = id_.split(":")
        if len(parts) != 5:
            raise ValueError(
                f"{id_!r} is no case id; write problem:operator:size:dtype:point, "
                "for example lecture.log_sqrt:gradient:scalar:float64:generic-0"
            )
        problem, operator, size, dtype, point = parts
        return cls(problem, Operator(operator), size, dtype, point)
