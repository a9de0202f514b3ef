"""The contract is tested over every registered backend; a missing library is a reason to skip."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from harness.contract import Backend, Operator, Point, Problem, Size, build
from harness.contract.derivation import prepare
from harness.plugins import load

REGISTRY = load()
NAMES = [n for n, entry in REGISTRY.backends.items() if entry.plugin == "adjudge-backends"]
# jax-eager differs from jax in one method, prepare: what is asked of each derivative, and costs a
# compilation each time, is asked of jax alone.
ONCE = [name for name in NAMES if name != "jax-eager"]
AD = ["our_engine", "pytorch", "jax", "autograd"]


@functools.cache
def created(name) -> Backend:
    entry = REGISTRY.backends[name]
    if entry.missing:
        pytest.skip(entry.missing_line())
    return entry.create()


@pytest.fixture(params=NAMES)
def backend(request):
    """Each built-in backend in turn."""
    return created(request.param)


@pytest.fixture(params=ONCE)
def library(request):
    """Each built-in backend but jax-eager."""
    return created(request.param)


@pytest.fixture(params=AD)
def ad_backend(request):
    """Each backend of both modes, but jax-eager."""
    return created(request.param)


@pytest.fixture
def backend_named():
    """A backend by its name."""
    return created


@pytest.fixture
def run():
    """``run(backend, problem, operator, *operands) -> NumPy results``, prepared as it is timed."""

    def run(backend, problem, operator, *operands):
        native = tuple(backend.asarray(np.asarray(x)) for x in operands)
        results = prepare(backend, operator, build(backend, problem, operator), *native)(*native)
        backend.wait(results)
        return tuple(np.array(backend.to_numpy(r)) for r in results)

    return run


@pytest.fixture
def problem_of():
    """``problem_of(fun, arguments, argnums)``: a problem that asks for everything."""

    def problem_of(fun, arguments=("x",), argnums=(0,)):
        return Problem(
            name="test.problem",
            source="a test",
            fun=fun,
            arguments=arguments,
            argnums=argnums,
            sizes=(Size({}, 1),),
            points=(Point("here", lambda dims, rng: (np.ones(2),) * len(arguments)),),
            operators=frozenset(Operator),
            timed_operators=frozenset(),
            closed_forms={},
            operations=lambda dims: 10,
        )

    return problem_of
