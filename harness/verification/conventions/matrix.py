"""The matrix of conventions: what each backend was seen to do, as the package publishes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.contract import Evaluation, Failure
from harness.verification.conventions.convention import Convention
from harness.verification.conventions.naming import name_of
from harness.verification.conventions.questions import CONVENTIONS

__all__ = ["COLUMNS", "PUBLISHED", "Matrix", "Observed", "Row", "made", "matrix", "read"]

PUBLISHED = Path(__file__).with_name("observed.json")
"""What came of the last ``adjudge conventions --write``."""

COLUMNS = ("our_engine", "pytorch", "pytorch-autograd", "jax", "jax-eager", "autograd")
"""The backends that are published."""

Observed = Mapping[str, Evaluation | Failure]
"""Of one backend: what became of each question, by its name."""


@dataclass(frozen=True, slots=True)
class Row:
    """One convention: what was asked, and by backend the name of what was observed.

    ``where`` is for a person; ``function`` is the expression in ``xp``, ``operator`` what was asked
    of it.
    """

    name: str
    group: str
    where: str
    function: str
    operator: str
    observed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Matrix:
    """All conventions, and by backend the versions of what was observed."""

    versions: Mapping[str, Mapping[str, str]]
    rows: tuple[Row, ...]

    @property
    def backends(self) -> tuple[str, ...]:
        """The columns, in their order."""
        return tuple(self.versions)

    @property
    def groups(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows under their headings, in their order."""
        names = dict.fromkeys(row.group for row in self.rows)
        return {name: tuple(row for row in self.rows if row.group == name) for name in names}

    def to_json(self) -> dict[str, Any]:
        """What ``read`` reads."""
        return {
            "versions": {name: dict(versions) for name, versions in self.versions.items()},
            "rows": [
                {
                    "name": row.name,
                    "group": row.group,
                    "where": row.where,
                    "function": row.function,
                    "operator": row.operator,
                    "observed": dict(row.observed),
                }
                for row in self.rows
            ],
        }


def matrix() -> Matrix:
    """The matrix that comes with the package."""
    return read(json.loads(PUBLISHED.read_text(encoding="utf-8")))


def read(raw: Mapping[str, Any]) -> Matrix:
    """The matrix that ``to_json`` gave; KeyError or TypeError when it is none."""
    return Matrix(raw["versions"], tuple(Row(**row) for row in raw["rows"]))


def made(
    observed: Mapping[str, Observed],
    versions: Mapping[str, Mapping[str, str]],
    conventions: Iterable[Convention] = CONVENTIONS,
) -> Matrix:
    """The matrix of what was observed of some backends."""
    rows = tuple(
        Row(
            convention.name,
            convention.group,
            convention.where,
            convention.text,
            str(convention.operator),
            {
                backend: name_of(outcomes[convention.name], convention.namer)
                for backend, outcomes in observed.items()
            },
        )
        for convention in conventions
    )
    return Matrix({backend: versions[backend] for backend in observed}, rows)
