"""``adjudge completion``: the script that makes a shell complete adjudge's words."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from harness.errors import UsageError

__all__ = ["completion"]

SHELLS = ("bash", "zsh", "fish")


@click.command(
    epilog="""
\b
Examples:
  eval "$(adjudge completion bash)"                               in ~/.bashrc
  eval "$(adjudge completion zsh)"                                in ~/.zshrc
  adjudge completion fish > ~/.config/fish/completions/adjudge.fish
"""
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what SHELL needs to complete commands, options and the names of what there is."""
    script = get_completion_class(shell)
    if script is None:
        raise UsageError(f"no completion for {shell!r}; there are: {', '.join(SHELLS)}")
    root = ctx.find_root()
    click.echo(script(root.command, {}, "adjudge", "_ADJUDGE_COMPLETE").source())
