"""jit = eager: what JAX compiles gives what it gives operation by operation, to rounding.

Where the truth is known, both are held to it in every run and so to each other; this asks the
identity by itself, of functions from all parts of the catalogue.
"""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Case, Operator, UnsupportedOperatorError
from harness.contract.derivation import build, prepare
from harness.problems.catalogue import problems as catalogue
from harness.problems.inputs import case_inputs, operands, output_shape

pytest.importorskip("jax", reason="the jax backends need jax")

from backends.jax_backend import JaxBackend, JaxEagerBackend

PROBLEMS = [p for p in catalogue() if p.points[0].name == "generic-0"][7::72]
"""A function in 72: each costs two compilations."""

ULPS = 256 * np.finfo(np.float64).eps


def results(backend, problem, operator):
    """What ``backend`` gives at the first point, prepared as it is judged."""
    point = problem.points[0]
    size = next(s.name for s in problem.sizes if point.sizes is None or s.name in point.sizes)
    case = Case(problem.name, operator, size, "float64", point.name)
    shape = output_shape(problem, case) if operator.takes_cotangent else ()
    given = operands(operator, case_inputs(problem, case, shape))
    native = tuple(backend.asarray(np.array(x)) for x in given)
    call = prepare(backend, operator, build(backend, problem, operator), *native)
    return [backend.to_numpy(x) for x in call(*native)]


def apart(compiled, eager):
    """Whether two lists of arrays differ by more than roundings of their largest numbers."""
    for a, b in zip(compiled, eager, strict=True):
        assert (a.shape, a.dtype) == (b.shape, b.dtype)
        largest = np.max(np.abs(b), initial=0.0)
        if not np.all(np.abs(a - b) <= ULPS * largest):
            return True
    return False


@pytest.mark.parametrize("operator", [Operator.VJP, Operator.HVP_FORWARD_OVER_REVERSE])
@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)
def test_compiled_and_eager_agree(problem, operator):
    try:
        eager = results(JaxEagerBackend(), problem, operator)
    except UnsupportedOperatorError as error:
        pytest.skip(str(error))
    assert all(np.isfinite(x).all() for x in eager)
    assert not apart(results(JaxBackend(), problem, operator), eager)


class Contracted(JaxBackend):
    """A compiler that keeps one element in single precision."""

    def prepare(self, call, *example):
        compiled = super().prepare(call, *example)

        def rounded(*args):
            first, *others = compiled(*args)
            flat = first.reshape(-1)
            flat = flat.at[0].set(flat[0].astype("float32").astype("float64"))
            return (flat.reshape(first.shape), *others)

        return rounded


def test_a_compiler_that_loses_digits_is_seen():
    problem = next(p for p in catalogue() if p.name == "array_api.sin")
    eager = results(JaxEagerBackend(), problem, Operator.VJP)
    assert apart(results(Contracted(), problem, Operator.VJP), eager)
    assert not apart(results(JaxBackend(), problem, Operator.VJP), eager)
