"""The command ``adjudge``: ``main`` is its entry point, one module for each family of words."""

from harness.cli.entry import main

__all__ = ["main"]
