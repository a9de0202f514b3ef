"""The command group that the other modules add their commands to."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import click

from harness.errors import nearest

__all__ = ["cli"]

EXIT_CODES = """
\b
Exit codes:
  0    all as expected
  1    the gate found something
  2    the call was wrong
  3    the run could not be done
  130  interrupted; what was recorded stays, --resume goes on
"""


class Group(click.Group):
    """A group that names the nearest command when a word is not one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's own, with a suggestion in the error."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = nearest(args[0], self.list_commands(ctx))
            raise click.UsageError(f"no command {args[0]!r}; {hint}", ctx) from error


def _version() -> str:
    try:
        return version("adjudge")
    except PackageNotFoundError:
        return "unknown (not installed)"


@click.group(cls=Group, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="adjudge")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Judge automatic differentiation: which backend is right, and only then how fast."""
