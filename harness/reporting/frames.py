"""A run as pandas frames: the one source of every table, chart and gate.

    >>> from harness import load_run
    >>> run = load_run("results/RUN")                               # doctest: +SKIP
    >>> run.measurements.query("answer == 'slower'")                # doctest: +SKIP

Each row of ``verdicts`` and ``measurements`` is one backend and case; their columns are listed in
``harness.reporting.schema`` and explained in results/README.md.
"""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, get_type_hints

import numpy as np
import pandas as pd

from harness.contract import Case
from harness.reporting.cells import timed_cells
from harness.reporting.comparing import accumulation_rows, leader_rows, overall_rows, run_sentinel
from harness.reporting.measuring import measurement_rows
from harness.reporting.pairing import PAIRS, SLOWDOWNS, pair_rows, set_ratios, slowdown_rows
from harness.reporting.run_info import RunInfo, read_run_info
from harness.reporting.schema import (
    ACCUMULATION,
    CURVES,
    LEADERS,
    MEASUREMENTS,
    OVERALL,
    TABLE_VERSION,
    THREADS,
    VERDICTS,
    Column,
    Kind,
    Repeated,
    Table,
    typed,
)
from harness.reporting.text import clean
from harness.running.journal import read_journal
from harness.running.records import (
    CellEndRecord,
    CurveRecord,
    FirstCallRecord,
    InterruptionRecord,
    MemoryRecord,
    Record,
    RunEndRecord,
    SampleRecord,
    StartUpRecord,
    ThreadsRecord,
    TimingFailureRecord,
    VerdictRecord,
)
from harness.timing.collector import quiet_collector
from harness.timing.durations import durations
from harness.timing.summaries import Sentinel

__all__ = ["RunFrames", "load_run"]

_OF_A_VERDICT = frozenset(field.name for field in dataclasses.fields(VerdictRecord))
_FREE_TEXT = frozenset({"reason", "stderr_tail"})
_KINDS: dict[Any, Kind] = {str: "word", float: "number", int: "count", bool: "flag"}


@dataclass(frozen=True)
class RunFrames:
    """One run. Seconds, bytes and plain ratios throughout; NaN where there is no figure.

    ============== ========================================================================
    verdicts        a row a backend and case judged
    measurements    a row a backend and timed case, timed or not
    samples         every raw sample, with the ``seconds_per_call`` that count (by the processor
                    where ``harness.timing.durations`` says so); the audit's by ``set_kind``
    first_calls     costs before the steady state, a row a backend, case and set
    curves          a row a backend, case and step of a descent: ``loss``
    start_up        a row a worker: seconds for the process and for its imports
    threads         a row a backend and thread pool: how many threads its process had
    memory          peak bytes, a row a backend and case
    failures        right derivatives that could not be timed, and why
    cells           how many sets each timed case took, and why it ended
    leaders         the fastest of each timed case (baseline apart) and its paired lead
    overall         each backend's geometric-mean ratio over the cells that it has
    pairs           every ordered pair of backends: geometric-mean ratio over their common cells
    slowdowns       a row a backend and timed case: its time over the fastest's
    accumulation    Jacobians forward and in reverse: multiplications counted, times measured
    ============== ========================================================================

    ``sentinel`` sums up the baseline's A/A duplicate; ``end`` is None in a run that did not end.
    """

    path: Path
    info: RunInfo
    verdicts: pd.DataFrame
    measurements: pd.DataFrame
    samples: pd.DataFrame
    first_calls: pd.DataFrame
    curves: pd.DataFrame
    start_up: pd.DataFrame
    threads: pd.DataFrame
    memory: pd.DataFrame
    failures: pd.DataFrame
    cells: pd.DataFrame
    leaders: pd.DataFrame
    overall: pd.DataFrame
    pairs: pd.DataFrame
    slowdowns: pd.DataFrame
    accumulation: pd.DataFrame
    sentinel: Sentinel
    interruptions: int
    end: RunEndRecord | None

    @property
    def complete(self) -> bool:
        """Whether everything planned is recorded."""
        return self.end is not None


