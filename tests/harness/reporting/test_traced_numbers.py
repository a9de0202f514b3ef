"""Each number on the page is a cell of the CSVs, or follows from some: section by section.

The page is read as a reader's browser does it, the figures are formed anew from the text of the
CSVs alone, without the frames and without the findings.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from harness.reporting import text
from harness.reporting.csv import csv_text
from harness.reporting.html import render_report
from harness.reporting.schema import MEASUREMENTS, VERDICTS

for _needed in ("altair", "jinja2", "vl_convert"):
    pytest.importorskip(_needed, reason="the report extra is not installed")

BASELINE = "numpy_manual"
CHOICE = "took the left one"
FORMATS = {
    "median_s": text.seconds, "ratio": text.ratio, "aa_ratio": text.ratio,
    "primal_ratio": text.ratio, "exponent": text.exponent, "first_call_s": text.seconds,
    "second_call_s": text.seconds, "prepare_s": text.seconds, "compile_s": text.seconds,
    "conversion_s": text.seconds, "peak_bytes": text.bytes_, "error": text.error,
    "relative_error": text.error, "tolerance": text.error, "ulp": text.number,
    "error_over_tolerance": text.number,
}  # fmt: skip
"""How the page writes each column."""


class Figures(HTMLParser):
    """Figures and rows of a page: each with section, table and what the elements around it say.

    What no element around a figure says is said by the head of its column.
    """

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.around: list[dict[str, str]] = [{}]
        self.heads: list[dict[str, str]] = []
        self.head = self.shown = self.cell = False
        self.figures: list[dict[str, str]] = []
        self.rows: list[tuple[dict[str, str], list[str]]] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag in ("meta", "br"):
            return
        said = {n.removeprefix("data-"): v or "" for n, v in attrs if n.startswith("data-")}
        if tag in ("section", "table"):
            said[f"{tag} id"] = dict(attrs).get("id") or ""
        self.around.append({**self.around[-1], **said})
        if tag == "table":
            self.heads = []
        if tag in ("thead", "tbody"):
            self.head = tag == "thead"
        if tag == "tr":
            self.rows.append((self.around[-1], []))
        if tag in ("td", "th") and self.rows:
            self.rows[-1][1].append("")
            self.cell = True
            if self.head:
                self.heads.append(said)
        if tag == "data":
            column = self.heads[len(self.rows[-1][1]) - 1]
            figure = {**column, **self.around[-1], "value": dict(attrs)["value"], "shown": ""}
            self.figures.append(figure)
            self.shown = True

    def handle_startendtag(self, tag, attrs):
        """Nothing that is read here stands alone."""

    def handle_endtag(self, tag):
        self.around.pop()
        if tag == "data":
            self.shown = False
        if tag in ("td", "th"):
            self.cell = False

    def handle_data(self, data):
        if self.shown:
            self.figures[-1]["shown"] += data
        if self.cell:
            self.rows[-1][1][-1] += data

    def table(self, id_: str) -> list[list[str]]:
        """The rows of a table, its head apart."""
        return [cells for said, cells in self.rows if said.get("table id") == id_][1:]

    def of(self, table: str) -> list[dict[str, str]]:
        """The figures of a table."""
        return [f for f in self.figures if f["table id"] == table]


@pytest.fixture(scope="module")
def read(build_eventful, tmp_path_factory):
    """The page of the eventful run with one choice at a kink, and the rows of its two CSVs."""
    run = build_eventful(tmp_path_factory.mktemp("traced") / "run-1")
    first = run.cases[0]
    kink = type(first)(first.problem, first.operator, first.size, "float64", "kink")
    run.judge("fast", kink, "convention", CHOICE)
    frames = run.load()
    verdicts, measurements = (
        list(csv.DictReader(io.StringIO(csv_text(frame, table))))
        for frame, table in ((frames.verdicts, VERDICTS), (frames.measurements, MEASUREMENTS))
    )
    described = json.loads((frames.path / "run.json").read_text(encoding="utf-8"))
    return SimpleNamespace(
        page=Figures(render_report(frames)),
        verdicts=verdicts,
        measurements=measurements,
        described=described,
    )


def number(row, column):
    return float(row[column] or "nan")


def timed(read):
    """The rows with a time, by case and backend."""
    cells: dict[str, dict[str, dict[str, str]]] = {}
    for row in read.measurements:
        if row["median_s"]:
            cells.setdefault(row["case"], {})[row["backend"]] = row
    return cells


def geometric_mean(values):
    return math.exp(math.fsum(map(math.log, values)) / len(values))


def test_each_number_is_a_cell_of_the_csvs_with_all_its_digits(read):
    """The exact value that the page carries is the CSV's text; what is shown is it, rounded."""
    cells = {
        (f"{name}.csv", row["backend"], row["case"], column): cell
        for name in ("verdicts", "measurements")
        for row in getattr(read, name)
        for column, cell in row.items()
    }
    seen: Counter[str] = Counter()
    sections: set[str] = set()
    for figure in read.page.figures:
        if figure.get("table"):
            column = figure["c"]
            cell = cells[figure["table"], figure["backend"], figure["case"], column]
            assert float(figure["value"]) == float(cell), figure
            assert figure["shown"] == FORMATS[column](float(cell)), figure
            seen[column] += 1
            sections.add(figure["section id"])
    assert set(seen) == set(FORMATS)
    assert sections == {"right", "fast", "growth", "start", "memory"}
    # Every timed row: 9 cells of 3 backends, two divergences of these apart.
    shown = {(f["case"], f["backend"]) for f in read.page.figures if f.get("c") == "median_s"}
    assert shown == {(case, name) for case, its in timed(read).items() for name in its}


