"""The command group, and the list of the commands: each is imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click
from click.shell_completion import CompletionItem

from harness.cli.configuration import KEYS, find_configuration
from harness.errors import AdjudgeError, RunFailedError, UsageError, nearest

__all__ = ["COMMANDS", "SECTIONS", "NobodyReadsError", "cli"]

SECTIONS: dict[str, dict[str, tuple[str, str]]] = {
    "Judge and time": {
        "run": ("harness.cli.runs", "Judge every derivative, time those that are right, report."),
        "check": ("harness.cli.runs", "Judge every derivative of every suite; time nothing."),
        "bench": ("harness.cli.runs", "Time what a run has judged."),
        "gate": ("harness.cli.gate", "Fail on a divergence that no ledger lists."),
        "selftest": ("harness.cli.selftest", "Measure what the times of this machine are worth."),
        "fuzz": ("harness.cli.fuzz", "Search at random for faults, and shrink what is found."),
    },
    "Read": {
        "report": ("harness.cli.reports", "Write a run's tables and page again; summarise it."),
        "compare": ("harness.cli.compare", "Compare the ratios of two runs, cell by cell."),
        "history": ("harness.cli.history", "Show what changed over all runs of a folder."),
        "trace": ("harness.cli.trace", "Show every intermediate of a problem, in either mode."),
    },
    "What there is": {
        "backends": (
            "harness.cli.listing",
            "List the backends, and how to install what is missing.",
        ),
        "problems": ("harness.cli.listing", "List the problems by suite, or all about one."),
        "catalogue": ("harness.cli.catalogue", "Say which functions of the standard are judged."),
        "truths": ("harness.cli.truths", "Find the truths that backends are held against."),
        "conventions": (
            "harness.cli.conventions",
            "Observe what backends do where maths is silent.",
        ),
    },
    "Set up": {
        "init-backend": ("harness.cli.init_backend", "Write a third-party backend to fill in."),
        "config": ("harness.cli.config", "Print what is configured, and where it comes from."),
        "completion": ("harness.cli.completion", "Print the script that completes in your shell."),
    },
}
"""Heading → command → the module that has it, under its name, and what `adjudge --help` says."""

COMMANDS = {name: told for commands in SECTIONS.values() for name, told in commands.items()}

_CONFIGURED = "adjudge.configured"

EXIT_CODES = """
\b
Exit codes:
  0    all as expected
  1    the gate found something
  2    the call was wrong
  3    the run could not be done
  130  interrupted; what was recorded stays, --resume goes on
"""


class InterruptedCommandError(AdjudgeError):
    """A person stopped a command that keeps no records; click would print an empty line."""

    exit_code = 130


class NobodyReadsError(AdjudgeError):
    """The reader of the output left, as ``head`` does; what a shell says of SIGPIPE is the code.

    That is no error to tell, but nor is it an answer: a gate whose findings nobody read is not
    open.
    """

    exit_code = 141


class Group(click.Group):
    """A group of commands that are imported when they are called.

    So help and completion are quick, and a command pays for no other's libraries. A word that is
    no command gets the nearest one.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order of the sections."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None when there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands under the headings of their sections."""
        width = max(map(len, COMMANDS))
        for heading, commands in SECTIONS.items():
            with formatter.section(heading):
                formatter.write_dl(
                    [(f"{name:<{width}}", told[1]) for name, told in commands.items()]
                )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's own, with a suggestion in the error."""
        try:
            name, command, rest = super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = nearest(args[0], self.list_commands(ctx))
            raise click.UsageError(f"no command {args[0]!r}; {hint}", ctx) from error
        if (
            name
            and command
            and not (ctx.resilient_parsing or set(rest) & set(ctx.help_option_names))
        ):
            _configure(ctx, name, command)
        return name, command, rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error about a value that is configured says where it stands."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as error:
            raise InterruptedCommandError("interrupted") from error
        except BrokenPipeError as error:
            raise NobodyReadsError("nobody reads the output") from error
        except (UsageError, RunFailedError) as error:
            place = _place(ctx, str(error))
            if place is None:
                raise
            raise type(error)(f"{error}; {place}") from error
        except click.BadParameter as error:
            told = error.format_message()
            place = _place(ctx, told)
            if place is None:
                raise
            raise click.UsageError(f"{told}; {place}", error.ctx) from error

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Complete commands without importing them, and the group's own options."""
        return [*_beginning_with(incomplete), *click.Command.shell_complete(self, ctx, incomplete)]


def _configure(ctx: click.Context, name: str, command: click.Command) -> None:
    """Let what [tool.adjudge] says be the defaults of the command."""
    if not any(param.name in KEYS for param in command.params):
        return
    configuration = find_configuration(COMMANDS)
    ctx.meta[_CONFIGURED] = name, configuration, configuration.of(command)
    ctx.default_map = {name: ctx.meta[_CONFIGURED][2]}


def _place(ctx: click.Context, message: str) -> str | None:
    """A clause that says where the value stands that the message of an error is about."""
    name, configuration, values = ctx.meta.get(_CONFIGURED, ("", None, {}))
    fault = message.partition(";")[0]  # what follows is the way out, and may name others
    for key, value in values.items():
        about = (
            any(repr(pattern) in fault for pattern in value)
            if isinstance(value, list)
            else key in fault
        )
        if about:
            return f"it is configured in {configuration.place(name, key)}"
    return None


def _beginning_with(incomplete: str) -> Iterator[CompletionItem[str]]:
    for name, (_, told) in COMMANDS.items():
        if name.startswith(incomplete):
            yield CompletionItem(name, help=told)


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
