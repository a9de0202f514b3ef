"""The frames against figures worked out by hand from the samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import harness
from harness.errors import RunFailedError
from harness.reporting import schema
from harness.running.journal import JOURNAL
from harness.running.records import (
    SCHEMA_VERSION,
    CellEndRecord,
    TimingFailureRecord,
    VerdictRecord,
)
from harness.running.run_folder import RUN_FILE

BASELINE, A_A = "numpy_manual", "a/a"

# Section 7 of the design: at least these, under these names.
VERDICT_COLUMNS = [
    "run", "backend", "version", "problem", "operator", "size", "dtype", "point", "case",
    "verdict", "oracle", "error", "tolerance", "error_over_tolerance", "ulp", "reason",
]  # fmt: skip
MEASUREMENT_COLUMNS = [
    "run", "backend", "version", "problem", "operator", "size", "dtype", "point", "device",
    "case", "median_s", "low_s", "high_s", "ratio", "ratio_low", "ratio_high", "answer",
    "primal_ratio", "first_call_s", "compile_s", "peak_bytes", "sets", "samples", "verdict",
]  # fmt: skip

# Student's t at 1 - α/2 with five degrees of freedom, by the incomplete beta function in extended
# precision: α = 0.05, and what the looks (6, 10, 16) spend of it, 0.05·6/16 and 0.05·(10 - 6)/16.
T_95 = 2.5705818356363148
T_FIRST_LOOK = 3.4243371915654729
T_SECOND_LOOK = 3.8100046998446416


def row(frame: pd.DataFrame, backend: str, case: Any) -> pd.Series[Any]:
    found = frame[(frame["backend"] == backend) & (frame["case"] == case.id)]
    assert len(found) == 1
    return found.iloc[0]


def test_frames_have_the_documented_columns_with_their_types(eventful):
    run = eventful.load()
    assert set(VERDICT_COLUMNS) <= set(run.verdicts.columns)
    assert set(MEASUREMENT_COLUMNS) <= set(run.measurements.columns)
    kinds = {
        "number": "float64",
        "count": "Int64",
        "flag": "boolean",
        "text": "string",
        "word": "category",
    }
    for frame, table in (
        (run.verdicts, schema.VERDICTS),
        (run.measurements, schema.MEASUREMENTS),
        (run.curves, schema.CURVES),
        (run.leaders, schema.LEADERS),
        (run.overall, schema.OVERALL),
        (run.accumulation, schema.ACCUMULATION),
    ):
        assert list(frame.columns) == table.names
        for column in table.columns:
            assert str(frame[column.name].dtype) == kinds[column.kind], column.name


def test_ratio_and_interval_are_students_over_the_sets(synthetic, case, student):
    run, asked = synthetic(backends=(BASELINE, "other")), case()
    for backend in run.backends:
        run.judge(backend, asked)
    ratios = [2.0, 2.1, 1.9, 2.05, 1.95, 2.02]
    drift = [1.0, 3.0, 0.5, 1.0, 1.0, 7.0]  # of whole sets: ratios do not see it
    base = [1e-5 * d for d in drift]
    run.time(
        asked,
        {BASELINE: base, A_A: base, "other": [b * r for b, r in zip(base, ratios, strict=True)]},
    )
    found = row(run.load().measurements, "other", asked)
    mean, low, high = student([math.log(r) for r in ratios], T_FIRST_LOOK)
    assert found["ratio"] == pytest.approx(math.exp(mean), rel=1e-12)
    assert found["ratio_low"] == pytest.approx(math.exp(low), rel=1e-12)
    assert found["ratio_high"] == pytest.approx(math.exp(high), rel=1e-12)
    assert found["answer"] == "slower"
    seconds = [math.log(b * r) for b, r in zip(base, ratios, strict=True)]
    mean, low, high = student(seconds, T_95)
    assert found["median_s"] == pytest.approx(math.exp(mean), rel=1e-12)
    assert found["low_s"] == pytest.approx(math.exp(low), rel=1e-12)
    assert found["high_s"] == pytest.approx(math.exp(high), rel=1e-12)
    assert (found["sets"], found["samples"]) == (6, 6)


def test_a_set_counts_once_however_many_rounds_it_has(synthetic, case):
    """The median over rounds, so that one disturbed round moves nothing."""
    run, asked = synthetic(backends=(BASELINE, "other")), case()
    for backend in run.backends:
        run.judge(backend, asked)
    run.time(
        asked,
        {BASELINE: [[1e-6, 1e-6, 1e-6]] * 6, "other": [[3e-6, 90e-6, 3e-6]] * 6},
    )
    found = row(run.load().measurements, "other", asked)
    assert found["ratio"] == pytest.approx(3.0, rel=1e-12)
    assert found["median_s"] == pytest.approx(3e-6, rel=1e-12)
    assert (found["sets"], found["samples"]) == (6, 18)


def test_answers_of_the_eventful_run(eventful, case):
    run = eventful.load()
    asked = case(size="n=64")
    for backend, ratio, answer in ((BASELINE, 1.0, None), ("fast", 2.0, "slower")):
        found = row(run.measurements, backend, asked)
        assert found["ratio"] == pytest.approx(ratio, rel=1e-12)
        assert (found["answer"] if answer else None) == answer
    assert pd.isna(row(run.measurements, BASELINE, asked)["answer"])
    assert row(run.measurements, "fast", asked)["aa_ratio"] == pytest.approx(1.0, rel=1e-12)
    assert row(run.measurements, "fast", asked)["primal_ratio"] == pytest.approx(2.0, rel=1e-12)
    assert row(run.measurements, "slow", asked)["exponent"] == pytest.approx(2.0, rel=1e-12)
    assert math.isnan(row(run.measurements, "slow", case(operator="value"))["primal_ratio"])
    assert row(run.measurements, "fast", asked)["peak_bytes"] == 1536 * 64
    assert row(run.measurements, "fast", asked)["first_call_s"] == 1.1e-3
    assert row(run.measurements, "fast", asked)["compile_s"] == 1e-3
    assert row(run.measurements, "fast", asked)["device"] == "cpu"


def test_what_was_not_timed_keeps_its_row_and_its_reason(eventful, case):
    run = eventful.load()
    wrong = case(operator="hvp")
    found = row(run.measurements, "fast", wrong)
    assert math.isnan(found["median_s"])
    assert math.isnan(found["ratio"])
    assert pd.isna(found["answer"])
    assert found["verdict"] == "wrong"
    assert found["reason"] == "wrong: the sign is wrong at [3]"
    assert (found["sets"], found["samples"]) == (0, 0)
    timed = len(eventful.timed)
    assert len(run.measurements) == timed * len(eventful.backends)


def test_a_planned_cell_that_was_never_reached_has_rows(synthetic, case):
    run, asked = synthetic(ended=False), case()
    run.cases, run.timed = [asked], [asked]
    run.judge("fast", asked)
    frames = run.load()
    reasons = dict(zip(frames.measurements["backend"], frames.measurements["reason"], strict=True))
    assert reasons == {
        BASELINE: "not judged: the run ended before it",
        "fast": "the run ended before its first sample",
        "slow": "not judged: the run ended before it",
    }


def test_a_changed_result_takes_every_time_away(synthetic, case):
    """What was timed was not what was judged: earlier sets prove nothing either."""
    run, asked = synthetic(), case()
    for backend in run.backends:
        run.judge(backend, asked)
    run.time(asked, {BASELINE: [1e-6] * 6, "fast": [1e-6] * 5, "slow": [4e-6] * 6})
    run.records.append(TimingFailureRecord("fast", asked.id, 5, "changed-result", "sign"))
    frames = run.load()
    assert math.isnan(row(frames.measurements, "fast", asked)["ratio"])
    assert row(frames.measurements, "fast", asked)["reason"] == "changed-result: sign"
    assert row(frames.measurements, "slow", asked)["ratio"] == pytest.approx(4.0)
    assert frames.leaders.empty  # one contender is left


def test_a_retrace_leaves_the_time_and_is_told(eventful, case):
    found = row(eventful.load().measurements, "slow", case())
    assert found["ratio"] == pytest.approx(4.0)
    assert found["reason"] == "retrace: traced again"


def test_the_level_of_an_interval_follows_the_sets_that_were_run(synthetic, case):
    """Sets that failed do not turn a look into an earlier one, which would spend more."""
    run, asked = synthetic(backends=(BASELINE, "other")), case()
    for backend in run.backends:
        run.judge(backend, asked)
    run.time(asked, {BASELINE: [1e-6] * 6, "other": [2e-6, 2.1e-6] * 3})
    run.records[-1] = CellEndRecord(asked.id, 10, "depth")
    found = row(run.load().measurements, "other", asked)
    logs = [math.log(2.0), math.log(2.1)] * 3
    spread = float(np.std(logs, ddof=1)) / math.sqrt(6)
    quantile = (math.log(found["ratio_high"]) - math.log(found["ratio"])) / spread
    assert quantile == pytest.approx(T_SECOND_LOOK, rel=1e-9)


def test_leaders_leave_the_baseline_out_and_pair_the_first_two(eventful, case):
    run = eventful.load()
    led = run.leaders[run.leaders["case"] == case().id].iloc[0]
    assert (led["fastest"], led["runner_up"]) == ("fast", "slow")
    assert led["lead"] == pytest.approx(2.0, rel=1e-12)
    assert led["answer"] == "slower"


def test_overall_is_the_geometric_mean_over_the_cells_a_backend_has(synthetic, case):
    run = synthetic(backends=(BASELINE, "other"))
    for size, factor in (("n=8", 2.0), ("n=64", 8.0)):
        for backend in run.backends:
            run.judge(backend, case(size=size))
        run.time(case(size=size), {BASELINE: [1e-6] * 6, "other": [factor * 1e-6] * 6})
    overall = run.load().overall.set_index("backend")
    assert overall.loc["other", "ratio"] == pytest.approx(4.0, rel=1e-12)
    assert overall.loc["other", "cells"] == 2


def test_growth_is_fitted_within_a_family_of_sizes(synthetic, case):
    """Linear in one batch, quadratic in another: fitted across batches both would be wrong."""
    run = synthetic(backends=(BASELINE, "other"))
    sizes = {
        f"batch={b},hidden={h}": ({"batch": b, "hidden": h}, h) for b in (1, 32) for h in (8, 64)
    }
    run.problem("toy.net", sizes)
    for name, (dims, hidden) in sizes.items():
        asked = case("toy.net", size=name)
        for backend in run.backends:
            run.judge(backend, asked)
        seconds = 1e-6 * hidden ** (1 if dims["batch"] == 1 else 2)
        run.time(asked, {BASELINE: [seconds] * 6, "other": [seconds] * 6})
    frames = run.load()
    found = frames.measurements.groupby("family", observed=True)["exponent"]
    assert found.get_group("batch=1").to_numpy() == pytest.approx(1.0, rel=1e-12)
    assert found.get_group("batch=32").to_numpy() == pytest.approx(2.0, rel=1e-12)


def test_accumulation_sets_counts_beside_times(eventful):
    found = eventful.load().accumulation
    slow = found[found["backend"] == "slow"].set_index("size")
    assert slow.loc["n=8", ["forward_count", "reverse_count"]].tolist() == [100, 200]
    assert slow.loc["n=8", "ratio"] == pytest.approx(0.5, rel=1e-12)
    assert slow.loc["n=64", "ratio"] == pytest.approx(4.0, rel=1e-12)


def test_the_last_verdict_of_a_case_counts_and_order_is_the_plans(synthetic, case):
    run = synthetic()
    first, second = case(operator="value"), case()
    run.cases = [second, first]
    run.judge("slow", first)
    run.judge(BASELINE, second)
    run.judge("slow", first, "wrong", "judged again")
    verdicts = run.load().verdicts
    assert verdicts["case"].tolist() == [second.id, first.id]
    assert verdicts["verdict"].tolist() == ["ok", "wrong"]


def test_curves_samples_and_start_up_are_frames(eventful):
    run = eventful.load()
    slow = run.curves[run.curves["backend"] == "slow"]
    assert slow["step"].tolist() == [0, 1, 2]
    assert slow["loss"].tolist() == [1.0, 0.5, 0.25]
    assert run.samples["seconds_per_call"].iloc[0] == pytest.approx(32e-6)
    assert set(run.start_up["import_s"]) == {0.5}
    assert run.complete


def test_a_torn_last_line_is_left_out_and_the_run_is_incomplete(eventful):
    eventful.ended = False
    folder = eventful.write()
    whole = len(harness.load_run(folder).verdicts)
    with (folder / JOURNAL).open("a") as journal:
        journal.write('{"type": "verdict", "backend": "fa')
    run = harness.load_run(folder)
    assert len(run.verdicts) == whole
    assert not run.complete


def test_a_run_without_any_record_has_empty_frames(synthetic):
    run = synthetic(ended=False).load()
    assert run.verdicts.empty
    assert run.measurements.empty
    assert run.sentinel.cells == 0


def test_lone_surrogates_and_returns_become_storable(synthetic, case):
    run = synthetic()
    run.judge("fast", case(), "raised", "a\ud800b\r\nc\rd")
    assert run.load().verdicts["reason"].tolist() == ["a�b\nc\nd"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"schema_version": SCHEMA_VERSION + 1}, f"schema {SCHEMA_VERSION + 1}"),
        ({"schema_version": None}, "no schema_version"),
        ({"plan": {}}, "listed in results/README.md"),
        ({"devices": None}, "not as results/README.md describes"),
    ],
)
def test_a_run_file_that_cannot_be_read_is_refused_in_one_line(synthetic, changes, told):
    run = synthetic(changes=changes)
    with pytest.raises(RunFailedError) as caught:
        run.load()
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)
    assert RUN_FILE in str(caught.value)


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunFailedError, match="run"):
        harness.load_run(tmp_path / "nosuch")


def test_sequence_of_journal_lines_does_not_matter(eventful):
    """Lanes write as they finish: the frames must not depend on who was first."""
    ordered = eventful.load()
    eventful.records = [r for r in eventful.records if isinstance(r, VerdictRecord)][::-1] + [
        r for r in eventful.records if not isinstance(r, VerdictRecord)
    ][::-1]
    shuffled = eventful.load()
    pd.testing.assert_frame_equal(ordered.verdicts, shuffled.verdicts)
    pd.testing.assert_frame_equal(ordered.measurements, shuffled.measurements)