def test_every_figure_of_the_page_says_its_column(read):
    own = {"profiles", "training-1"}  # shares, and a curve of the journal: below
    assert [f for f in read.page.figures if not f.get("c") and f["table id"] not in own] == []


def test_right_counts_the_rows_of_each_verdict(read):
    counts = Counter((r["problem"], r["backend"], r["verdict"]) for r in read.verdicts)
    short = {problem.removeprefix("toy."): problem for problem, _, _ in counts}
    checked = 0
    for cells in read.page.table("matrix"):
        if cells[0] in short:
            for backend, cell in zip((BASELINE, "fast", "slow"), cells[1:], strict=True):
                told = {kind: int(n) for n, kind in re.findall(r"(\d+) ([a-z-]+)", cell)}
                assert told == {
                    k: n
                    for (problem, b, k), n in counts.items()
                    if (problem, b) == (short[cells[0]], backend)
                }
                checked += 1
    assert checked == 9


def test_fast_names_the_least_time_and_its_lead(read):
    rows = read.page.table("leaders")
    its = [f for f in read.page.of("leaders") if f["c"] == "median_s"]
    assert len(its) == len([cells for cells in rows if len(cells) > 1]) > 3
    for figure, cells in zip(its, (c for c in rows if len(c) > 1), strict=True):
        cell = {n: r for n, r in timed(read)[figure["case"]].items() if n != BASELINE}
        ranked = sorted(cell, key=lambda name: number(cell[name], "median_s"))
        assert cells[1] == figure["backend"] == ranked[0]
        lead = number(cell[ranked[1]], "ratio") / number(cell[ranked[0]], "ratio")
        assert cells[5].strip().startswith((f"{text.ratio(lead)} [", "? "))


def test_growth_counts_are_the_plan_s_and_their_times_the_csv_s(read):
    costs = read.described["plan"]["problems"]["toy.chain"]["predicted_cost"]
    rows = {(r["backend"], r["operator"], r["size"]): r for r in read.measurements}
    figures = read.page.of("counts-table")
    lines = [figures[i : i + 5] for i in range(0, len(figures), 5)]
    assert len(lines) == 6  # three backends at two sizes
    for cells, line in zip(read.page.table("counts-table"), lines, strict=True):
        told = {figure["c"]: float(figure["value"]) for figure in line}
        size, backend = cells[1].replace(" ", ""), cells[2]
        for side in ("forward", "reverse"):
            assert told[f"{side}_count"] == costs[f"jacobian-{side}"][size]
            measured = number(rows[backend, f"jacobian-{side}", size], "median_s")
            assert told[f"{side}_s"] == pytest.approx(measured, rel=1e-12)
        assert told["ratio"] == pytest.approx(told["forward_s"] / told["reverse_s"], rel=1e-9)


def test_compiling_pays_after_as_many_calls_as_the_csv_says(read):
    calls = {(r["backend"], r["case"]): number(r, "break_even_calls") for r in read.measurements}
    figures = [f for f in read.page.of("compiling") if f["c"] == "first_call_s"]
    assert figures
    for figure, cells in zip(figures, read.page.table("compiling"), strict=True):
        n = calls[figure["backend"], figure["case"]]
        expected = "at once" if n == 0 else "never" if math.isinf(n) else f"after {text.count(n)} "
        assert cells[5].startswith(expected)
    imports = {r["backend"]: number(r, "import_s") for r in read.measurements}
    started = [f for f in read.page.of("start-up") if f["c"] == "import_s"]
    assert [float(f["value"]) for f in started] == [
        imports[cells[0]] for cells in read.page.table("start-up")
    ]


