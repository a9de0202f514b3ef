"""Tables, words and foreign text in a terminal; in a pipe the same, without colour and uncut."""

from __future__ import annotations

from collections.abc import Collection

from rich import box
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from harness.reporting import text
from harness.reporting.vocabulary import Tone, Word

__all__ = ["COLOURS", "empty_table", "mark", "plain", "print_table", "uncut_in_a_pipe"]

_PIPED_WIDTH = 10_000  # nothing is cut or folded in a pipe; tables take what they need

COLOURS: dict[Tone, str] = {
    "right": "green",
    "neutral": "dim",
    "noted": "yellow",
    "undecided": "magenta",
    "wrong": "bold red",
}


def uncut_in_a_pipe(console: Console | None) -> Console:
    """``console``, or one on stdout; as wide as its lines are where it is no terminal."""
    console = console or Console(highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = _PIPED_WIDTH
    return console


def empty_table(*heads: str, right: Collection[int] = ()) -> Table:
    """An empty table; its columns ``right`` are aligned to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for position, head in enumerate(heads):
        justify: JustifyMethod = "right" if position in right else "left"
        table.add_column(plain(head), justify=justify, overflow="fold")
    return table


def print_table(console: Console, table: Table) -> None:
    """The table between two blank lines."""
    console.print()
    console.print(table)
    console.print()


def mark(word: Word) -> Text:
    """The word behind its symbol, in the colour of its tone."""
    return Text(f"{word.symbol} {word.name}", style=COLOURS[word.tone])


def plain(told: str, style: str = "") -> Text:
    """Text that is shown as it stands: no markup, no hidden characters."""
    return Text(text.one_line(told), style=style)
