"""The frames as CSV and back: every digit kept, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pandas as pd

from harness.errors import RunFailedError
from harness.reporting.schema import TABLE_VERSION, Column, Table, typed

__all__ = ["csv_text", "read_csv", "write_csv"]

# A cell that starts with one of these is a formula to a spreadsheet (OWASP, "CSV injection"). The
# apostrophe itself is among them so that taking one away again gives the cell back.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")

_FLAGS = {"True": True, "False": False, "": None}


def csv_text(frame: pd.DataFrame, table: Table) -> str:
    """The CSV of ``frame``: UTF-8 text, ``\\n`` line ends, a header, rows in the frame's order.

    A float is written with the fewest digits that read back to the same bits; NaN and missing
    are empty; a word or text that begins like a formula gets an apostrophe before it.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.names)
    writer.writerows(zip(*(_cells(frame[c.name], c) for c in table.columns), strict=True))
    return out.getvalue()


def write_csv(frame: pd.DataFrame, table: Table, path: Path) -> None:
    """Write ``csv_text`` to ``path``."""
    path.write_text(csv_text(frame, table), encoding="utf-8", newline="")


def read_csv(path: Path, table: Table) -> pd.DataFrame:
    """Return the frame that ``write_csv`` wrote, bit for bit.

    RunFailedError, in one line, when the file cannot be read, is not such a table, or has a
    newer schema than this adjudge knows. Columns that are not in the table are left out; those
    that were added to it later are empty.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            raw = pd.read_csv(io.StringIO(file.read()), dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise RunFailedError(f"cannot read {path}: {error}") from error
    missing = [c.name for c in table.columns if not c.added and c.name not in raw.columns]
    if missing:
        raise RunFailedError(
            f"{path} is no {table.name} table: it lacks {', '.join(missing)}; "
            "write it again with: adjudge report RUN"
        )
    try:
        newest = max((int(v) for v in raw["schema_version"]), default=TABLE_VERSION)
        if newest > TABLE_VERSION:
            raise RunFailedError(
                f"{path} has schema {newest}, and this adjudge reads up to {TABLE_VERSION}; "
                "upgrade with: python -m pip install --upgrade adjudge"
            )
        empty = [""] * len(raw)
        columns = {
            c.name: [_value(cell, c) for cell in raw.get(c.name, empty)] for c in table.columns
        }
    except ValueError as error:
        raise RunFailedError(f"{path} holds what is no {table.name} table: {error}") from error
    return typed(columns, table)


def _cells(series: pd.Series[Any], column: Column) -> list[str]:
    values, missing = series.tolist(), series.isna().tolist()
    if column.kind == "number":
        return ["" if absent else repr(x) for x, absent in zip(values, missing, strict=True)]
    if column.kind == "text":
        return [
            "" if absent else _literal(told) for told, absent in zip(values, missing, strict=True)
        ]
    write = str if column.kind in ("count", "flag") else _literal
    cells = {
        value: "" if absent else write(value)
        for value, absent in dict(zip(values, missing, strict=True)).items()
    }
    return [cells[value] for value in values]


def _literal(told: Any) -> str:
    return f"'{told}" if str(told).startswith(_FORMULA_STARTS) else str(told)


def _value(cell: str, column: Column) -> Any:
    if column.kind == "number":
        return float(cell or "nan")
    if column.kind == "count":
        return int(cell) if cell else None
    if column.kind == "flag":
        if cell not in _FLAGS:
            raise ValueError(f"{cell!r} is neither True nor False")
        return _FLAGS[cell]
    return cell[1:] if cell.startswith("'") else cell