def load_run(path: str | Path) -> RunFrames:
    """Read the run in folder ``path``; a line that a crash tore off the journal is left out.

    RunFailedError, in one line, when the folder is no run or its schema is newer.
    """
    folder = Path(path)
    # A run has very many records and rows, and none is garbage.
    with quiet_collector():
        return _loaded(folder)


def _seconds_per_call(records: Sequence[Record]) -> list[float]:
    """Of each sample, in the order of the records; an arm's in a cell are looked at together."""
    samples = [record for record in records if isinstance(record, SampleRecord)]
    together: dict[tuple[str, str, str], list[int]] = {}
    for position, sample in enumerate(samples):
        kind = (sample.case, sample.arm, sample.set_kind)
        together.setdefault(kind, []).append(position)
    found = [math.nan] * len(samples)
    for positions in together.values():
        of_arm = durations([samples[position] for position in positions])
        for position, seconds in zip(positions, of_arm, strict=True):
            found[position] = seconds
    return found


def _loaded(folder: Path) -> RunFrames:
    info, records = read_run_info(folder), _with_clean_names(read_journal(folder))
    cells = timed_cells(info.plan.timed, info.plan.depth.looks, records)
    samples = _frame(SampleRecord, records)
    samples["seconds_per_call"] = _seconds_per_call(records)
    verdicts = {(r.backend, r.case): r for r in records if isinstance(r, VerdictRecord)}
    paired = {id_: set_ratios(cell, info.plan.backends) for id_, cell in cells.items()}
    return RunFrames(
        path=folder,
        info=info,
        verdicts=_verdicts(info, verdicts.values()),
        measurements=_table(
            measurement_rows(info, cells, verdicts, _import_s(records)), MEASUREMENTS
        ),
        samples=samples,
        first_calls=_frame(FirstCallRecord, records),
        curves=_curves([r for r in records if isinstance(r, CurveRecord)]),
        start_up=_frame(StartUpRecord, records),
        threads=_table(_threads(records), THREADS),
        memory=_frame(MemoryRecord, records),
        failures=_frame(TimingFailureRecord, records),
        cells=_frame(CellEndRecord, records),
        leaders=_table(leader_rows(info, cells), LEADERS),
        accumulation=_table(accumulation_rows(info, cells), ACCUMULATION),
        overall=_table(overall_rows(info, cells), OVERALL),
        pairs=_table(pair_rows(info, paired), PAIRS),
        slowdowns=_table(slowdown_rows(info, cells, paired), SLOWDOWNS),
        sentinel=run_sentinel(info, cells),
        interruptions=sum(isinstance(r, InterruptionRecord) for r in records),
        end=next((r for r in reversed(records) if isinstance(r, RunEndRecord)), None),
    )


def _with_clean_names(records: list[Record]) -> list[Record]:
    """The records under the names that frames have; nearly always they are these records."""
    named = {name for r in records if isinstance(r, VerdictRecord) for name in (r.backend, r.case)}
    if all(clean(name) == name for name in named):
        return records
    found = []
    for record in records:
        names = ((n, getattr(record, n, None)) for n in ("backend", "arm", "case"))
        found.append(dataclasses.replace(record, **{n: clean(name) for n, name in names if name}))
    return found


