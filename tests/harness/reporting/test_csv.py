"""CSVs give the same frame back, bit for bit, and hold nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import RunFailedError
from harness.reporting.csv import csv_text, read_csv, write_csv
from harness.reporting.schema import MEASUREMENTS, VERDICTS, Column, Table, typed

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\nx", "＝1", "'=1", "''")


def verdict(**changes):
    row = dict.fromkeys(VERDICTS.names, "x")
    row |= {"operator": "jvp", "verdict": "ok", "scale": 8, "native": True, "schema_version": 1}
    row |= dict.fromkeys(
        ("error", "relative_error", "tolerance", "error_over_tolerance", "ulp"), 0.1
    )
    row |= changes
    return typed({name: [value] for name, value in row.items()}, VERDICTS)


@pytest.mark.parametrize("name", ["verdicts", "measurements"])
def test_a_run_comes_back_as_it_was(eventful, tmp_path, name):
    run, table = eventful.load(), {"verdicts": VERDICTS, "measurements": MEASUREMENTS}[name]
    frame = getattr(run, name)
    write_csv(frame, table, tmp_path / f"{name}.csv")
    pd.testing.assert_frame_equal(
        read_csv(tmp_path / f"{name}.csv", table), frame, check_exact=True, check_categorical=True
    )


def test_the_same_run_gives_the_same_bytes(eventful):
    folder = eventful.write()
    first, second = eventful.load(), eventful.load()
    assert csv_text(first.measurements, MEASUREMENTS) == csv_text(second.measurements, MEASUREMENTS)
    assert folder.name in csv_text(first.verdicts, VERDICTS)


@settings(deadline=None, max_examples=40)
@given(
    reason=st.text(alphabet=st.characters(blacklist_categories=["Cs"], blacklist_characters="\r")),
    backend=st.sampled_from(FORMULAS),
    error=st.floats(),
    scale=st.none() | st.integers(0, 2**53),
)
def test_any_text_and_any_float_come_back(tmp_path_factory, reason, backend, error, scale):
    path = tmp_path_factory.mktemp("csv") / "verdicts.csv"
    frame = verdict(reason=reason, backend=backend, error=error, scale=scale)
    write_csv(frame, VERDICTS, path)
    pd.testing.assert_frame_equal(read_csv(path, VERDICTS), frame, check_exact=True)


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_text_begins_like_a_formula(formula):
    cells = next(
        csv.DictReader(io.StringIO(csv_text(verdict(backend=formula, reason=formula), VERDICTS)))
    )
    assert cells["backend"] == f"'{formula}"
    assert cells["reason"] == f"'{formula}"


def test_negative_numbers_stay_numbers():
    cells = next(
        csv.DictReader(io.StringIO(csv_text(verdict(error=-0.1, ulp=-math.inf), VERDICTS)))
    )
    assert (cells["error"], cells["ulp"]) == ("-0.1", "-inf")


def test_missing_is_empty():
    frame = verdict(error=math.nan, scale=None, oracle="", native=None, reason="")
    cells = next(csv.DictReader(io.StringIO(csv_text(frame, VERDICTS))))
    assert [cells[n] for n in ("error", "scale", "oracle", "native", "reason")] == [""] * 5


def test_rows_of_one_schema_version_with_more_columns_are_read(tmp_path):
    path = tmp_path / "verdicts.csv"
    text = csv_text(verdict(), VERDICTS)
    path.write_text("".join(f"{line},later\n" for line in text.splitlines()))
    assert list(read_csv(path, VERDICTS).columns) == VERDICTS.names


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda text: text.replace(",1\n", ",2\n"), "schema 2"),
        (lambda text: text.replace("oracle", "oracel", 1), "lacks oracle"),
        (lambda text: text.replace("0.1", "much", 1), "no verdicts table"),
        (lambda text: text.replace("True", "perhaps"), "neither True nor False"),
        (lambda text: "", "cannot read"),
    ],
    ids=["newer", "column", "number", "flag", "empty"],
)
def test_what_is_no_such_table_is_refused_in_one_line(tmp_path, spoil, told):
    path = tmp_path / "verdicts.csv"
    path.write_text(spoil(csv_text(verdict(), VERDICTS)))
    with pytest.raises(RunFailedError) as caught:
        read_csv(path, VERDICTS)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(RunFailedError, match="cannot read"):
        read_csv(tmp_path / "nosuch.csv", VERDICTS)


def test_typed_keeps_the_order_of_a_closed_vocabulary():
    table = Table("t", (Column("w", "word", "", ("b", "a")), Column("o", "word", "")))
    frame = typed({"w": ["a", "b"], "o": ["z", "y"]}, table)
    assert frame.sort_values("w")["w"].tolist() == ["b", "a"]
    assert list(frame["o"].cat.categories) == ["y", "z"]


def test_a_file_from_before_a_column_was_added_is_read_with_it_empty(eventful, tmp_path):
    path = tmp_path / "measurements.csv"
    frame = eventful.load().measurements
    heads, *rows = csv.reader(io.StringIO(csv_text(frame, MEASUREMENTS)))
    added = [i for i, name in enumerate(heads) if name in ("p_value", "holds")]
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in [heads, *rows]:
            csv.writer(file).writerow([cell for i, cell in enumerate(row) if i not in added])
    found = read_csv(path, MEASUREMENTS)
    assert list(found.columns) == MEASUREMENTS.names
    assert found["holds"].isna().all()
    assert found["p_value"].isna().all()
    pd.testing.assert_series_equal(found["ratio"], frame["ratio"], check_exact=True)