def test_the_error_is_the_largest_of_the_timed_rows(read):
    errors = {(r["backend"], r["case"]): number(r, "relative_error") for r in read.verdicts}
    worst: dict[tuple[str, str], float] = {}
    for case, its in timed(read).items():
        for backend, row in its.items():
            key = row["problem"], backend
            if math.isfinite(error := errors[backend, case]):
                worst[key] = max(worst.get(key, 0.0), error)
    figures = iter(read.page.of("errors"))
    problems = [cells[0] for cells in read.page.table("errors")]
    found = {
        (problem, (f := next(figures))["backend"]): float(f["value"])
        for problem in problems
        for _ in range(sum(p == problem for p, _ in worst))
    }
    assert found == worst


def test_means_pairs_and_profiles_follow_from_the_ratios_and_times(read):
    cells = timed(read)
    ratios = {
        name: {c: number(its[name], "ratio") for c, its in cells.items() if name in its}
        for name in (BASELINE, "fast", "slow")
    }
    for figure in read.page.of("overall"):
        mean = geometric_mean(list(ratios[figure["backend"]].values()))
        assert float(figure["value"]) == pytest.approx(mean, rel=1e-12)
    pairs = {(f["backend"], f["other"]): float(f["value"]) for f in read.page.of("pairs")}
    assert len(pairs) == 6
    common = ratios["fast"].keys() & ratios["slow"].keys()
    mean = geometric_mean([ratios["slow"][c] / ratios["fast"][c] for c in common])
    assert pairs["slow", "fast"] == pytest.approx(mean, rel=1e-9)
    assert pairs["fast", "slow"] == pytest.approx(1 / mean, rel=1e-9)
    contested = {
        case: {n: number(r, "median_s") for n, r in its.items() if n != BASELINE}
        for case, its in cells.items()
        if its.keys() - {BASELINE}
    }
    told = {line[0]: line for line in read.page.table("profiles")}
    shares = read.page.of("profiles")
    for name in ("fast", "slow"):
        slowdowns = [its.get(name, math.inf) / min(its.values()) for its in contested.values()]
        expected = [
            # On the cells where it is twice as slow, rounding decides on which side of 2.
            *(
                sum(x <= factor * (1 + 1e-9) for x in slowdowns) / len(slowdowns)
                for factor in (1, 1.1, 2, 10)
            ),
            sum(math.isinf(x) for x in slowdowns) / len(slowdowns),
        ]
        assert told[name][1:6] == [text.percent(share, 0) for share in expected]
        its, shares = shares[:5], shares[5 + (told[name][6] != "–") :]
        assert [float(f["value"]) for f in its] == pytest.approx(expected)


def test_conventions_are_the_rows_with_a_choice(read):
    ((problem, point, operators, *chosen),) = read.page.table("seen")
    (row,) = [r for r in read.verdicts if r["verdict"] == "convention"]
    assert (problem, point, operators) == ("square", row["point"], row["operator"])
    assert chosen == [row["reason"]] == [CHOICE]


def test_a_step_of_training_takes_its_share_of_the_descent(read):
    steps = read.described["plan"]["problems"]["toy.training"]["descent"]["steps"]
    descents = {r["backend"]: r for r in read.measurements if r["operator"] == "descent"}
    rows = read.page.table("training-1")
    figures = read.page.of("training-1")
    assert len(rows) == 3
    for i, cells in enumerate(rows):
        distance, loss, step_s = (float(f["value"]) for f in figures[3 * i : 3 * i + 3])
        assert step_s == pytest.approx(number(descents[cells[0]], "median_s") / steps, rel=1e-12)
        last = 0.25 * (1 + 2.0**-40) if cells[0] == "fast" else 0.25
        assert loss == last
        assert distance == (2.0**-40 if cells[0] == "fast" else 0.0)


def test_versions_are_those_of_the_rows(read):
    versions = {r["backend"]: r["version"] for r in read.verdicts}
    told = {
        cells[0]: cells[1]
        for said, cells in read.page.rows
        if said.get("section id") == "method" and len(cells) == 3 and cells[0] in versions
    }
    assert told == versions
