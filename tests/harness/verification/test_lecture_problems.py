"""The lecture's problems: every case can be decided, and their own formulae are found right."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Operator, PointKind, VerdictKind
from harness.problems.chain import CHAINS
from harness.problems.log_sqrt import LOG_SQRT
from harness.problems.perceptron import PERCEPTRON
from harness.problems.perceptron_training import PERCEPTRON_TRAINING
from harness.verification.oracles import judge_closed_form

PROBLEMS = {p.name: p for p in (LOG_SQRT, *CHAINS, PERCEPTRON, PERCEPTRON_TRAINING)}
FORMS = [(name, op) for name, p in PROBLEMS.items() for op in sorted({o.base for o in p.operators})]


@pytest.mark.parametrize(("name", "operator"), FORMS)
def test_closed_forms_agree_with_multiprecision(name, operator):
    assert judge_closed_form(PROBLEMS[name], operator, budget_s=0.02) is None


def cases(problem):
    """The cases of the cheapest size."""
    for operator in sorted(problem.operators):
        for size in sorted(problem.sizes, key=lambda s: problem.operations(s.dims))[:1]:
            for point in problem.points:
                if problem.asks(operator, size, point):
                    for dtype in sorted(problem.dtypes):
                        yield operator, size, point, dtype


@pytest.mark.parametrize("name", [n for n in PROBLEMS if n != PERCEPTRON_TRAINING.name])
def test_every_small_case_is_decided(tools, tmp_path_factory, name):
    problem = PROBLEMS[name]
    court = tools.Court(tmp_path_factory.mktemp("truths"))
    court.registry.problems[name] = problem
    kinds = set()
    for operator, size, point, dtype in cases(problem):
        verdict = _judged_by_its_own_formula(court, problem, operator, size, point, dtype)
        kinds.add(verdict.kind)
        expected = {
            PointKind.SMOOTH: {VerdictKind.OK},
            PointKind.KINK: {VerdictKind.OK, VerdictKind.CONVENTION},
            PointKind.INFINITE: {VerdictKind.OK, VerdictKind.NONFINITE},
            PointKind.OUTSIDE: {VerdictKind.OUTSIDE_DOMAIN},
        }[point.kind]
        assert verdict.kind in expected, (operator, size.name, point.name, dtype, verdict)
    assert VerdictKind.OK in kinds
    if name == PERCEPTRON.name:
        assert VerdictKind.CONVENTION in kinds


def _judged_by_its_own_formula(court, problem, operator, size, point, dtype):
    """The verdict on the problem's closed form, run in the case's dtype."""
    from harness.contract import Case, Evaluation
    from harness.problems.inputs import case_inputs, output_shape, plain_value

    case = Case(problem.name, operator, size.name, dtype, point.name)
    inputs = case_inputs(problem, case, output_shape(problem, case))
    value = plain_value(problem, inputs.args)

    def results(seeds):
        with np.errstate(all="ignore"):
            if operator is Operator.VALUE:
                return (value,)
            form = problem.closed_forms[operator]
            return tuple(np.asarray(r, dtype) for r in form(np, *inputs.args, *seeds))

    evaluation = Evaluation(
        results=results(inputs.seeds),
        plain_value=value,
        repeatable=True,
        probe=results(inputs.probe_seeds) if inputs.seeds else (),
        combined=results(inputs.combined_seeds) if inputs.seeds else (),
    )
    return court.judge.judge("its own formula", case, inputs, evaluation)


def test_training_is_judged_by_its_curve(tools, tmp_path):
    court = tools.Court(tmp_path)
    problem = PERCEPTRON_TRAINING
    court.registry.problems[problem.name] = problem
    verdict = _judged_by_its_own_formula(
        court, problem, Operator.DESCENT, problem.sizes[0], problem.points[0], "float64"
    )
    assert (verdict.kind, verdict.oracle) == (VerdictKind.OK, "closed-form")
