"""The console on stdout, whose reader may leave."""

from __future__ import annotations

from typing import NoReturn

from rich.console import Console

__all__ = ["OutputConsole"]


class OutputConsole(Console):
    """Plain text on stdout; where nobody reads any more it says so, as every other output does."""

    def __init__(self) -> None:
        """No markup and no highlighting: what is printed may be anybody's text."""
        super().__init__(highlight=False, emoji=False, markup=False)

    def on_broken_pipe(self) -> NoReturn:
        """Leave it to the entry point; rich would exit with 1, which is the gate's."""
        raise BrokenPipeError
