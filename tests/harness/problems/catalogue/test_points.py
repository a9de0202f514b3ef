"""How points are named, drawn and asked."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.contract import HESSIAN_NESTINGS, NESTINGS, Operator, PointKind
from harness.problems.catalogue import ENTRIES
from harness.problems.catalogue.points import (
    at,
    broadcast,
    drawn,
    edge,
    empty,
    integers,
    label,
    uniform,
)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ((0.0,), "0"),
        ((-0.0,), "-0"),
        ((1.0, -2.5), "1,-2.5"),
        ((1e-300,), "1e-300"),
        ((1e8, -1e20), "1e8,-1e20"),
        ((math.inf, -math.inf), "inf,-inf"),
        # Six digits do not tell these from their neighbours.
        ((1.0 - 2.0**-20,), "0.9999990463256836"),
        ((4194304.5,), "4194304.5"),
    ],
)
def test_a_label_is_short_and_tells_the_numbers(numbers, expected):
    assert label(*numbers) == expected
    if all(map(math.isfinite, numbers)):
        read = tuple(map(float, expected.split(",")))
        assert read == numbers
        assert [math.copysign(1, x) for x in read] == [math.copysign(1, x) for x in numbers]


def values(point, seed=0):
    return point.build(np.random.default_rng(seed))


def test_points_by_value_have_one_element_for_each_argument():
    (point,) = at((1.5, -0.0), kind=PointKind.KINK, max_order=1)
    first, second = values(point)
    assert point.shapes == ((1,), (1,)) == (first.shape, second.shape)
    assert (first.item(), second.item()) == (1.5, 0.0)
    assert math.copysign(1, second.item()) == -1
    assert (point.kind, point.max_order) == (PointKind.KINK, 1)


@pytest.mark.parametrize(
    ("value", "kind", "both"),
    [
        (0.0, PointKind.SMOOTH, True),
        (20.0, PointKind.SMOOTH, True),
        (-40.0, PointKind.SMOOTH, True),
        (1.0, PointKind.SMOOTH, False),
        (1.0, PointKind.KINK, True),
        (1.0, PointKind.INFINITE, True),
        (0.0, PointKind.OUTSIDE, False),
        # Out of float32's range, or not what float32 holds.
        (400.0, PointKind.SMOOTH, False),
        (0.1, PointKind.KINK, False),
        (math.inf, PointKind.SMOOTH, False),
        (math.nan, PointKind.SMOOTH, False),
    ],
)
def test_float32_is_asked_where_it_may_err_alone(value, kind, both):
    (point,) = at(value, kind=kind)
    assert point.both is both


def test_at_infinity_only_the_first_derivative_is_asked():
    (there, here) = at((1.0, -math.inf), (1.0, 2.0))
    assert (there.max_order, here.max_order) == (1, 3)
    (value_alone,) = at(math.inf, max_order=0)
    assert value_alone.max_order == 0


def test_what_is_given_can_be_changed_without_changing_the_point():
    array = np.array([1, 2])
    point = edge("given", array, [[1.0, 2.0]])
    assert point.shapes == ((2,), (1, 2))
    for x in values(point):
        x[...] = 7
    integers_again, floats_again = values(point)
    assert integers_again.tolist() == [1, 2]
    assert integers_again.dtype == np.int64
    assert floats_again.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3)])
def test_the_shape_of_lists_is_that_of_their_array(shape):
    given = np.zeros(shape)
    assert edge("zeros", given).shapes == (shape,)
    if 0 not in shape:
        assert edge("zeros", given.tolist()).shapes == (shape,)


@pytest.mark.parametrize(("low", "high"), [(-2.0, 2.0), (0.05, 0.95), (1e-3, 2e-3), (1.5, 3.0)])
def test_what_is_drawn_is_inside_and_exact_in_float32(low, high):
    drawn_ = uniform(low, high)(np.random.default_rng(1), (500,))
    assert ((low <= drawn_) & (drawn_ <= high)).all()
    np.testing.assert_array_equal(drawn_.astype(np.float32).astype(np.float64), drawn_)
    assert len(set(drawn_.tolist())) > 32


@pytest.mark.parametrize("count", [1, 2, 3])
def test_generic_points_are_at_least_three_and_broadcast(count):
    points = broadcast(*[uniform(-1.0, 1.0)] * count)
    assert len(points) >= 3
    assert [point.both for point in points] == [True] + [False] * (len(points) - 1)
    for point in points:
        np.broadcast_shapes(*point.shapes)
        assert [x.shape for x in values(point)] == list(point.shapes)
    assert any(() in point.shapes for point in points)
    if count > 1:
        assert any(len(set(point.shapes)) > 1 for point in points)


def test_an_empty_point_has_no_elements():
    point = empty(uniform(-1.0, 1.0), uniform(-1.0, 1.0))
    assert np.broadcast_shapes(*point.shapes) == (0,)
    assert point.shapes[1] == (1,)


def test_arguments_are_drawn_one_after_the_other_and_integers_stay():
    point = drawn("mixed", (uniform(0.0, 1.0), (2,)), (integers(3, 1), (2, 1)))
    first, second = values(point)
    assert second.tolist() == [[3], [1]]
    assert not np.array_equal(values(point, seed=5)[0], first)


def asked(point, problem, dtype):
    (size,) = (s for s in problem.sizes if s.name in point.sizes)
    return {o for o in problem.operators if problem.asks(o, size, point, dtype)}


def test_each_call_is_asked_everything_once_and_edges_each_order_and_nesting():
    (entry,) = (e for e in ENTRIES if e.name == "array_api.tanh")
    problem = next(iter(entry.problems()))
    points = {point.name: point for point in problem.points}
    assert asked(points["generic-0"], problem, "float64") == problem.operators
    assert asked(points["empty"], problem, "float64") == problem.operators
    edge = {Operator.VALUE, Operator.JVP, Operator.VJP, Operator.GRADIENT, *NESTINGS}
    edge |= {Operator.THIRD_FORWARD, Operator.THIRD_REVERSE}
    for dtype in ("float64", "float32"):
        assert asked(points["0"], problem, dtype) == edge
    assert edge < asked(points["generic-1"], problem, "float64") < problem.operators
    assert asked(points["generic-1"], problem, "float32") == set()
    single = problem.operators - asked(points["generic-0"], problem, "float32")
    assert single == {*HESSIAN_NESTINGS, Operator.JVP_BATCHED, Operator.VJP_BATCHED}


def test_every_point_is_asked_the_value_both_modes_and_where_it_has_a_second_order_each_nesting():
    for entry in ENTRIES:
        for problem in entry.problems():
            for point in problem.points:
                there = asked(point, problem, "float64")
                assert Operator.VALUE in there
                if point.max_order >= 1:
                    assert {Operator.JVP, Operator.VJP, Operator.GRADIENT} <= there
                if point.max_order >= 2 and point.kind is not PointKind.KINK:
                    assert set(NESTINGS) <= there
