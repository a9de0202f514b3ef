"""What supervisor and worker say to each other: requests and their replies, pickled in between.

A request has one reply, or for ``Evaluate`` one for each of its tasks. Arrays travel as plain
NumPy arrays of NumPy's own dtypes, so that reading a reply imports no AD library. Any request
may be answered by a ``Failure`` instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.contract import Case, Evaluation, Failure, Problem
from harness.problems.inputs import CaseInputs

__all__ = [
    "COMPILED",
    "Check",
    "Checked",
    "Done",
    "Evaluate",
    "Evaluated",
    "Forget",
    "Hello",
    "Measure",
    "Measured",
    "Pin",
    "PoolSizes",
    "Pools",
    "Readied",
    "Ready",
    "Reply",
    "Request",
    "Shutdown",
    "Taken",
    "Task",
    "Turn",
    "Warm",
    "Warmed",
]

COMPILED = "ADJUDGE_COMPILED"
"""The environment variable that names the folder of compiled code, where a worker may use one."""


@dataclass(frozen=True, slots=True)
class Hello:
    """The worker's first words, unasked: its backend is there.

    ``import_s`` are the seconds for the plug-ins, the backend and its library. ``started`` is
    ``time.monotonic()`` of the worker's first own line, which the supervisor compares with
    the moment when it started the process.
    """

    versions: Mapping[str, str]
    device: str
    started: float
    import_s: float


Task = tuple[Case, CaseInputs]
"""One case to be evaluated, and its numbers."""


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Compute cases for the judge, one after the other.

    Answered by one ``Evaluated`` for each task, in their order, as soon as it is there: a worker
    that dies has answered all tasks before the one that it was on. Arrays that tasks share travel
    once. ``problems`` are those of the tasks that no plug-in registers: the worker knows them for
    this request.
    """

    tasks: tuple[Task, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What became of one task.

    ``stderr_end`` is the length of the worker's stderr file after it, in bytes: what came after
    belongs to the next task. Bytes on stdout are in the evaluation.
    """

    outcome: Evaluation | Failure
    stderr_end: int


@dataclass(frozen=True, slots=True)
class Ready:
    """Prepare a case to be timed and call it twice, or once if not ``twice``.

    If the second call takes more than ``call_s`` seconds, let it be.
    """

    case: Case
    inputs: CaseInputs
    call_s: float
    twice: bool = True


@dataclass(frozen=True, slots=True)
class Readied:
    """What a case costs before its steady state, in seconds; see ``FirstCallRecord``.

    ``second_call_s`` is NaN where there was none.
    """

    prepare_s: float
    first_call_s: float
    second_call_s: float
    compile_s: float
    conversion_s: float


@dataclass(frozen=True, slots=True)
class Warm:
    """Take a sample of a readied case and throw it away.

    Without ``loops`` they are calibrated by such samples, to ``sample_s`` seconds.
    """

    case: Case
    loops: int | None
    sample_s: float


@dataclass(frozen=True, slots=True)
class Warmed:
    """The case is warm; its samples are to have ``loops`` calls."""

    loops: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Take one sample of a readied case: ``loops`` calls."""

    case: Case
    loops: int


@dataclass(frozen=True, slots=True)
class Taken:
    """One sample; ``traces`` counts how often the library traced anew meanwhile."""

    loops: int
    wall_s: float
    cpu_s: float
    involuntary_switches: int
    steal_s: float
    traces: int


@dataclass(frozen=True, slots=True)
class Check:
    """Call what was timed once more, to see whether it still computes what was judged."""

    case: Case


@dataclass(frozen=True, slots=True)
class Checked:
    """The results of the timed call."""

    results: tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """Measure the peak memory of a readied case."""

    case: Case


@dataclass(frozen=True, slots=True)
class Measured:
    """Peak resident bytes above the state before the call."""

    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Forget:
    """Let go of a readied case and its arrays; answered by ``Done``."""

    case: Case


@dataclass(frozen=True, slots=True)
class Pin:
    """Stay on these cores from now on, with all threads; answered by ``Done``."""

    cores: frozenset[int]


@dataclass(frozen=True, slots=True)
class Pools:
    """Tell the sizes of the thread pools of this process."""


@dataclass(frozen=True, slots=True)
class PoolSizes:
    """Threads by pool; see ``ThreadsRecord``."""

    threads: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Leave; nothing answers."""


@dataclass(frozen=True, slots=True)
class Done:
    """Nothing to tell."""


Request = Evaluate | Ready | Warm | Turn | Check | Measure | Forget | Pin | Pools | Shutdown
Reply = (
    Hello | Evaluated | Readied | Warmed | Taken | Checked | Measured | PoolSizes | Done | Failure
)
