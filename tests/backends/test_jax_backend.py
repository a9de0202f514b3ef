"""JAX: 64 bits from the first array on, what is traced is counted, jit and eager agree."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from harness.contract import Operator, build
from harness.plugins import load

pytest.importorskip("jax", reason="the jax backends need jax")

import jax

from backends.jax_backend import JaxBackend, JaxEagerBackend

LOG_SQRT = load().problems["lecture.log_sqrt"]
X = np.array([0.25, 1.0, -2.0])


def tripled(backend):
    return lambda x: (3 * backend.xp.tanh(x),)


def test_float64_stays_float64_in_a_fresh_process():
    code = (
        "from backends.jax_backend import JaxBackend\n"
        "import numpy as np\n"
        "backend = JaxBackend()\n"
        "x = backend.asarray(np.array([1.0, 1.0 + 2.0**-50]))\n"
        "assert x.dtype == 'float64' and float(x[1] - x[0]) == 2.0**-50\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_float32_stays_float32_though_64_bits_are_on():
    backend = JaxBackend()
    x = backend.asarray(X.astype(np.float32))
    assert x.dtype == "float32"
    (y,) = backend.prepare(tripled(backend), x)(x)
    assert y.dtype == "float32"


def test_a_prepared_call_is_traced_once_for_each_shape_and_dtype():
    backend = JaxBackend()
    x = backend.asarray(X)
    call = backend.prepare(tripled(backend), x)
    assert backend.traces() == 0
    call(x)
    call(x + 1)
    assert backend.traces() == 1
    call(backend.asarray(X[:2]))
    assert backend.traces() == 2
    call(backend.asarray(X.astype(np.float32)))
    assert backend.traces() == 3


def test_each_instance_counts_for_itself():
    first, second = JaxBackend(), JaxBackend()
    x = first.asarray(X)
    first.prepare(tripled(first), x)(x)
    assert (first.traces(), second.traces()) == (1, 0)


def test_eager_prepares_and_counts_nothing():
    backend = JaxEagerBackend()
    call = tripled(backend)
    assert backend.prepare(call, backend.asarray(X)) is call
    assert backend.traces() is None


@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.HESSIAN])
def test_compiled_and_eager_agree(operator):
    results = []
    for backend in (JaxBackend(), JaxEagerBackend()):
        args = tuple(backend.asarray(np.array(v)) for v in (2.0, 5.0))
        results.append(backend.prepare(build(backend, LOG_SQRT, operator), *args)(*args))
    for compiled, eager in zip(*results, strict=True):
        assert float(compiled) == pytest.approx(float(eager), rel=1e-15)


def test_wait_takes_what_calls_return():
    backend = JaxBackend()
    y = backend.asarray(X)
    backend.wait((y, (y, y)))
    backend.wait(())


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
def test_xla_starts_no_more_threads_than_it_is_told():
    code = (
        "import pathlib, numpy as np\n"
        "from backends.jax_backend import JaxBackend\n"
        "backend = JaxBackend()\n"
        "backend.set_threads(3)\n"
        "x = backend.asarray(np.ones((64, 64)))\n"
        "backend.wait(backend.prepare(lambda a: (a @ a,), x)(x))\n"
        "threads = pathlib.Path('/proc/self/task').iterdir()\n"
        "print(sum('XLAEigen' in t.joinpath('comm').read_text() for t in threads))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split()[-1] == "3"


def test_compiled_code_is_shared_between_processes_only_when_asked(tmp_path):
    program = (
        "import sys, pathlib, numpy as np\n"
        "from backends.jax_backend import JaxBackend\n"
        "backend = JaxBackend()\n"
        "if len(sys.argv) > 1: backend.share_compiled(pathlib.Path(sys.argv[1]))\n"
        "x = backend.asarray(np.ones(3))\n"
        "backend.wait(backend.prepare(lambda t: backend.xp.sum(t * t), x)(x))\n"
    )
    command = [sys.executable, "-c", program]
    subprocess.run(command, check=True, cwd=tmp_path)
    assert not any(tmp_path.iterdir())
    subprocess.run([*command, str(tmp_path)], check=True, cwd=tmp_path)
    kept = {path.name for path in tmp_path.iterdir()}
    assert any("counted" in name for name in kept), kept
    subprocess.run([*command, str(tmp_path)], check=True, cwd=tmp_path)
    again = {path.name for path in tmp_path.iterdir() if path.name.endswith("-cache")}
    assert again == {name for name in kept if name.endswith("-cache")}, "compiled anew"


def test_what_is_compiled_is_asked_of_the_catalogue_as_its_plug_in_declares():
    entries = load().backends
    eager, compiled = JaxEagerBackend(), JaxBackend()
    of_the_catalogue = dataclasses.replace(LOG_SQRT, suite="catalogue")
    for operator in Operator:
        assert compiled.supports(LOG_SQRT, operator) == eager.supports(LOG_SQRT, operator)
        asked = entries["jax"].asks(of_the_catalogue, operator)
        assert compiled.supports(of_the_catalogue, operator) == asked
        assert entries["jax-eager"].asks(of_the_catalogue, operator)
    assert compiled.supports(of_the_catalogue, Operator.HVP_FORWARD_OVER_REVERSE)
    assert not compiled.supports(of_the_catalogue, Operator.HVP_REVERSE_OVER_REVERSE)


@pytest.mark.parametrize(("backend", "cleared"), [(JaxEagerBackend, 2), (JaxBackend, 40)])
def test_caches_are_cleared_between_problems_but_not_where_others_use_them(
    backend, cleared, monkeypatch
):
    times = []
    monkeypatch.setattr(jax, "clear_caches", lambda: times.append(1))
    made = backend()
    for _ in range(40):
        made.forget()
    assert len(times) == cleared
