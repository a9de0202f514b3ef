"""Operators at one point share their arguments, and their directions only where these are alike."""

from __future__ import annotations

import numpy as np

from harness import plugins
from harness.contract import Case, Operator
from harness.problems.inputs import case_inputs
from harness.running.inputs import Inputs


def test_a_third_derivative_is_probed_along_twice_its_direction_whatever_was_asked_before() -> None:
    registry = plugins.load()
    inputs = Inputs(registry)
    jvp = Case("array_api.sqrt", Operator.JVP, "n=3", "float64", "generic-0")
    third = Case("array_api.sqrt", Operator.THIRD, "n=3", "float64", "generic-0")

    before = inputs(jvp)
    given = inputs(third)

    np.testing.assert_array_equal(given.probe_seeds[0], 2 * given.seeds[0])
    assert (before.probe_seeds[0] != 2 * before.seeds[0]).any()
    assert given.args[0] is before.args[0]
    alone = case_inputs(registry.problem("array_api.sqrt"), third)
    np.testing.assert_array_equal(given.seeds[0], alone.seeds[0])


def test_a_batch_that_was_asked_before_leaves_the_sum_of_directions() -> None:
    inputs = Inputs(plugins.load())
    batch = Case("array_api.sqrt", Operator.JVP_BATCHED, "n=3", "float64", "generic-0")
    jvp = Case("array_api.sqrt", Operator.JVP, "n=3", "float64", "generic-0")

    assert inputs(batch).combined_seeds == ()
    given = inputs(jvp)

    total = given.seeds[0] + given.probe_seeds[0]
    np.testing.assert_array_equal(given.combined_seeds[0], total)
