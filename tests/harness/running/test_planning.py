"""Planning: which cases are judged, which are timed, and by whom."""

from __future__ import annotations

import dataclasses
import json

import pytest

from harness.contract import Operator
from harness.errors import RunFailedError, UsageError
from harness.running.plan import Plan
from harness.running.planning import make_plan
from harness.running.selection import Selection
from harness.timing.schedule import Depth

LONE = Selection(problems=("lone",))
TWO_SIZES = Depth("two", (2,), 1, 1e-3, None, most_sizes=2)


def test_what_is_timed_is_judged_and_smooth_and_float64(registry):
    plan = make_plan(registry, LONE)
    assert set(plan.timed) <= set(plan.cases)
    assert {case.operator for case in plan.timed} == {Operator.GRADIENT, Operator.HVP}
    assert {case.point for case in plan.timed} == {"generic-0"}
    assert {case.dtype for case in plan.timed} == {"float64"}
    assert {case.dtype for case in plan.cases} == {"float64", "float32"}


def test_another_dtype_is_timed_when_it_is_asked_for(registry):
    plan = make_plan(registry, Selection(problems=("lone",), dtypes=("float32",)))
    assert {case.dtype for case in plan.timed} == {"float32"}


def test_only_what_the_problem_asks_becomes_a_case(registry):
    plan = make_plan(registry, LONE)
    hvp_sizes = {case.size for case in plan.cases if case.operator is Operator.HVP}
    assert hvp_sizes == {"n=2,batch=1", "n=8,batch=1"}
    kinks = {(case.operator, case.size) for case in plan.cases if case.point == "kink"}
    # No second derivative where the first one jumps.
    assert kinks == {(Operator.VALUE, "n=2,batch=1"), (Operator.GRADIENT, "n=2,batch=1")}


def test_a_shallow_depth_times_smallest_and_largest_and_judges_the_smallest_besides(registry):
    plan = make_plan(registry, LONE, depth=TWO_SIZES)
    timed = {case.size for case in plan.timed if case.operator is Operator.GRADIENT}
    assert {size.split(",")[0] for size in timed} == {"n=2", "n=32"}
    assert {case.size for case in plan.cases if case.operator is Operator.VALUE} == {"n=2,batch=1"}
    assert set(plan.timed) <= set(plan.cases)


def test_small_sizes_come_before_large_ones(registry):
    plan = make_plan(registry, LONE)
    scales = [int(c.size.split(",")[0][2:]) for c in plan.timed if c.operator == "gradient"]
    assert scales == sorted(scales)
    assert len(set(scales)) == 3


def test_without_measuring_nothing_is_timed_and_no_baseline_joins(registry):
    plan = make_plan(registry, Selection(backends=("second",)), baseline="first", measure=False)
    assert plan.timed == ()
    assert plan.backends == ("second",)


def test_the_baseline_joins_a_selection_without_it(registry):
    plan = make_plan(registry, Selection(backends=("second",)), baseline="first")
    assert plan.backends == ("first", "second")
    assert any("first" in line and "baseline" in line for line in plan.notices)


def test_without_the_usual_baseline_the_first_backend_is_it(registry):
    plan = make_plan(registry, LONE)
    assert plan.baseline == "first"
    assert any("numpy_manual" in line for line in plan.notices)


def test_a_baseline_that_was_asked_for_must_be_there(registry):
    with pytest.raises(UsageError, match="no backend 'frist'; did you mean 'first'"):
        make_plan(registry, LONE, baseline="frist")
    with pytest.raises(RunFailedError, match="no_such_library"):
        make_plan(registry, LONE, baseline="absent")


@pytest.mark.parametrize(
    "options", [{"threads": 0}, {"deadline_s": 0.0}, {"deadline_s": float("inf")}]
)
def test_numbers_out_of_range_are_a_wrong_call(registry, options):
    with pytest.raises(UsageError):
        make_plan(registry, LONE, **options)


def test_no_problem_at_all_is_told(registry):
    registry.problems.clear()
    with pytest.raises(RunFailedError, match="no plug-in registers a problem"):
        make_plan(registry)


def only(*operators):
    return lambda problem, operator: operator in operators or problem.name == "lone"


def declare(registry, name, asked):
    registry.backends[name] = dataclasses.replace(registry.backends[name], asked=asked)


def test_a_backend_is_not_asked_what_its_plug_in_leaves_out(registry):
    declare(registry, "second", only(Operator.VALUE))
    plan = make_plan(registry, measure=False)
    assert plan.cases_of("first") == list(plan.cases)
    left_out = set(plan.cases) - set(plan.cases_of("second"))
    assert left_out == {
        c for c in plan.cases if c.problem != "lone" and c.operator is not Operator.VALUE
    }
    again = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert again == plan
    assert again.cases_of("second") == plan.cases_of("second")


def test_a_backend_is_spared_the_cases_that_its_plug_in_names(registry):
    """Beside the pairs that it leaves out; of everyone else everything is asked."""
    declare(registry, "second", only(Operator.VALUE, Operator.GRADIENT))
    registry.backends["second"] = dataclasses.replace(
        registry.backends["second"],
        asked_at=lambda problem, case: (
            case.problem == problem.name and (case.operator, case.dtype) != ("gradient", "float32")
        ),
    )
    plan = make_plan(registry, measure=False)
    asked = [c for c in plan.cases if c.operator in ("value", "gradient") or c.problem == "lone"]
    wanted = [c for c in asked if (c.operator, c.dtype) != ("gradient", "float32")]
    assert len(wanted) < len(asked) < len(plan.cases)
    assert plan.cases_of("second") == wanted
    assert plan.cases_of("first") == list(plan.cases)
    again = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert again == plan
    assert again.cases_of("second") == wanted


def test_a_backend_that_is_spared_every_case_is_left_out(registry):
    second = registry.backends["second"]
    registry.backends["second"] = dataclasses.replace(second, asked_at=lambda *_: False)
    assert make_plan(registry, measure=False).backends == ("first",)


def test_a_backend_that_is_asked_nothing_is_left_out_and_told(registry):
    declare(registry, "second", lambda problem, operator: False)
    plan = make_plan(registry, measure=False)
    assert plan.backends == ("first",)
    assert "left out: second is asked nothing of this" in plan.notices
    with pytest.raises(UsageError, match="second: none of these is asked what is selected"):
        make_plan(registry, Selection(backends=("second",)), measure=False)


def test_the_baseline_stays_where_it_is_asked_nothing(registry):
    declare(registry, "first", lambda problem, operator: False)
    plan = make_plan(registry, baseline="first")
    assert plan.backends == ("first", "second")
    assert plan.cases_of("first") == []


def test_without_a_selection_only_problems_with_times_are_timed(registry):
    problem = registry.problems["lone"]
    registry.problems["untimed"] = dataclasses.replace(
        problem, name="untimed", timed_operators=frozenset(), suite="other"
    )

    def planned(measure, **selection):
        plan = make_plan(registry, Selection(**selection), measure=measure)
        return {case.problem for case in plan.cases}

    assert "untimed" not in planned(True)
    assert "untimed" in planned(False)
    assert planned(True, suites=("other",)) == planned(True, problems=("untimed",)) == {"untimed"}
