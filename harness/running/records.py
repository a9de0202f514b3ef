"""The records of a journal: what happened, told apart by ``type``, and nothing aggregated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "AUDIT_ALONE",
    "AUDIT_TURNS",
    "A_A",
    "RETRACE",
    "SCHEMA_VERSION",
    "TURNS",
    "CellEndRecord",
    "CurveRecord",
    "FirstCallRecord",
    "InterruptionRecord",
    "MemoryRecord",
    "Record",
    "ResultRecord",
    "RunEndRecord",
    "SampleRecord",
    "StartUpRecord",
    "ThreadsRecord",
    "TimingFailureRecord",
    "VerdictRecord",
]

SCHEMA_VERSION = 3

A_A = "a/a"
"""The arm of the baseline's hidden duplicate."""

TURNS, AUDIT_ALONE, AUDIT_TURNS = "turns", "audit-alone", "audit-turns"
"""The kinds of a sample's set: what times are made of, and the two halves of the audit."""

RETRACE = "retrace"
"""The one kind of timing failure that leaves the time standing: the library traced anew."""


@dataclass(frozen=True, slots=True)
class Record:
    """The base of all records; ``type`` tells them apart in the file."""

    type: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class VerdictRecord(Record):
    """One (backend, case) judged; ``kind`` is a VerdictKind, errors as in ``Verdict``."""

    type: ClassVar[str] = "verdict"
    backend: str
    version: str
    case: str
    kind: str
    oracle: str
    reason: str
    error: float
    relative_error: float
    tolerance: float
    error_over_tolerance: float
    ulp: float
    native: bool
    stderr_tail: str
    time: float


@dataclass(frozen=True, slots=True)
class ResultRecord(Record):
    """What a backend computed when it was judged, of a case that may be timed.

    ``digest`` is that of the results' shapes, dtypes and bits, to know them again when they are
    timed; ``seconds`` are those of the evaluation, the first call of its process.
    """

    type: ClassVar[str] = "result"
    backend: str
    case: str
    digest: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CurveRecord(Record):
    """The losses of one descent, step by step."""

    type: ClassVar[str] = "curve"
    backend: str
    case: str
    losses: list[float]


@dataclass(frozen=True, slots=True)
class StartUpRecord(Record):
    """One worker came up: seconds for the process and for the backend's imports."""

    type: ClassVar[str] = "start-up"
    backend: str
    set_index: int
    process_s: float
    import_s: float


@dataclass(frozen=True, slots=True)
class ThreadsRecord(Record):
    """How many threads a backend's process had after its first calls, measured in it.

    ``pools`` are the sizes of thread pools by name: those of BLAS and OpenMP that threadpoolctl
    finds, those that the backend's library tells of, and ``process``, all threads of the system.
    ``asked`` is what ``--threads`` asked for.
    """

    type: ClassVar[str] = "threads"
    backend: str
    set_index: int
    asked: int
    pools: dict[str, int]


@dataclass(frozen=True, slots=True)
class FirstCallRecord(Record):
    """Costs of one (backend, case) in one set, before its steady state.

    ``compile_s`` is the first call less the second where the backend prepares (0 otherwise);
    ``conversion_s`` NumPy to native and back for all operands; ``loops`` the calibrated count.
    """

    type: ClassVar[str] = "first-call"
    backend: str
    case: str
    set_index: int
    prepare_s: float
    first_call_s: float
    second_call_s: float
    compile_s: float
    conversion_s: float
    loops: int


@dataclass(frozen=True, slots=True)
class SampleRecord(Record):
    """One raw sample. ``arm`` is the backend's name, or the baseline's duplicate ``a/a``.

    Times are made of the ``set_kind`` TURNS alone; the others are the carry-over audit's.
    """

    type: ClassVar[str] = "sample"
    backend: str
    arm: str
    case: str
    set_index: int
    round_index: int
    position: int
    loops: int
    wall_s: float
    cpu_s: float
    involuntary_switches: int
    steal_s: float
    set_kind: str = TURNS


@dataclass(frozen=True, slots=True)
class MemoryRecord(Record):
    """Peak resident bytes above the state before the call, in a pass of its own."""

    type: ClassVar[str] = "memory"
    backend: str
    case: str
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class TimingFailureRecord(Record):
    """A right derivative that could not be timed, and why.

    ``kind`` is raised, crashed or timeout, ``too-slow`` (one call takes more than its share of the
    budget), ``smaller-failed`` (a smaller size of the same backend, problem and operator failed),
    ``changed-result`` (what was timed is not what was judged), or RETRACE.
    """

    type: ClassVar[str] = "timing-failure"
    backend: str
    case: str
    set_index: int
    kind: str
    reason: str


@dataclass(frozen=True, slots=True)
class CellEndRecord(Record):
    """No more sets for this cell: ``decided`` at a look, ``depth`` or ``budget`` reached.

    ``nothing-to-time``: no backend has a right derivative there, or none that can be timed.
    """

    type: ClassVar[str] = "cell-end"
    case: str
    sets: int
    why: str


@dataclass(frozen=True, slots=True)
class InterruptionRecord(Record):
    """The run stopped here by a person or a signal; ``adjudge run --resume`` goes on."""

    type: ClassVar[str] = "interruption"
    time: float


@dataclass(frozen=True, slots=True)
class RunEndRecord(Record):
    """Everything planned is recorded.

    Of ``seconds_timing``, the sets' workers came up in ``seconds_start_up`` and made their first
    calls, which compile, in ``seconds_first_calls``; ``seconds_in_samples`` is what was sampled.
    """

    type: ClassVar[str] = "run-end"
    time: float
    seconds_judging: float
    seconds_timing: float
    seconds_in_samples: float
    seconds_start_up: float
    seconds_first_calls: float = math.nan
