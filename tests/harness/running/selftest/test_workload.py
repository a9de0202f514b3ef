"""The injected difference is exactly what is said: by counting steps, not by timing them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from harness.contract import Operator
from harness.contract.validation import defects
from harness.problems.inputs import case_inputs
from harness.running.selftest import workload
from harness.running.selftest.workload import ARMS, BASELINE, UNITS, WIDTHS, cells_from


@pytest.fixture
def plugged(monkeypatch):
    """Backends and problems as the plug-in registers them, for one cell a workload."""
    cells = cells_from([(name, 3) for name in WIDTHS])
    monkeypatch.setenv(
        workload.CELLS, str([[c.workload, c.steps] for c in cells]).replace("'", '"')
    )
    backends, problems = {}, {}
    workload.register_backends(lambda name, factory, **_: backends.update({name: factory}))
    workload.register_problems(lambda problem: problems.update({problem.name: problem}))
    return backends, problems, cells


@pytest.mark.parametrize("name", WIDTHS)
def test_each_arm_does_exactly_its_share_of_steps(name, plugged, monkeypatch):
    backends, problems, cells = plugged
    cell = next(c for c in cells if c.workload == name)
    problem = problems[cell.case.problem]
    inputs = case_inputs(problem, cell.case)
    counted = {}

    for backend, factory in backends.items():
        done = []

        def repeat(_, times, done=done):
            for _ in itertools.repeat(None, times):
                done.append(1)
                yield

        monkeypatch.setattr(workload, "repeat", repeat)
        call = factory().specialise(problem, Operator.VALUE)
        (value,) = call(*inputs.args)
        assert value == inputs.args[0] ** 2
        assert value.shape == inputs.args[0].shape
        counted[backend] = len(done)
    base = counted.pop(BASELINE)
    assert base == 3 * UNITS
    assert {b: n / base for b, n in counted.items()} == {
        "selftest-same": 1.0,
        "selftest-plus-2": 1.02,
        "selftest-plus-5": 1.05,
    }
    assert counted.keys() == ARMS.keys()


@pytest.mark.parametrize(("name", "width"), [(n, w) for n, w in WIDTHS.items() if w])
def test_a_step_multiplies_as_many_elements_as_is_said(name, width, plugged, monkeypatch):
    backends, problems, cells = plugged
    cell = next(c for c in cells if c.workload == name)
    problem = problems[cell.case.problem]
    call = backends[BASELINE]().specialise(problem, Operator.VALUE)
    sizes, real = [], np.multiply

    def multiply(a, b, out):
        sizes.append(out.size)
        return real(a, b, out)

    monkeypatch.setattr(np, "multiply", multiply)
    call(*case_inputs(problem, cell.case).args)
    assert sizes == [width] * 3 * UNITS


def test_only_its_own_values_are_busy_work(plugged):
    backends, problems, cells = plugged
    problem = problems[cells[0].case.problem]
    assert backends[BASELINE]().specialise(problem, Operator.JVP) is None


def test_problems_are_sound_and_equal_cells_are_told_apart(plugged):
    _, problems, _ = plugged
    for problem in problems.values():
        assert list(defects(problem)) == []
    cells = cells_from([("dispatch", 3), ("dispatch", 3), ("level-1", 3), ("dispatch", 4)])
    assert [cell.draw for cell in cells] == [0, 1, 0, 0]
    assert len({cell.case.id for cell in cells}) == 4
