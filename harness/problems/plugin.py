"""The built-in problems, registered through the door that anyone's plug-in uses."""

from __future__ import annotations

from harness.contract import ProblemRegistrar, hookimpl
from harness.problems.log_sqrt import LOG_SQRT


@hookimpl
def register_problems(register: ProblemRegistrar) -> None:
    """Register the lecture's problems."""
    register(LOG_SQRT)
