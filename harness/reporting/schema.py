"""The columns of the frames: name, kind and meaning, once, for frames, CSVs and their page.

Kinds: a *word* is categorical, its vocabulary closed (ordered) or whatever the run holds; a
*text* is free; a *number* is a float64 in SI units, NaN where there is none; a *count* is a
nullable integer; a *flag* is a nullable boolean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from harness.contract import Operator
from harness.reporting.text import clean
from harness.reporting.vocabulary import ANSWER_WORDS, VERDICT_WORDS

__all__ = [
    "ACCUMULATION",
    "CURVES",
    "LEADERS",
    "MEASUREMENTS",
    "OVERALL",
    "TABLE_VERSION",
    "THREADS",
    "VERDICTS",
    "Column",
    "Kind",
    "Repeated",
    "Table",
    "rows",
    "typed",
]

TABLE_VERSION = 1
"""Of the layout of the tables, which each of their rows tells."""

Kind = Literal["word", "text", "number", "count", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; ``words`` is its vocabulary where that is closed, in order.

    A column that was ``added`` to the layout is missing in files that are older than it.
    """

    name: str
    kind: Kind
    meaning: str
    words: tuple[str, ...] = ()
    added: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A frame's columns, in order."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return [column.name for column in self.columns]


_CASE = (
    Column("run", "word", "the run's id"),
    Column("backend", "word", "the backend's name"),
    Column("version", "word", "the versions of its libraries"),
    Column("problem", "word", "the problem's name"),
    Column("operator", "word", "what was asked", tuple(o.value for o in Operator)),
    Column("size", "word", "the size's name"),
    Column("scale", "count", "the n of “cost grows as n^p” at this size"),
    Column("dtype", "word", "the floating dtype"),
    Column("point", "word", "the point's name"),
)
_CASE_ID = Column("case", "word", "problem:operator:size:dtype:point")
_VERDICT = Column("verdict", "word", "the judgement", tuple(kind.value for kind in VERDICT_WORDS))
_ANSWERS = tuple(answer.value for answer in ANSWER_WORDS)
_HOLDS = (
    "whether a faster or slower stays when every answer of the run is allowed for (Holm, 5 %); "
    "empty for other answers"
)
_SCHEMA_VERSION = Column("schema_version", "count", "the version of this table's layout")

VERDICTS = Table(
    "verdicts",
    (
        *_CASE,
        _CASE_ID,
        _VERDICT,
        Column("oracle", "word", "what decided"),
        Column("error", "number", "largest absolute componentwise error"),
        Column("relative_error", "number", "largest error relative to the truth"),
        Column("tolerance", "number", "the bound at the component of ``error``"),
        Column("error_over_tolerance", "number", "largest error ÷ tolerance over the components"),
        Column("ulp", "number", "the error in units in the last place of the truth"),
        Column("native", "flag", "the library's own operator answered, not a derived one"),
        Column("reason", "text", "one line for a person"),
        Column("stderr_tail", "text", "the end of the worker's stderr, where it failed"),
        _SCHEMA_VERSION,
    ),
)

MEASUREMENTS = Table(
    "measurements",
    (
        *_CASE,
        Column("family", "word", "the dimensions held fixed while the size grows"),
        Column("device", "word", "where it ran"),
        _CASE_ID,
        Column(
            "median_s",
            "number",
            "seconds of one call: geometric mean of the sets' medians, trimmed from eight sets on",
        ),
        Column("low_s", "number", "lower end of its 95 % interval, seconds"),
        Column("high_s", "number", "upper end, seconds"),
        Column("ratio", "number", "time ÷ the baseline's time, paired within sets"),
        Column("ratio_low", "number", "lower end of its interval"),
        Column("ratio_high", "number", "upper end"),
        Column(
            "answer",
            "word",
            "faster, slower, equivalent or unresolved against the baseline; "
            "empty for the baseline itself and where nothing was timed",
            _ANSWERS,
        ),
        Column(
            "p_value",
            "number",
            "of “no difference from the baseline”, adjusted for the looks",
            added=True,
        ),
        Column("holds", "flag", _HOLDS, added=True),
        Column("aa_ratio", "number", "the case's A/A ratio: the baseline's duplicate ÷ baseline"),
        Column("aa_low", "number", "lower end of its interval"),
        Column("aa_high", "number", "upper end"),
        Column("primal_ratio", "number", "time ÷ the same backend's time for the plain value"),
        Column("primal_ratio_low", "number", "lower end of its 95 % interval"),
        Column("primal_ratio_high", "number", "upper end"),
        Column("exponent", "number", "p of “time grows as n^p”, fitted over the sizes"),
        Column("exponent_low", "number", "lower end of its 95 % interval"),
        Column("exponent_high", "number", "upper end"),
        Column("prepare_s", "number", "seconds to prepare the call, in the first set"),
        Column("first_call_s", "number", "seconds of the first call, in the first set"),
        Column("second_call_s", "number", "seconds of the second call (median over sets)"),
        Column("compile_s", "number", "first call less second, where the backend prepares"),
        Column("conversion_s", "number", "seconds from NumPy to native and back"),
        Column("peak_bytes", "count", "peak resident bytes above the state before the call"),
        Column("import_s", "number", "seconds to import the library (median over workers)"),
        Column(
            "break_even_calls",
            "number",
            "calls from which on compiling has paid, against the fastest backend that compiles "
            "nothing (the baseline apart); infinite: never",
        ),
        Column("carry_over", "number", "time in turns ÷ time alone, from the audit"),
        Column("carry_over_low", "number", "lower end of its 95 % interval, over rounds"),
        Column("carry_over_high", "number", "upper end"),
        Column("is_carried_over", "flag", "turns change the time by more than 2 %, beyond doubt"),
        Column("cpu_ratio", "number", "processor time ÷ wall time; above 1: it ran in parallel"),
        Column("involuntary_switches", "count", "times the system took the core away, in all"),
        Column("steal_s", "number", "seconds that the hypervisor took during samples, in all"),
        Column("sets", "count", "sets with a sample"),
        Column("samples", "count", "samples in all"),
        _VERDICT,
        Column("reason", "text", "why there is no time, or what failed in a set"),
        _SCHEMA_VERSION,
    ),
)

