"""Whether two runs can be compared: what is refused, and what a reader must know.

Refused is what would make the ratios answers to different questions, or leaves nothing to compare.
What may have changed the ratios besides the backends is told, and left to the reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.errors import UsageError
from harness.reporting import text
from harness.reporting.between_runs.timed_run import TimedRun
from harness.timing.selftest import MOST_ALARMS

__all__ = ["baseline_changed", "notices", "refuse_incomparable", "same_machine"]

_BUSY_LOAD = 0.5
"""Runnable processes for each core above which others were at work."""

_MACHINE = (
    ("processor", "model"),
    ("processor", "logical_cores"),
    ("machine", "architecture"),
    ("machine", "hypervisor"),
)
_CIRCUMSTANCES = (
    ("Python", ("python", "version")),
    ("Python's compiler", ("python", "compiler")),
    ("Python's allocator", ("python", "allocator")),
    ("the kernel", ("machine", "kernel")),
    ("the container", ("machine", "container")),
    ("the C library", ("c_library",)),
    ("the governor", ("processor", "governor")),
    ("turbo", ("processor", "turbo")),
    ("variables", ("variables",)),
    ("adjudge", ("libraries", "adjudge")),
)


def refuse_incomparable(before: TimedRun, after: TimedRun) -> None:
    """UsageError, in one line with the way out, where no ratio of ratios would mean anything."""
    if before.name == after.name:
        raise UsageError(f"{before.path} and {after.path} are the same run; give two")
    old, new = before.info.plan, after.info.plan
    if old.schema_version != new.schema_version:
        raise UsageError(
            f"{before.name} has schema {old.schema_version} and {after.name} has schema "
            f"{new.schema_version}: they were not timed alike; make the older one again"
        )
    for run in (before, after):
        if not run.timed():
            raise UsageError(f"{run.name} has no times; time it with: adjudge bench {run.path}")
    if old.baseline != new.baseline:
        raise UsageError(
            f"{before.name} has ratios to {old.baseline} and {after.name} to {new.baseline}; "
            f"make one of them again with the other's baseline"
        )
    if old.threads != new.threads:
        raise UsageError(
            f"{before.name} ran with {text.plural(old.threads, 'thread')} and {after.name} with "
            f"{new.threads}; make one of them again with --threads {old.threads}"
        )
    common = before.timed().keys() & after.timed().keys()
    if not common:
        raise UsageError(
            f"{before.name} and {after.name} have no backend and cell in common; "
            f"make a run of the same cells with: adjudge bench {before.path}"
        )
    if all(min(len(before.ratios(key)), len(after.ratios(key))) < 2 for key in common):
        raise UsageError(
            f"{before.name} and {after.name} share no cell with two sets in both: without a second "
            "set there is no interval; give the runs more time with --default"
        )


def same_machine(before: TimedRun, after: TimedRun) -> bool:
    """Whether both runs name the same processor, cores and hypervisor."""
    return all(_at(before, path) == _at(after, path) for path in _MACHINE)


def baseline_changed(before: TimedRun, after: TimedRun) -> bool:
    """Whether the libraries of what everything is divided by are not the same."""
    baseline = before.info.plan.baseline
    return before.info.versions.get(baseline) != after.info.versions.get(baseline)


def notices(before: TimedRun, after: TimedRun) -> Iterator[str]:
    """What may have changed a ratio besides its backend, a sentence each."""
    if not same_machine(before, after):
        yield (
            f"different machines ({_machine(before)}; {_machine(after)}): only ratios of ratios "
            "are compared, and one backend may gain more than another by a machine"
        )
    baseline = before.info.plan.baseline
    if baseline_changed(before, after):
        yield (
            f"the baseline {baseline} changed from {before.info.version(baseline)} to "
            f"{after.info.version(baseline)}: a ratio may change by its doing"
        )
    for name, path in _CIRCUMSTANCES:
        old, new = _at(before, path), _at(after, path)
        if old != new:
            yield f"{name} changed: {_told(old)} before, {_told(new)} after"
    for backend, device in before.info.devices.items():
        now = after.info.devices.get(backend, device)
        if now != device:
            yield f"{backend} ran on {device} before and on {now} after"
    for run in (before, after):
        yield from _of_one(run)


def _of_one(run: TimedRun) -> Iterator[str]:
    if not run.complete:
        yield f"{run.name} did not end; go on with: adjudge run --resume {run.path}"
    load, cores = _at(run, ("processor", "load_average")), _at(run, _MACHINE[1])
    if load and cores and load[0] > _BUSY_LOAD * cores:
        yield f"others were at work when {run.name} began (load {load[0]:.1f} on {cores} cores)"
    alarms = run.sentinel
    if alarms.cells and alarms.rate_low > MOST_ALARMS:
        yield (
            f"{run.name} called the baseline different from itself in {alarms.alarms} of "
            f"{alarms.cells} cells: its times mislead"
        )


def _at(run: TimedRun, path: tuple[str, ...]) -> Any:
    """An item of the recorded environment; None where it is not known."""
    found: Any = run.info.environment
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _machine(run: TimedRun) -> str:
    model, cores = (_at(run, path) for path in _MACHINE[:2])
    return f"{_told(model)}, {_told(cores)} cores"


def _told(value: Any) -> str:
    if value is None or value in ({}, []):
        return "nothing"
    if isinstance(value, Mapping):
        return " ".join(f"{name}={item}" for name, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
