"""Work: every case is dealt out once, problem by problem and point by point."""

from __future__ import annotations

import pytest

from harness.contract import Case, Operator
from harness.running.work import Work

OPERATORS = (Operator.VALUE, Operator.JVP)


def cases(*problems, points=("a", "b")):
    return [
        Case(problem, operator, "n=3", "float64", point)
        for problem in problems
        for operator in OPERATORS
        for point in points
    ]


def dealt(work, *workers):
    """The bundles in the order of their taking, the workers taking turns."""
    bundles = []
    while any(taken := [(worker, work.take(worker)) for worker in workers]):
        if not any(bundle for _, bundle in taken):
            return bundles
        bundles += [(worker, bundle) for worker, bundle in taken if bundle]
    return bundles


def test_a_bundle_is_all_operators_of_one_point_in_the_plans_order():
    bundles = dealt(Work(cases("p", "q")), 1)
    assert [(b[0].problem, b[0].point) for _, b in bundles] == [
        ("p", "a"),
        ("p", "b"),
        ("q", "a"),
        ("q", "b"),
    ]
    assert all(tuple(case.operator for case in b) == OPERATORS for _, b in bundles)


def test_two_workers_keep_to_different_problems():
    bundles = dealt(Work(cases("p", "q")), 1, 2)
    assert {(worker, b[0].problem) for worker, b in bundles} == {(1, "p"), (2, "q")}


def test_a_worker_without_a_problem_takes_from_the_end_of_anothers():
    work = Work(cases("p", points=("a", "b", "c")))
    assert work.take(1)[0].point == "a"
    assert work.take(2)[0].point == "c"
    assert work.take(1)[0].point == "b"
    assert work.take(1) == work.take(2) == ()


@pytest.mark.parametrize("workers", [(1,), (1, 2), (1, 2, 3)])
def test_every_case_is_dealt_out_once(workers):
    asked = cases("p", "q", "r", points=("a", "b", "c"))
    work = Work(asked)
    found = [case for _, bundle in dealt(work, *workers) for case in bundle]
    assert sorted(found) == sorted(asked)
    assert work.left == 0


def test_what_is_given_back_is_dealt_out_again():
    work = Work(cases("p"))
    bundle = work.take(1)
    left = work.left
    work.give_back(bundle[1:])
    assert work.left == left + len(bundle) - 1
    assert work.take(2) == bundle[1:]


def test_of_no_cases_nothing_is_left():
    work = Work([])
    assert work.left == 0
    assert work.take(1) == ()
