"""A trace as data: its tables, with every number as a number."""

from __future__ import annotations

import json
import math
import re
from typing import Any
from xml.etree import ElementTree

from harness.contract import Trace
from harness.reporting.lecture import parsed_trace

__all__ = ["trace_facts"]

_DIGITS = 17
"""Significant digits with which a double reads back to the same bits."""

_NUMBERS = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|\[[-+.,\d\se\[\]]*\]", re.IGNORECASE)


def trace_facts(trace: Trace) -> dict[str, Any]:
    """The title, the tables (caption, columns, rows) and the results of a trace, for JSON.

    A cell that is a number or an array of numbers is one, to the last bit; every other is text,
    with ``x_1`` for a subscript. ValueError when the trace's HTML is not well-formed.
    """
    root = parsed_trace(trace.html(digits=_DIGITS))
    heading = root.find(".//h3")
    return {
        "title": "" if heading is None else _told(heading),
        "tables": [_table(table) for table in root.iter("table")],
        "results": [_told(line) for line in root.iter("li")],
    }


def _table(table: ElementTree.Element) -> dict[str, Any]:
    caption = table.find("caption")
    return {
        "caption": "" if caption is None else _told(caption),
        "columns": [_told(cell) for cell in table.iterfind("./thead/tr/*")],
        "rows": [[_value(_told(cell)) for cell in row] for row in table.iterfind("./tbody/tr")],
    }


def _told(element: ElementTree.Element) -> str:
    """The text of an element on one line, as the terminal has it."""
    told = element.text or ""
    for child in element:
        mark = {"sub": "_", "sup": "^", "br": "; "}.get(child.tag, "")
        told += mark + _told(child) + (child.tail or "")
    return " ".join(told.split())


def _value(told: str) -> Any:
    plain = told.replace("−", "-")
    if not _NUMBERS.fullmatch(plain):
        return told
    try:
        value = json.loads(plain)
    except ValueError:
        return told
    return value if not isinstance(value, float) or math.isfinite(value) else told
