"""What built-in backends are asked of the catalogue: the whole of nobody is left out."""

from __future__ import annotations

import dataclasses

import pytest

from backends.asked import AT_EDGES, COMPILED, SPARED_HESSIANS
from harness.contract import HESSIAN_NESTINGS, NESTINGS, Case, Operator
from harness.plugins import load

REGISTRY = load()
EAGER, COMPILING = REGISTRY.backends["jax-eager"], REGISTRY.backends["jax"]
TANH = REGISTRY.problems["array_api.tanh"]


def asked(problem, point, dtype="float64"):
    """The operators that jax-eager is asked at a point."""
    return {
        operator
        for operator in Operator
        if EAGER.asks(problem, operator)
        and EAGER.asks_at(problem, Case(problem.name, operator, "n", dtype, point))
    }


def test_jax_eager_is_asked_every_operator_at_the_first_point_of_a_function():
    """Of the Hessians one: it has the rows of the product of the same nesting."""
    first = asked(TANH, TANH.points[0].name)
    assert set(Operator) - first == SPARED_HESSIANS
    assert first.issuperset(NESTINGS)
    assert len(first.intersection(HESSIAN_NESTINGS)) == 1
    assert not first.intersection(HESSIAN_NESTINGS).intersection(COMPILED)


def test_jax_eager_is_asked_both_modes_and_one_nesting_at_an_edge():
    edges = [p.name for p in TANH.points if not p.name.startswith("generic-")]
    assert edges
    for edge in edges:
        assert asked(TANH, edge) == AT_EDGES
    assert {operator.order for operator in AT_EDGES} == {1, 2}
    # What the compiled mode is not asked anywhere is asked at the edges too.
    assert AT_EDGES - COMPILED


def test_jax_eager_is_asked_of_a_further_variant_at_its_first_point_alone():
    variant = REGISTRY.problems["array_api.sum/axis=-1,keepdims"]
    first, *others = (point.name for point in variant.points)
    assert asked(variant, first) == AT_EDGES
    assert others
    assert not any(asked(variant, point) for point in others)


@pytest.mark.parametrize(("point", "dtype"), [("generic-1", "float64"), ("generic-0", "float32")])
def test_jax_eager_is_spared_what_the_compiled_mode_says(point, dtype):
    assert asked(TANH, point, dtype) == set()
    assert all(COMPILING.asks(TANH, operator) for operator in COMPILED)


def test_every_function_of_the_catalogue_is_asked_of_jax_eager():
    for problem in REGISTRY.problems.values():
        assert asked(problem, problem.points[0].name)


def test_problems_beside_the_catalogue_are_asked_whole():
    lecture = dataclasses.replace(TANH, suite="lecture")
    assert asked(lecture, "zero", "float32") == set(Operator)
