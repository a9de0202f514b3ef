"""Readers of the machine's state: each gives what the system says, None where it says nothing."""

from __future__ import annotations

import os
import platform
from pathlib import Path
from typing import Any

import psutil

__all__ = [
    "allowed_cores",
    "cgroup_limits",
    "container",
    "core_speed",
    "frequency",
    "governors",
    "hypervisor",
    "load_average",
    "memory_bytes",
    "processor_model",
    "siblings",
    "steal_s",
    "turbo",
]

_ROOT = Path("/")
_CPUS = Path("sys/devices/system/cpu")


def allowed_cores() -> frozenset[int]:
    """The cores that this process may use; empty where the system has no affinity."""
    if not hasattr(os, "sched_getaffinity"):
        return frozenset()
    return frozenset(os.sched_getaffinity(0))


def processor_model(root: Path = _ROOT) -> str | None:
    """The processor's name as the maker gives it."""
    for line in (_text(root / "proc/cpuinfo") or "").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.processor() or None


def hypervisor(root: Path = _ROOT) -> str | None:
    """The hypervisor's name, ``yes`` where only its presence shows, None on bare metal."""
    named = _text(root / "sys/hypervisor/type")
    if named:
        return named
    flags = next(
        (line for line in (_text(root / "proc/cpuinfo") or "").splitlines() if "flags" in line), ""
    )
    return "yes" if "hypervisor" in flags.split() else None


def container(root: Path = _ROOT) -> str | None:
    """The kind of container that this process runs in, by the marks that it leaves."""
    if (root / ".dockerenv").exists():
        return "docker"
    if (root / "run/.containerenv").exists():
        return "podman"
    groups = _text(root / "proc/1/cgroup") or ""
    return next((kind for kind in ("kubepods", "docker", "lxc") if kind in groups), None)


def cgroup_limits(root: Path = _ROOT) -> dict[str, float | None]:
    """The control group's limits: ``cores`` (quota over period) and ``memory`` in bytes."""
    unified = (_text(root / "sys/fs/cgroup/cpu.max") or "").split()
    if len(unified) == 2:
        quota, period = unified
    else:
        quota = _text(root / "sys/fs/cgroup/cpu/cpu.cfs_quota_us") or ""
        period = _text(root / "sys/fs/cgroup/cpu/cpu.cfs_period_us") or ""
    # "max" and -1 mean no limit.
    cores = int(quota) / int(period) if quota.isdigit() and period.isdigit() else None
    memory = (
        _text(root / "sys/fs/cgroup/memory.max")
        or _text(root / "sys/fs/cgroup/memory/memory.limit_in_bytes")
        or ""
    )
    limit = float(memory) if memory.isdigit() and int(memory) < 1 << 60 else None
    return {"cores": cores, "memory": limit}


def memory_bytes() -> dict[str, int]:
    """The machine's memory: ``total`` and ``available``, in bytes."""
    memory = psutil.virtual_memory()
    return {"total": memory.total, "available": memory.available}


def governors(root: Path = _ROOT) -> list[str] | None:
    """The frequency governors in use, each once; None where none is shown (a virtual machine)."""
    found = {_text(p) for p in (root / _CPUS).glob("cpu[0-9]*/cpufreq/scaling_governor")}
    return sorted(g for g in found if g) or None


def turbo(root: Path = _ROOT) -> bool | None:
    """Whether the processor may exceed its nominal frequency."""
    disabled = _text(root / _CPUS / "intel_pstate/no_turbo")
    if disabled is not None:
        return disabled == "0"
    boost = _text(root / _CPUS / "cpufreq/boost")
    return boost == "1" if boost is not None else None


def frequency() -> float | None:
    """The present frequency in Hz, over all cores."""
    try:
        now = psutil.cpu_freq()
    except (OSError, NotImplementedError, RuntimeError):
        return None
    return now.current * 1e6 if now else None


def load_average() -> list[float] | None:
    """Runnable processes, averaged over 1, 5 and 15 minutes."""
    try:
        return list(os.getloadavg())
    except OSError:
        return None


def steal_s() -> float | None:
    """Seconds that the hypervisor took from all cores since the machine came up."""
    times: Any = psutil.cpu_times()
    return getattr(times, "steal", None)


def core_speed(core: int, root: Path = _ROOT) -> float:
    """A figure that is larger for a faster core: its highest frequency, or its capacity; else 0."""
    for name in ("cpufreq/cpuinfo_max_freq", "cpu_capacity"):
        value = _text(root / _CPUS / f"cpu{core}" / name)
        if value and value.isdigit():
            return float(value)
    return 0.0


def siblings(core: int, root: Path = _ROOT) -> frozenset[int]:
    """The hardware threads that share ``core``'s execution units, itself among them."""
    listed = _text(root / _CPUS / f"cpu{core}/topology/thread_siblings_list")
    return frozenset({core}) | _cores(listed or "")


def _cores(listed: str) -> frozenset[int]:
    """The kernel's list format: ``0-2,5`` is {0, 1, 2, 5}."""
    cores: set[int] = set()
    for part in filter(None, listed.split(",")):
        first, _, last = part.partition("-")
        cores |= set(range(int(first), int(last or first) + 1))
    return frozenset(cores)


def _text(path: Path) -> str | None:
    """The file's text without surrounding space; None where it cannot be read."""
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
