"""The built-in problems, registered through the door that anyone's plug-in uses."""

from __future__ import annotations

from harness.contract import ProblemRegistrar, hookimpl
from harness.problems import catalogue
from harness.problems.chain import CHAINS
from harness.problems.log_sqrt import LOG_SQRT
from harness.problems.perceptron import PERCEPTRON
from harness.problems.perceptron_training import PERCEPTRON_TRAINING


@hookimpl
def register_problems(register: ProblemRegistrar) -> None:
    """Register the lecture's problems, and the catalogue's."""
    for problem in (LOG_SQRT, *CHAINS, PERCEPTRON, PERCEPTRON_TRAINING, *catalogue.problems()):
        register(problem)
