"""Selections: what patterns mean, and the one line for a pattern that means nothing."""

from __future__ import annotations

import dataclasses

import pytest

from harness.errors import RunFailedError, UsageError
from harness.running.plan import Plan
from harness.running.planning import make_plan
from harness.running.selection import Selection
from harness.timing.schedule import Depth

PAIR = ("first", "second")
TWO_SIZES = Depth("two", (2,), 1, 1e-3, None, most_sizes=2)


def planned(registry, **patterns):
    options = {name: patterns.pop(name) for name in ("depth", "measure") if name in patterns}
    return make_plan(registry, Selection(**patterns), **options)


def problems_of(plan: Plan) -> set[str]:
    return {case.problem for case in plan.cases}


def test_nothing_selected_is_everything_that_can_run(registry):
    plan = planned(registry)
    assert plan.backends == PAIR
    assert problems_of(plan) == set(registry.problems)


def test_a_backend_left_out_by_default_is_told(registry):
    (line,) = [line for line in planned(registry).notices if "absent" in line]
    assert "no_such_library" in line
    assert "pip install" in line


def test_a_backend_named_explicitly_must_be_there(registry):
    with pytest.raises(RunFailedError, match="no_such_library") as error:
        planned(registry, backends=("absent",))
    assert "\n" not in str(error.value)


def test_a_wildcard_names_no_backend_explicitly(registry):
    assert planned(registry, backends=("*s*",)).backends == PAIR


def test_a_backend_that_is_timed_on_demand_is_judged_without_being_named(registry):
    second = registry.backends["second"]
    registry.backends["second"] = dataclasses.replace(second, timed_on_demand=True)
    assert planned(registry).backends == ("first",)
    assert planned(registry, measure=False).backends == PAIR
    assert planned(registry, backends=("*s*",)).backends == PAIR


def test_a_problem_pattern_is_a_dotted_prefix_too(registry):
    family = {"some.family.small", "some.family.large"}
    assert problems_of(planned(registry, problems=("some.family",))) == family
    assert problems_of(planned(registry, problems=("some",))) == family
    assert problems_of(planned(registry, problems=("*.large", "lone"))) == {
        "some.family.large",
        "lone",
    }
    with pytest.raises(UsageError, match=r"no problem 'some\.fam'"):
        planned(registry, problems=("some.fam",))


@pytest.mark.parametrize(
    ("patterns", "line"),
    [
        ({"backends": ("frist",)}, "no backend 'frist'; did you mean 'first'?"),
        ({"problems": ("lonely",)}, "no problem 'lonely'; did you mean 'lone'?"),
        ({"problems": ("some.famly",)}, "no problem 'some.famly'; did you mean 'some.family'?"),
        ({"operators": ("gradent",)}, "no operator 'gradent'; did you mean 'gradient'?"),
        ({"dtypes": ("float16",)}, "no dtype 'float16'; did you mean 'float64'?"),
        ({"points": ("kimk",)}, "no point 'kimk'; did you mean 'kink'?"),
        (
            {"problems": ("lone",), "operators": ("jacobian",)},
            "lone asks no jacobian; there are: value, gradient, hvp",
        ),
        (
            {"problems": ("lone",), "points": ("kink",), "operators": ("hvp",)},
            "nothing is left to ask",
        ),
    ],
)
def test_a_pattern_that_matches_nothing_names_the_nearest(registry, patterns, line):
    with pytest.raises(UsageError) as error:
        planned(registry, **patterns)
    assert line in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("size", ["-1", "0", "n=-1", "-7"])
def test_a_size_that_is_not_positive_says_so(registry, size):
    with pytest.raises(UsageError, match="sizes are positive; the sizes of lone are n=2,batch=1 "):
        planned(registry, problems=("lone",), sizes=(size,))


def test_a_size_that_is_not_there_lists_those_that_are(registry):
    with pytest.raises(
        UsageError, match="no size '9'; the sizes of lone are n=2,batch=1 "
    ) as error:
        planned(registry, problems=("lone",), sizes=("9",))
    assert "positive" not in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("8", {"n=8,batch=1", "n=8,batch=5"}),
        ("n=8", {"n=8,batch=1", "n=8,batch=5"}),
        ("batch=5", {"n=2,batch=5", "n=8,batch=5", "n=32,batch=5"}),
        ("n=32,batch=1", {"n=32,batch=1"}),
        ("n=?,batch=1", {"n=2,batch=1", "n=8,batch=1"}),
    ],
)
def test_a_size_is_named_whole_by_a_dimension_or_by_its_scale(registry, pattern, names):
    plan = planned(registry, problems=("lone",), operators=("value",), sizes=(pattern,))
    assert {case.size for case in plan.cases} == names


def test_sizes_that_are_selected_are_not_thinned_by_the_depth(registry):
    plan = planned(registry, problems=("lone",), sizes=("batch=1",), depth=TWO_SIZES)
    gradients = {case.size for case in plan.timed if case.operator == "gradient"}
    assert gradients == {"n=2,batch=1", "n=8,batch=1", "n=32,batch=1"}


def test_cases_are_named_by_their_ids_or_patterns_of_them(registry):
    everything = [case.id for case in planned(registry, problems=("lone",)).cases]
    one = planned(registry, cases=(everything[3],))
    assert [case.id for case in one.cases] == [everything[3]]
    assert {case.id for case in one.timed} <= {everything[3]}
    gradients = planned(registry, cases=("lone:gradient:*",)).cases
    assert [c.id for c in gradients] == [i for i in everything if i.startswith("lone:gradient:")]


def test_a_case_that_is_not_there_is_a_wrong_call(registry):
    with pytest.raises(UsageError, match="no case 'lone:gradient:n=9'") as error:
        planned(registry, cases=("lone:gradient:n=9",))
    assert "adjudge problems lone" in str(error.value)


def test_a_suite_is_all_of_its_problems(registry):
    problem = registry.problems["lone"]
    other = dataclasses.replace(problem, name="other.lone", suite="other")
    registry.problems["other.lone"] = other
    assert problems_of(planned(registry, suites=("other",))) == {"other.lone"}
    assert "other.lone" not in problems_of(planned(registry, suites=("lecture",)))
    assert "other.lone" in problems_of(planned(registry))
    with pytest.raises(UsageError, match="no suite 'othre'; did you mean 'other'"):
        planned(registry, suites=("othre",))
    with pytest.raises(UsageError, match="no problem 'lone'"):
        planned(registry, suites=("other",), problems=("lone",))
