"""Answers of a whole run, allowed for at once: Holm's procedure, and what the reader sees of it."""

from __future__ import annotations

import math

import pytest

from harness.reporting import text
from harness.reporting.allowing import with_holm
from harness.reporting.findings.speed import speed
from harness.reporting.summary import print_summary

BASELINE = "numpy_manual"


def row(answer, p_value):
    return {"answer": answer, "p_value": p_value}


def test_holm_steps_down_over_every_answer_and_marks_differences_alone():
    """α = 5 %, five answers: .005 ≤ .05/5 and .01 ≤ .05/4 stay, and .03 > .05/3 ends it."""
    ps = (("slower", 0.01), ("faster", 0.04), ("slower", 0.03), ("faster", 0.005))
    rows = [row(*p) for p in ps] + [row("unresolved", 0.6), row("", math.nan)]
    assert [r["holds"] for r in with_holm(rows)] == [True, False, False, True, None, None]
    # The unresolved one is of the family: .0125 stays among four, .05/4, and not among five.
    four = [row("slower", 0.0125) for _ in range(4)]
    assert [r["holds"] for r in with_holm(four)] == [True] * 4
    assert with_holm([*four, row("unresolved", 0.6)])[0]["holds"] is False


def test_one_answer_alone_needs_no_allowance():
    assert with_holm([row("faster", 0.049)])[0]["holds"] is True
    assert with_holm([]) == []


@pytest.fixture
def many(synthetic, case):
    """Ten cells: in one ``fast`` takes twice the time, in nine 4 % more, near the noise."""
    run = synthetic(backends=(BASELINE, "fast", "slow"))
    # Mean 4 %, standard deviation 2.4 % over six sets: t = 4.2, p = .009 before the looks.
    noise = (0.01, 0.07, 0.02, 0.06, 0.03, 0.05)
    for i in range(10):
        asked = case(point=f"p{i}")
        for backend in run.backends:
            run.judge(backend, asked)
        sets = [1e-6 * (2.0 if i == 0 else math.exp(x)) for x in noise]
        run.time(asked, {BASELINE: [1e-6] * 6, "fast": sets, "slow": [9e-6] * 6})
    return run


def test_what_does_not_stay_is_marked_and_counted(many):
    frames = many.load()
    table = frames.measurements.set_index(["backend", "case"])
    compared = table[table["answer"].notna()]
    answers = compared["answer"].astype(str)
    assert set(answers.loc["fast"]) <= {"slower", "unresolved"}
    # By hand: sorted p-values against α / (n - rank).
    ps = compared["p_value"].tolist()
    ranked, kept = sorted(range(len(ps)), key=ps.__getitem__), set()
    for rank, i in enumerate(ranked):
        if ps[i] > 0.05 / (len(ps) - rank):
            break
        kept.add(i)
    for i, (answer, holds) in enumerate(zip(answers, compared["holds"], strict=True)):
        if answer in ("faster", "slower"):
            assert bool(holds) == (i in kept)
    assert len(kept) == 11  # slow in ten cells, fast in one
    told = speed(frames).allowed_for
    marked = int((compared["holds"] == False).sum())  # noqa: E712 - nullable
    assert marked > 0
    assert told.startswith(
        f"Of {11 + marked} answers that are faster or slower, 11 stay when all 20 "
    )
    assert "by itself" in told


def test_the_reader_sees_it_on_the_page_and_in_the_terminal(many):
    for needed in ("altair", "jinja2", "vl_convert"):
        pytest.importorskip(needed, reason="the report extra is not installed")
    import io

    from rich.console import Console

    from harness.reporting.html import render_report

    frames = many.load()
    marked = int((frames.measurements["holds"] == False).sum())  # noqa: E712 - nullable
    page = render_report(frames)
    # Once among the fastest, once in the table of all cells.
    assert page.count('</b> slower</span><span class="undecided">, by itself</span>') == 2 * marked
    out = io.StringIO()
    print_summary(frames, Console(file=out, width=1000))
    assert text.one_line(speed(frames).allowed_for) in out.getvalue()


def test_leads_are_counted_by_themselves_and_with_all_allowed_for(many):
    """``fast`` leads ``slow`` by so much in each of ten cells that every lead stays."""
    fast = speed(many.load())
    assert fast.leads("fast") == (10, 10)
    assert "fast in 10." in fast.sentence


def test_a_lead_that_does_not_stay_is_told_apart(synthetic, case):
    run = synthetic(backends=(BASELINE, "fast", "slow"))
    noise = (0.01, 0.07, 0.02, 0.06, 0.03, 0.05)  # 4 %, as above, in nine cells of ten
    for i in range(10):
        asked = case(point=f"p{i}")
        for backend in run.backends:
            run.judge(backend, asked)
        slow = [1e-6 * (5 if i == 0 else math.exp(x)) for x in noise]
        run.time(asked, {BASELINE: [1e-6] * 6, "fast": [1e-6] * 6, "slow": slow})
    fast = speed(run.load())
    assert fast.leads("fast") == (10, 1)
    assert "fast in 10 (1 with all leads allowed for)." in fast.sentence
    phrases = [cell.lead.phrase for cells in fast.cells.values() for cell in cells]
    assert sum(phrase.endswith("ahead of slow, by itself") for phrase in phrases) == 9


def test_a_program_reads_it(many):
    import json

    from harness.cli.run_facts import run_facts

    told = json.loads(json.dumps(run_facts(many.load())))
    holds = [row["holds"] for row in told["measurements"] if row["answer"]]
    assert {type(value) for value in holds} == {bool}
    assert holds.count(True) == 11
