"""A comparison of two runs as Markdown for a comment under a pull request."""

from __future__ import annotations

from harness.reporting import text
from harness.reporting.between_runs.as_text import CHANGE_SYMBOLS, headline, how_compared, ratio
from harness.reporting.between_runs.comparison import CellChange, Comparison, worst_first
from harness.reporting.markdown import escape, table
from harness.timing.statistics import Answer

__all__ = ["change_table", "comparison_markdown"]

_MOST_CELLS = 60
_MOST_VERDICTS = 20


def comparison_markdown(found: Comparison) -> str:
    """The changes as GitHub-flavoured Markdown that fits into one comment; all text is literal.

    Equivalent cells are counted, not listed.
    """
    parts = [f"### adjudge: {escape(found.before.name, 80)} → {escape(found.after.name, 80)}"]
    parts.append(escape(headline(found)))
    parts += [f"> {escape(line, 300)}" for line in found.notices]
    if found.versions:
        parts.append(
            "\n".join(
                f"- {escape(backend, 40)}: {escape(old, 120)} → {escape(new, 120)}"
                for backend, (old, new) in found.versions.items()
            )
        )
    shown = [cell for cell in worst_first(found.cells) if cell.answer is not Answer.EQUIVALENT]
    if shown:
        parts.append(change_table(shown[:_MOST_CELLS]))
    if len(shown) > _MOST_CELLS:
        parts.append(f"and {text.count(len(shown) - _MOST_CELLS)} more")
    parts.append(f"<sub>{escape(how_compared(found))}</sub>")
    if found.not_compared:
        parts.append(f"{text.plural(len(found.not_compared), 'ratio')} of one run alone.")
    parts += _verdicts(found)
    return "\n\n".join(parts) + "\n"


def change_table(cells: list[CellChange]) -> str:
    """A row a cell: the ratio before and after, the change, and the answer."""
    rows = [
        [
            escape(cell.backend, 40),
            escape(cell.case, 120),
            escape(ratio(cell.before)),
            escape(ratio(cell.after)),
            escape(
                f"{text.ratio(cell.change.ratio)} "
                f"{text.ratio_interval(cell.change.low, cell.change.high)}"
            ),
            escape(f"{CHANGE_SYMBOLS[cell.answer]} {cell.answer}"),
        ]
        for cell in cells
    ]
    return table(["backend", "case", "before", "after", "change", "answer"], rows)


def _verdicts(found: Comparison) -> list[str]:
    if not found.verdicts:
        return ["No verdict changed."]
    lost = sum(change.is_lost for change in found.verdicts)
    lines = [
        f"- {escape(str(v.before))} → {escape(str(v.after))}: **{escape(v.backend, 40)}** "
        f"{escape(v.case, 160)}: {escape(v.reason, 200)}"
        for v in found.verdicts[:_MOST_VERDICTS]
    ]
    if len(found.verdicts) > _MOST_VERDICTS:
        lines.append(f"- and {text.count(len(found.verdicts) - _MOST_VERDICTS)} more")
    told = f"{text.plural(len(found.verdicts), 'verdict')} changed, {lost} of them for the worse"
    return [f"**{told}**", "\n".join(lines)]