def _verdicts(info: RunInfo, records: Iterable[VerdictRecord]) -> pd.DataFrame:
    """In the plan's order of cases and backends, whatever the order in which they were judged."""
    judged = list(records)
    by_case = _ranks(map(attrgetter("case"), judged), [case.id for case in info.plan.cases])
    by_backend = _ranks(map(attrgetter("backend"), judged), info.plan.backends)
    width = len(by_backend.distinct)
    order = np.argsort(by_case.places * width + by_backend.places, kind="stable")
    judged = [judged[i] for i in order]
    cases = by_case.places[order]
    once = np.zeros(len(judged), dtype=int)
    columns: dict[str, Sequence[Any] | Repeated] = {
        name: list(map(attrgetter(name), judged))
        for name in VERDICTS.names
        if name in _OF_A_VERDICT
    }
    columns |= {
        "case": Repeated(by_case.distinct, cases),
        "backend": Repeated(by_backend.distinct, by_backend.places[order]),
        "run": Repeated([info.run] if judged else [], once),
        "verdict": list(map(attrgetter("kind"), judged)),
        "schema_version": Repeated([TABLE_VERSION] if judged else [], once),
    }
    facts = [_case_facts(info, id_) for id_ in by_case.distinct]
    for i, name in enumerate(("problem", "operator", "size", "scale", "dtype", "point")):
        columns[name] = Repeated([told[i] for told in facts], cases)
    return typed(columns, VERDICTS)


def _ranks(names: Iterable[str], planned: Sequence[str]) -> Repeated:
    """The names that occur in the plan's order, what is not in it last, and each one's place."""
    occurring = list(names)
    there = set(occurring)
    distinct = [name for name in dict.fromkeys(planned) if name in there]
    distinct += sorted(there.difference(distinct))
    place = {name: i for i, name in enumerate(distinct)}
    return Repeated(distinct, np.fromiter(map(place.__getitem__, occurring), int, len(occurring)))


def _case_facts(info: RunInfo, id_: str) -> tuple[str, str, str, int | None, str, str]:
    case = Case.parse(id_)
    scale = info.problem(case.problem).scale(case.size)
    return case.problem, case.operator.value, case.size, scale, case.dtype, case.point


def _curves(records: Sequence[CurveRecord]) -> pd.DataFrame:
    """One row for each step; the last curve of a backend and case counts."""
    last = {(r.backend, r.case): r for r in records}.values()
    columns: dict[str, list[Any]] = {name: [] for name in CURVES.names}
    for record in last:
        case, steps = Case.parse(record.case), range(len(record.losses))
        for name, value in (
            ("backend", record.backend),
            ("problem", case.problem),
            ("size", case.size),
            ("dtype", case.dtype),
            ("case", record.case),
        ):
            columns[name] += [value] * len(steps)
        columns["step"] += steps
        columns["loss"] += record.losses
    return typed(columns, CURVES)


def _import_s(records: Iterable[Record]) -> dict[str, float]:
    """The median over its workers of each backend's import."""
    seconds: defaultdict[str, list[float]] = defaultdict(list)
    for record in records:
        if isinstance(record, StartUpRecord):
            seconds[record.backend].append(record.import_s)
    return {backend: statistics.median(its) for backend, its in seconds.items()}


def _threads(records: Iterable[Record]) -> Iterator[dict[str, Any]]:
    for record in records:
        if isinstance(record, ThreadsRecord):
            for pool, count in record.pools.items():
                yield {
                    "backend": record.backend,
                    "asked": record.asked,
                    "pool": pool,
                    "threads": count,
                }


def _table(rows: Iterable[dict[str, Any]], table: Table) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {name: [] for name in table.names}
    for row in rows:
        for name, values in columns.items():
            values.append(row[name])
    return typed(columns, table)


def _frame(kind: type[Record], records: Iterable[Record]) -> pd.DataFrame:
    """The journal's records of one kind, a column for each of their fields."""
    hints = get_type_hints(kind)
    table = Table(
        kind.type,
        tuple(
            Column(f.name, _KINDS[hints[f.name]] if f.name not in _FREE_TEXT else "text", "")
            for f in dataclasses.fields(kind)
        ),
    )
    rows = (r for r in records if isinstance(r, kind))
    return _table(({n: getattr(r, n) for n in table.names} for r in rows), table)
