"""What the performance gate says: lines, JSON, JUnit XML, Markdown and GitHub annotations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from harness.contract import Case
from harness.reporting import text
from harness.reporting.annotations import MOST, command
from harness.reporting.between_runs.as_markdown import change_table
from harness.reporting.between_runs.as_text import as_json as comparison_json
from harness.reporting.between_runs.comparison import CellChange
from harness.reporting.between_runs.performance_gate import PerformanceGate
from harness.reporting.junit import clean
from harness.reporting.markdown import escape

__all__ = ["as_json", "headline", "lines", "markdown", "slowdown_annotations", "write_junit"]

_MOST_ROWS = 60


def headline(gate: PerformanceGate) -> str:
    """One line: open, closed or advisory, and how many ratios grew or may have grown."""
    state = "advisory" if gate.advisory else "closed" if gate.closed else "open"
    return (
        f"performance gate {state}: {text.plural(len(gate.comparison.cells), 'ratio')} against "
        f"{gate.comparison.before.name}, {len(gate.slowdowns)} slower than "
        f"{text.ratio(gate.bound)} for certain, {len(gate.undecided)} undecided"
    )


def lines(gate: PerformanceGate) -> Iterator[str]:
    """Each slowdown, what was not compared, and why the gate is advisory."""
    for cell in gate.slowdowns:
        yield f"slowdown: {text.one_line(cell.backend)}: {text.one_line(cell.case)}: {_said(cell)}"
    for one in gate.comparison.not_compared:
        yield f"not compared: {one.backend}: {one.case}: {text.clip(one.reason, 300)}"
    for notice in gate.comparison.notices:
        yield f"notice: {text.one_line(notice)}"
    for reason in gate.reservations:
        yield f"advisory: {text.one_line(reason)}"


def as_json(gate: PerformanceGate) -> str:
    """The comparison with the gate's part of it."""
    content: dict[str, Any] = {
        "open": not gate.closed,
        "advisory": gate.advisory,
        "reservations": list(gate.reservations),
        "bound": gate.bound,
        "slowdowns": [{"backend": c.backend, "case": c.case} for c in gate.slowdowns],
        "undecided": [{"backend": c.backend, "case": c.case} for c in gate.undecided],
        "selftest": gate.selftest.to_json() if gate.selftest else None,
        "comparison": json.loads(comparison_json(gate.comparison)),
    }
    return json.dumps(content, indent=1, allow_nan=False)


def write_junit(gate: PerformanceGate, path: Path) -> None:
    """Write a test for each ratio: failed where the gate closes on it, skipped where undecided."""
    cells = gate.comparison.cells
    failed = gate.slowdowns if gate.closed else ()
    skipped = {id(cell): "undecided" for cell in gate.undecided}
    if gate.advisory:
        skipped |= {
            id(cell): f"advisory: {'; '.join(gate.reservations)}" for cell in gate.slowdowns
        }
    counts = {"tests": len(cells), "failures": len(failed), "errors": 0, "skipped": len(skipped)}
    attributes = {name: str(n) for name, n in counts.items()}
    root = ElementTree.Element("testsuites", {"name": "adjudge gate --performance", **attributes})
    suite = ElementTree.SubElement(root, "testsuite", {"name": "performance", **attributes})
    for cell in cells:
        case = Case.parse(cell.case)
        test = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"adjudge.performance.{clean(cell.backend)}.{clean(case.problem)}",
            name=clean(cell.case),
        )
        if cell in failed:
            ElementTree.SubElement(test, "failure", type="slowdown", message=clean(_said(cell)))
        elif id(cell) in skipped:
            told = f"{_said(cell)}; {skipped[id(cell)]}"
            ElementTree.SubElement(test, "skipped", message=clean(told))
    ElementTree.indent(root)
    told = ElementTree.tostring(root, encoding="unicode", xml_declaration=True)
    path.write_text(told + "\n", encoding="utf-8")


def markdown(gate: PerformanceGate) -> str:
    """The gate as GitHub-flavoured Markdown for one comment; every foreign text is literal."""
    state = "advisory" if gate.advisory else "closed" if gate.closed else "open"
    parts = [f"### adjudge performance gate: {state}", escape(headline(gate))]
    parts += [f"> advisory: {escape(reason, 300)}" for reason in gate.reservations]
    parts += [f"> {escape(notice, 300)}" for notice in gate.comparison.notices]
    for title, cells in (("Slower for certain", gate.slowdowns), ("Undecided", gate.undecided)):
        if cells:
            parts += [f"**{title}**", change_table(list(cells[:_MOST_ROWS]))]
        if len(cells) > _MOST_ROWS:
            parts.append(f"and {text.count(len(cells) - _MOST_ROWS)} more")
    missing = gate.comparison.not_compared
    if missing:
        parts.append(f"{text.plural(len(missing), 'ratio')} could not be compared.")
    return "\n\n".join(parts) + "\n"


def slowdown_annotations(gate: PerformanceGate) -> Iterator[str]:
    """An error for each slowdown, a warning where the gate is advisory; as many as are shown."""
    level = "warning" if gate.advisory else "error"
    shown = gate.slowdowns if len(gate.slowdowns) <= MOST else gate.slowdowns[: MOST - 1]
    for cell in shown:
        title = f"{text.clip(cell.backend, 60)}: slower"
        yield command(title, f"{text.clip(cell.case, 300)}: {_said(cell)}", level)
    if len(shown) < len(gate.slowdowns):
        rest = text.plural(len(gate.slowdowns) - len(shown), "slowdown")
        yield command("adjudge gate --performance", f"{rest} more; all are in the log", level)


def _said(cell: CellChange) -> str:
    its = cell.change
    return (
        f"{text.ratio(its.ratio)} {text.ratio_interval(its.low, its.high)} of its ratio before "
        f"({text.ratio(cell.before.ratio)} → {text.ratio(cell.after.ratio)} of the baseline)"
    )
