"""The inputs of cases as the supervisor hands them out, without a shape being found twice."""

from __future__ import annotations

from harness.contract import Case
from harness.plugins import Registry
from harness.problems.inputs import CaseInputs, case_inputs, output_shape

__all__ = ["Inputs"]


class Inputs:
    """``inputs(case)`` builds the inputs of a case; what the problem raises is let through."""

    def __init__(self, registry: Registry) -> None:
        """Find problems in ``registry``."""
        self._registry = registry
        self._shapes: dict[tuple[str, str], tuple[int, ...]] = {}

    def __call__(self, case: Case) -> CaseInputs:
        """The arguments of ``case`` and its seeds, a cotangent shaped as the function's value."""
        problem = self._registry.problem(case.problem)
        if not case.operator.takes_cotangent:
            return case_inputs(problem, case)
        key = (case.problem, case.size)
        if key not in self._shapes:
            self._shapes[key] = output_shape(problem, case)
        return case_inputs(problem, case, self._shapes[key])
