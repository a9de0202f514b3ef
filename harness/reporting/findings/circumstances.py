"""Under which circumstances a run was made: its state, its A/A sentinel, its environment."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from harness.reporting import text
from harness.reporting.frames import RunFrames
from harness.running.records import RunEndRecord

__all__ = [
    "environment",
    "progress",
    "sentinel_headline",
    "sentinel_sentence",
    "start_ups",
    "state",
]

Facts = Sequence[tuple[str, str]]

_BYTES = frozenset({"memory"})
_HERTZ = frozenset({"frequency"})


def state(frames: RunFrames) -> str:
    """One sentence: who was asked how much, when, how deeply, and for how long."""
    plan = frames.info.plan
    told = (
        f"{text.plural(len(plan.backends), 'backend')}, {text.plural(len(plan.cases), 'case')}, "
        f"{text.plural(len(plan.timed), 'timed cell')}; depth {plan.depth.name}; "
        f"begun {_moment(frames.info.started)}"
    )
    if frames.end is None:
        return told + "; it did not end."
    return told + f"; {_spent(frames.end)}"


def _spent(end: RunEndRecord) -> str:
    """Where the time went; a journal of before has no word on first calls."""
    judging, timing = text.seconds(end.seconds_judging), text.seconds(end.seconds_timing)
    told = f"{judging} of judging, {timing} of timing"
    if not math.isfinite(end.seconds_first_calls) or not end.seconds_in_samples:
        return told + "."
    steady = end.seconds_timing - end.seconds_start_up - end.seconds_first_calls
    return (
        f"{told}: {text.seconds(end.seconds_start_up)} until workers were up, "
        f"{text.seconds(end.seconds_first_calls)} in first calls, and of the other "
        f"{text.seconds(steady)} {text.percent(end.seconds_in_samples / steady)} in samples."
    )


def _moment(started: str) -> str:
    """An ISO 8601 moment to the minute, as people write it; as it stands if it is none."""
    try:
        return f"{datetime.fromisoformat(started):%Y-%m-%d %H:%M %Z}".rstrip()
    except ValueError:
        return started


def progress(frames: RunFrames) -> str:
    """How far a run came, in one sentence."""
    plan = frames.info.plan
    asked = sum(len(plan.cases_of(backend)) for backend in plan.backends)
    ended = frames.cells["case"].nunique()
    return (
        f"{text.count(len(frames.verdicts))} of {text.plural(asked, 'verdict')} and "
        f"{text.count(ended)} of {text.plural(len(plan.timed), 'timed cell')} are on disk."
    )


def sentinel_headline(frames: RunFrames) -> str:
    """What the A/A duplicate says, in a few words."""
    found = frames.sentinel
    if not found.cells:
        return "No duplicate was timed"
    alarms = text.plural(found.alarms, "false alarm") if found.alarms else "No false alarm"
    return f"{alarms} in {text.plural(found.cells, 'A/A cell')}"


def sentinel_sentence(frames: RunFrames) -> str:
    """What the A/A duplicate says of this run's times, in one or two sentences."""
    found, baseline = frames.sentinel, frames.info.plan.baseline
    if not found.cells:
        return (
            f"No duplicate of {baseline} was timed, so nothing tells how often times mislead here."
        )
    return (
        f"A hidden duplicate of {baseline} ran in {text.plural(found.cells, 'cell')} (A/A): it was "
        f"called different from itself in {found.alarms} of them (95\u202f% limits of that rate: "
        f"{text.percent(found.rate_low)} to {text.percent(found.rate_high)}), and was off by "
        f"{text.percent(math.expm1(found.largest))} at most; a set scatters by "
        f"{text.percent(found.spread)}."
    )


def start_ups(frames: RunFrames) -> list[dict[str, Any]]:
    """For each backend the number of its workers, and median seconds to start and to import."""
    table = frames.start_up
    return [
        {
            "backend": backend,
            "workers": len(its),
            "process_s": float(its["process_s"].median()),
            "import_s": float(its["import_s"].median()),
        }
        for backend in frames.info.plan.backends
        if len(its := table[table["backend"] == backend])
    ]


def environment(recorded: Mapping[str, Any]) -> list[tuple[str, Facts]]:
    """The recorded environment as titled lists of (name, value); an unknown value says so."""
    plain = [(_name(k), _value(k, v)) for k, v in recorded.items() if not _nested(v)]
    groups = [
        (
            _name(key),
            list(_facts(value.items() if isinstance(value, Mapping) else enumerate(value, 1))),
        )
        for key, value in recorded.items()
        if _nested(value)
    ]
    return [*groups, *([("other", plain)] if plain else [])]


def _facts(items: Iterable[tuple[Any, Any]]) -> Iterable[tuple[str, str]]:
    for key, value in items:
        if isinstance(value, Mapping):
            unit = key if key in _BYTES | _HERTZ else None
            told = (f"{_name(k)} {_value(unit or k, v)}" for k, v in value.items())
            yield _name(key), ", ".join(told)
        else:
            yield _name(key), _value(key, value)


def _nested(value: Any) -> bool:
    return isinstance(value, Mapping) or (
        isinstance(value, list) and any(isinstance(item, Mapping) for item in value)
    )


def _name(key: object) -> str:
    return str(key).replace("_", " ") if str(key).islower() else str(key)


def _value(key: object, value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_value("", item) for item in value) or "none"
    if isinstance(value, int | float):
        if key in _BYTES:
            return text.bytes_(float(value))
        if key in _HERTZ:
            return f"{value / 1e9:.2f} GHz"
        return str(value) if isinstance(value, int) else f"{value:.6g}"
    return str(value) or "empty"
