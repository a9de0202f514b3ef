"""Many answers at once: which of them stay when all of a run are allowed for.

Each answer of a cell errs once in twenty; of hundreds some are wrong by chance. Holm's procedure
over all of them says which differences stay at 5 % for the whole run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from harness.timing.statistics import Answer, holm

__all__ = ["with_holm"]

_DIFFERENT = frozenset({Answer.FASTER, Answer.SLOWER})


def with_holm(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with ``holds``: whether a faster or slower stays; None for every other answer.

    The family are the rows with an answer, whatever it is; each brings its ``p_value``.
    """
    found = list(rows)
    family = [row for row in found if row["answer"]]
    stays = {
        id(row): kept
        for row, kept in zip(family, holm([row["p_value"] for row in family]), strict=True)
    }
    for row in found:
        row["holds"] = stays[id(row)] if row["answer"] in _DIFFERENT else None
    return found