THREADS = Table(
    "threads",
    (
        Column("backend", "word", "the backend's name"),
        Column("asked", "count", "the threads that were asked for"),
        Column("pool", "word", "a thread pool of its process; process: all of its threads"),
        Column("threads", "count", "how many it has, measured there"),
    ),
)

CURVES = Table(
    "curves",
    (
        Column("backend", "word", "the backend's name"),
        Column("problem", "word", "the problem's name"),
        Column("size", "word", "the size's name"),
        Column("dtype", "word", "the floating dtype"),
        _CASE_ID,
        Column("step", "count", "steps taken so far"),
        Column("loss", "number", "the loss after them"),
    ),
)

LEADERS = Table(
    "leaders",
    (
        _CASE_ID,
        Column("fastest", "word", "the fastest backend, baseline apart"),
        Column("runner_up", "word", "the second fastest"),
        Column("lead", "number", "runner-up's time ÷ fastest's, paired within sets"),
        Column("lead_low", "number", "lower end of its interval"),
        Column("lead_high", "number", "upper end"),
        Column("answer", "word", "what the runner-up is to the fastest", _ANSWERS),
        Column("p_value", "number", "of “no lead”, adjusted for the looks"),
        Column(
            "holds",
            "flag",
            "whether a slower stays when every lead of the run is allowed for (Holm)",
        ),
    ),
)

OVERALL = Table(
    "overall",
    (
        Column("backend", "word", "the backend's name"),
        Column("cells", "count", "timed cases that it has"),
        Column("ratio", "number", "geometric mean of its ratios over these"),
        Column("ratio_low", "number", "lower end of its 95 % interval"),
        Column("ratio_high", "number", "upper end"),
    ),
)

ACCUMULATION = Table(
    "accumulation",
    (
        Column("backend", "word", "the backend's name"),
        Column("problem", "word", "the problem's name"),
        Column("size", "word", "the size's name"),
        Column("scale", "count", "the n of “cost grows as n^p” at this size"),
        Column("dtype", "word", "the floating dtype"),
        Column("point", "word", "the point's name"),
        Column("forward_count", "count", "scalar multiplications, accumulated forward"),
        Column("reverse_count", "count", "scalar multiplications, accumulated in reverse"),
        Column("optimal_count", "count", "scalar multiplications of the best bracketing"),
        Column("forward_s", "number", "seconds of jacobian-forward"),
        Column("reverse_s", "number", "seconds of jacobian-reverse"),
        Column("ratio", "number", "forward time ÷ reverse time, paired set by set"),
        Column("ratio_low", "number", "lower end of its 95 % interval"),
        Column("ratio_high", "number", "upper end"),
    ),
)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A column of few values, each of which occurs, and for each row the place of its own."""

    distinct: Sequence[Any]
    places: np.ndarray


def typed(columns: Mapping[str, Sequence[Any] | Repeated], table: Table) -> pd.DataFrame:
    """A frame with exactly the table's columns and their dtypes.

    A word that is empty or None is missing; the vocabulary of an open one is what occurs,
    sorted, so that the same rows give the same dtype wherever they come from.
    """
    return pd.DataFrame(
        {column.name: _series(columns[column.name], column) for column in table.columns}
    )


def rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as plain Python values: None for what is missing, NaN for a number that is."""
    columns = {
        str(name): [
            None if absent else value for value, absent in zip(series.tolist(), lost, strict=True)
        ]
        if (lost := series.isna()).any() and series.dtype != "float64"
        else series.tolist()
        for name, series in frame.items()
    }
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


def _series(values: Sequence[Any] | Repeated, column: Column) -> pd.Series[Any]:
    if isinstance(values, Repeated):
        taken = _series(values.distinct, column).take(values.places)
        return taken.reset_index(drop=True)
    if column.kind == "word":
        words = {value: clean(value) if value else None for value in dict.fromkeys(values)}
        known = column.words or sorted({word for word in words.values() if word is not None})
        place: dict[str | None, int] = {word: i for i, word in enumerate(known)}
        codes = {value: place.get(word, -1) for value, word in words.items()}
        dtype = pd.CategoricalDtype(list(known), ordered=bool(column.words))
        return pd.Series(pd.Categorical.from_codes([codes[v] for v in values], dtype=dtype))
    if column.kind == "text":
        texts = {value: clean(value) for value in dict.fromkeys(values)}
        return pd.Series([texts[value] for value in values], dtype="string")
    plain = {"number": "float64", "count": "Int64", "flag": "boolean"}[column.kind]
    return pd.Series(list(values), dtype=plain)
