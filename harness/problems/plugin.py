"""The built-in problems, registered through the door that anyone's plug-in uses."""

from __future__ import annotations

from harness.contract import ProblemRegistrar, hookimpl


@hookimpl
def register_problems(register: ProblemRegistrar) -> None:
    """Register the lecture's problems."""
