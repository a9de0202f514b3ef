"""The environment of a run: read, never changed; workers get their own variables and cores."""

from __future__ import annotations

import importlib
import os
import platform
import re
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

import numpy as np

from harness.timing import machine

__all__ = [
    "CorePlan",
    "pin",
    "read_environment",
    "restore",
    "thread_pools",
    "timing_core",
    "worker_environment",
]

_LIBRARIES = (
    "adjudge", "array-api-compat", "autograd", "jax", "jaxlib", "mpmath", "gmpy2", "numpy",
    "pandas", "psutil", "scipy", "threadpoolctl", "torch",
)  # fmt: skip
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip
_OTHER_VARIABLES = (
    "NPROC", "XLA_FLAGS", "XLA_PYTHON_CLIENT_PREALLOCATE", "JAX_PLATFORMS", "JAX_ENABLE_X64",
    "OMP_PROC_BIND", "OMP_PLACES", "KMP_AFFINITY", "KMP_BLOCKTIME", "GOMP_CPU_AFFINITY",
    "MALLOC_ARENA_MAX", "MALLOC_CONF", "GLIBC_TUNABLES", "LD_PRELOAD", "PYTHONMALLOC",
    "PYTHONHASHSEED", "PYTORCH_ALLOC_CONF",
)  # fmt: skip
_PADDING_VARIABLE = "ADJUDGE_PADDING"
_MOST_PADDING = 4096
_XLA_THREADS = re.compile(r"--xla_cpu_multi_thread_eigen\S*|\bintra_op_parallelism_threads=\S*")


def read_environment() -> dict[str, Any]:
    """Return what a time depends on, as JSON can hold it; an unknown item is None, never a guess.

    Sizes are in bytes, frequencies in Hz. No AD library is imported: versions come from the
    installed metadata. ``thread_pools`` are those of THIS process.
    """
    return {
        "time": time.time(),
        "machine": {
            "architecture": platform.machine(),
            "kernel": f"{platform.system()} {platform.release()}",
            "hypervisor": machine.hypervisor(),
            "container": machine.container(),
            "cgroup": machine.cgroup_limits(),
            "memory": machine.memory_bytes(),
        },
        "processor": {
            "model": machine.processor_model(),
            "logical_cores": os.cpu_count(),
            "affinity": sorted(machine.allowed_cores()),
            "governor": machine.governors(),
            "turbo": machine.turbo(),
            "frequency": machine.frequency(),
            "load_average": machine.load_average(),
            "steal_s": machine.steal_s(),
        },
        "python": {
            "version": platform.python_version(),
            "implementation": platform.python_implementation(),
            "compiler": platform.python_compiler(),
            "allocator": os.environ.get("PYTHONMALLOC", "pymalloc"),
            "optimise": sys.flags.optimize,
            "hash_randomisation": bool(sys.flags.hash_randomization),
        },
        "c_library": " ".join(platform.libc_ver()).strip() or None,
        "variables": {
            name: os.environ[name]
            for name in (*_THREAD_VARIABLES, *_OTHER_VARIABLES)
            if name in os.environ
        },
        "libraries": {name: _version(name) for name in _LIBRARIES},
        "thread_pools": thread_pools(),
    }


def worker_environment(
    threads: int, rng: np.random.Generator, inherited: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the variables to lay over ``inherited`` for one worker process; record them.

    Thread pools of OpenMP, MKL, OpenBLAS, BLIS, Accelerate, NumExpr, Numba and XLA are set to
    ``threads``; XLA's CPU client has no flag for it, it takes the size of its pool from NPROC
    (``xla::DefaultThreadPoolSize``). The hash seed and the size of the environment, both of
    which shift a process's memory layout, are drawn anew from ``rng``.
    """
    if threads < 1:
        raise ValueError(f"threads must be at least 1, not {threads}")
    variables = dict.fromkeys(_THREAD_VARIABLES, str(threads))
    variables["NPROC"] = str(threads)
    others = _XLA_THREADS.sub("", inherited.get("XLA_FLAGS", "")).split()
    eigen = f"--xla_cpu_multi_thread_eigen={'true' if threads > 1 else 'false'}"
    variables["XLA_FLAGS"] = " ".join((eigen, *others))
    variables["PYTHONHASHSEED"] = str(rng.integers(0, 2**32))
    variables[_PADDING_VARIABLE] = "x" * int(rng.integers(0, _MOST_PADDING))
    return variables


@dataclass(frozen=True, slots=True)
class CorePlan:
    """Which cores the timed workers share, which the supervisor has, and what a person should know.

    Empty sets: the system has no affinity, and nothing is pinned. ``notice`` is empty when the
    plan is as it should be.
    """

    workers: frozenset[int]
    supervisor: frozenset[int]
    notice: str = ""


def timing_core(exclude: Collection[int] = (), threads: int = 1) -> CorePlan:
    """Choose ``threads`` cores for the timed workers, and others for the supervisor.

    The fastest cores are taken (a processor may have slow ones), among them the highest
    numbered, since the system's own work gathers on core 0. The supervisor keeps off their
    hardware siblings too, if it can. ``exclude`` are cores not to time on.
    """
    allowed = machine.allowed_cores()
    if not allowed:
        return CorePlan(
            frozenset(), frozenset(), "this system pins no processes: times will scatter more"
        )
    usable = (allowed - set(exclude)) or allowed
    ranked = sorted(usable, key=lambda core: (machine.core_speed(core), core), reverse=True)
    workers = frozenset(ranked[:threads])
    siblings = frozenset(s for core in workers for s in machine.siblings(core))
    if len(workers) < threads:
        return CorePlan(
            workers,
            allowed - workers or allowed,
            f"{threads} threads were asked for, but only {len(workers)} cores may be used",
        )
    for supervisor in (allowed - workers - siblings, allowed - workers):
        if supervisor:
            return CorePlan(workers, supervisor)
    return CorePlan(
        workers, allowed, "the supervisor shares the only cores with the workers it times"
    )


def pin(cores: Collection[int]) -> frozenset[int]:
    """Pin this process, and what it starts, to ``cores``; return the cores it had, for ``restore``.

    Nothing happens with no cores, or where the system has no affinity. Threads that a library
    started before stay where they are: pin first, import afterwards.
    """
    before = machine.allowed_cores()
    if cores and before:
        os.sched_setaffinity(0, cores)
    return before


def restore(cores: Collection[int]) -> None:
    """Give this process the cores back that ``pin`` returned."""
    pin(cores)


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def thread_pools() -> list[dict[str, Any]] | None:
    """The BLAS and OpenMP pools of this process and their sizes; None without threadpoolctl."""
    try:
        threadpoolctl = importlib.import_module("threadpoolctl")
    except ImportError:
        return None
    kept = ("user_api", "internal_api", "prefix", "version", "num_threads", "architecture")
    return [
        {key: pool[key] for key in kept if key in pool} for pool in threadpoolctl.threadpool_info()
    ]
