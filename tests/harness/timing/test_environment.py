"""The environment: what is recorded, what a worker is given, and where it is pinned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.timing import environment, machine
from harness.timing.environment import (
    pin,
    read_environment,
    restore,
    thread_pools,
    timing_core,
    worker_environment,
)


def in_a_worker(code, threads=1):
    """Run ``code`` as a worker would and return what it prints."""
    variables = worker_environment(threads, np.random.default_rng(0))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def cores(monkeypatch):
    """Pretend a machine: allowed cores, their siblings and speeds."""

    def pretend(allowed, siblings=None, speeds=None):
        monkeypatch.setattr(machine, "allowed_cores", lambda: frozenset(allowed))
        monkeypatch.setattr(
            machine, "siblings", lambda core: frozenset((siblings or {}).get(core, {core}))
        )
        monkeypatch.setattr(machine, "core_speed", lambda core: (speeds or {}).get(core, 0.0))

    return pretend


def test_the_environment_is_json_and_says_what_a_time_depends_on():
    found = json.loads(json.dumps(read_environment(), allow_nan=False))
    assert found["processor"]["logical_cores"] == os.cpu_count()
    assert found["machine"]["memory"]["total"] > 2**20
    assert found["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert found["libraries"]["numpy"] == np.__version__
    assert {"governor", "turbo", "steal_s", "load_average", "affinity"} <= found["processor"].keys()


def test_reading_the_environment_imports_no_ad_library():
    code = (
        "import sys; from harness.timing.environment import read_environment; read_environment();"
        "print([m for m in ('torch', 'jax', 'jaxlib', 'autograd') if m in sys.modules])"
    )
    assert in_a_worker(code) == "[]"


def test_an_absent_library_has_no_version(monkeypatch):
    monkeypatch.setattr(environment, "_LIBRARIES", ("numpy", "no-such-distribution"))
    assert read_environment()["libraries"] == {
        "numpy": np.__version__,
        "no-such-distribution": None,
    }


def test_variables_that_shift_times_are_recorded_and_others_stay_private(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.malloc.check=0")
    monkeypatch.setenv("SOME_SECRET", "hidden")
    variables = read_environment()["variables"]
    assert variables["OMP_NUM_THREADS"] == "3"
    assert variables["GLIBC_TUNABLES"] == "glibc.malloc.check=0"
    assert "SOME_SECRET" not in variables


def test_pools_are_none_without_threadpoolctl(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    assert thread_pools() is None


@pytest.mark.parametrize("threads", [1, 2])
def test_a_workers_blas_has_the_threads_that_were_asked_for(threads):
    pytest.importorskip("threadpoolctl", reason="pool sizes are read with threadpoolctl")
    if threads > len(os.sched_getaffinity(0)):
        pytest.skip(f"needs {threads} cores")
    code = (
        "import numpy; from harness.timing.environment import thread_pools;"
        "print([pool['num_threads'] for pool in thread_pools()])"
    )
    sizes = json.loads(in_a_worker(code, threads))
    assert sizes
    assert set(sizes) == {threads}


def test_xla_accepts_its_flags_and_starts_one_thread():
    """A flag that XLA does not know aborts the process; one that it ignores leaves more threads."""
    pytest.importorskip("jax", reason="XLA comes with jax")
    if not Path("/proc/self/task").exists():
        pytest.skip("threads are counted in /proc")
    code = (
        "import jax.numpy as jnp; from pathlib import Path; jnp.ones((2, 2)).block_until_ready();"
        "names = [p.read_text().strip() for p in Path('/proc/self/task').glob('*/comm')];"
        "print(names.count('tf_XLAEigen'))"
    )
    assert in_a_worker(code) == "1"


def test_every_pool_is_limited_and_the_users_other_xla_flags_are_kept():
    inherited = {
        "XLA_FLAGS": "--xla_dump_to=/d --xla_cpu_multi_thread_eigen=true "
        "intra_op_parallelism_threads=8 --xla_cpu_enable_fast_math=false"
    }
    found = worker_environment(1, np.random.default_rng(0), inherited)
    for pool in ("OMP", "MKL", "OPENBLAS", "NUMEXPR"):
        assert found[f"{pool}_NUM_THREADS"] == "1"
    assert found["NPROC"] == "1"
    assert found["XLA_FLAGS"].split() == [
        "--xla_cpu_multi_thread_eigen=false",
        "--xla_dump_to=/d",
        "--xla_cpu_enable_fast_math=false",
    ]
    assert all(isinstance(value, str) for value in found.values())


def test_more_threads_are_passed_on():
    found = worker_environment(4, np.random.default_rng(0), {})
    assert (found["OMP_NUM_THREADS"], found["NPROC"]) == ("4", "4")
    assert found["XLA_FLAGS"] == "--xla_cpu_multi_thread_eigen=true"


def test_hash_seed_and_environment_size_are_drawn_anew_and_reproducible():
    rng = np.random.default_rng(3)
    drawn = [worker_environment(1, rng, {}) for _ in range(20)]
    assert len({d["PYTHONHASHSEED"] for d in drawn}) == 20
    assert len({len(d["ADJUDGE_PADDING"]) for d in drawn}) > 15
    assert all(0 <= int(d["PYTHONHASHSEED"]) < 2**32 for d in drawn)
    assert worker_environment(1, np.random.default_rng(3), {}) == drawn[0]


def test_no_threads_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        worker_environment(0, np.random.default_rng(0))


def test_the_supervisor_keeps_off_the_timed_core(cores):
    cores({0, 1, 2, 3})
    plan = timing_core()
    assert (plan.workers, plan.supervisor, plan.notice) == ({3}, {0, 1, 2}, "")


def test_the_supervisor_keeps_off_the_timed_cores_sibling_if_it_can(cores):
    cores({0, 1, 2, 3}, siblings={3: {1, 3}})
    assert timing_core().supervisor == {0, 2}
    cores({1, 3}, siblings={3: {1, 3}})
    assert timing_core().supervisor == {1}


def test_a_fast_core_is_preferred(cores):
    cores({0, 1, 2, 3}, speeds={0: 5e6, 1: 5e6, 2: 3e6, 3: 3e6})
    assert timing_core().workers == {1}


def test_excluded_cores_are_not_timed_on(cores):
    cores({0, 1, 2})
    assert timing_core(exclude={2}).workers == {1}
    assert timing_core(exclude={0, 1, 2}).workers == {2}  # nothing else is left


def test_threads_get_a_core_each(cores):
    cores({0, 1, 2, 3})
    plan = timing_core(threads=3)
    assert (plan.workers, plan.supervisor) == ({1, 2, 3}, {0})


@pytest.mark.parametrize(
    ("allowed", "threads", "said"),
    [({0}, 1, "shares the only cores"), ({0, 1}, 4, "only 2 cores"), (set(), 1, "pins no")],
)
def test_a_plan_that_is_not_as_it_should_be_says_so(cores, allowed, threads, said):
    cores(allowed)
    plan = timing_core(threads=threads)
    assert said in plan.notice
    assert plan.supervisor == allowed


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs processor affinity")
def test_pinning_is_undone():
    had = os.sched_getaffinity(0)
    core = max(had)
    before = pin({core})
    try:
        assert os.sched_getaffinity(0) == {core}
        assert before == had
    finally:
        restore(before)
    assert os.sched_getaffinity(0) == had


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs processor affinity")
def test_pinning_to_nothing_does_nothing():
    had = os.sched_getaffinity(0)
    assert pin(()) == had
    assert os.sched_getaffinity(0) == had


def test_without_affinity_nothing_is_pinned(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    assert pin({0}) == frozenset()
    restore(frozenset())
    assert "pins no processes" in timing_core().notice
