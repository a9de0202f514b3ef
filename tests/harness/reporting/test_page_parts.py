"""Parts of the page: bars, profiles, conventions, exhibits, and what the SVG leaves out."""

from __future__ import annotations

import base64
import gzip
import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from harness.contract import VerdictKind
from harness.plugins import Registry, load
from harness.reporting.findings.against import Profile, against
from harness.reporting.findings.conventions import conventions
from harness.reporting.findings.rightness import rightness
from harness.reporting.findings.tallies import Tally
from harness.reporting.lecture import exhibits, graph_svg, table_html
from harness.reporting.page import packed
from harness.reporting.svg_text import fragment

BASELINE = "numpy_manual"


def test_a_bar_shows_one_wrong_among_thousands_and_fills_the_whole():
    shares = Tally({VerdictKind.WRONG: 1, VerdictKind.OK: 100_000}).shares
    assert [tone for _, _, tone in shares] == ["wrong", "right"]
    assert shares[0][1] > 1
    assert shares[0][0] == 0
    assert shares[1][0] == pytest.approx(shares[0][1], abs=0.02)
    assert sum(width for _, width, _ in shares) == pytest.approx(100, abs=0.05)
    assert Tally({}).shares == []


def test_a_divergence_is_found_from_its_counts(synthetic, case):
    run = synthetic()
    run.judge("fast", case(), "wrong", "one")
    run.judge("fast", case(operator="jvp"), "raised", "two")
    run.judge("slow", case(), "unsupported", "refused")
    right = rightness(run.load())
    ids = {d.word.name: d.id for d in right.divergences}
    assert right.place("fast", "toy.square", "wrong", "gradient") == ids["wrong"]
    assert right.place("fast", "", "raised", "") == ids["raised"]
    assert right.place("fast", "toy.square", "wrong", "jvp") == ""
    assert right.place("slow", "", "unsupported", "") == ""  # no fault leads nowhere


def test_a_profile_counts_what_is_within_a_factor_and_what_never_is():
    slow = np.array([1.0, 1.5, 4.0, math.inf])
    profile = Profile("a", slow, slow * 0.5, slow * 2, None)
    assert profile.wins == 0.25
    assert profile.shares == [0.25, 0.5, 0.75]  # within 1.1, 2 and 10 times
    assert profile.never == 0.25
    steps = {tau: rest for tau, *rest in profile.steps(20.0)}
    assert steps[1.5] == [0.5, 0.0, 0.5]  # lower ends 0.5, 0.75, 2; upper ends 2, 3, 8
    assert steps[2.0] == [0.5, 0.25, 0.75]
    assert steps[20.0] == [0.75, 0.75, 0.75]


def test_the_column_without_the_leader_shows_that_the_order_may_change(synthetic, case):
    """Gould and Scott's point: b is never second to a, c wins what a loses once a is gone."""
    run = synthetic(backends=(BASELINE, "a", "b", "c"))
    times = ({"a": 1, "b": 3, "c": 2}, {"a": 1, "b": 3, "c": 2}, {"a": 2, "b": 1, "c": 3})
    for i, factors in enumerate(times):
        asked = case(point=f"p{i}")
        run.judge("a", asked)
        run.time(asked, {n: [f * 1e-6] * 6 for n, f in {BASELINE: 1, **factors}.items()})
    found = against(run.load())
    assert found.leader == "a"
    told = {p.backend: (round(p.wins, 3), p.wins_without_leader) for p in found.profiles}
    assert told["a"] == (0.667, None)
    assert told["b"] == (0.333, pytest.approx(1 / 3))
    assert told["c"] == (0.0, pytest.approx(2 / 3))  # behind b before, ahead of it now


def test_conventions_are_the_published_ones_of_the_backends_and_the_points_of_the_run(
    synthetic, case
):
    run = synthetic(backends=("jax", "slow"))
    run.judge("slow", case(point="kink"), "convention", "took the left one")
    run.judge("slow", case(operator="jvp", point="kink"), "convention", "took the left one")
    run.judge("jax", case(point="generic-0"))
    found = conventions(run.load())
    assert found.backends == ["jax"]
    rows = [row for its in found.groups.values() for row in its]
    assert len(rows) > 10
    assert all("jax" in row.observed for row in rows)
    assert "jax" in found.other_versions  # the synthetic run has lib 1.0
    (seen,) = found.seen
    assert (seen.problem, seen.point) == ("square", "kink")
    assert seen.operators == ["gradient", "jvp"]
    assert seen.chosen == {"slow": "took the left one"}


def test_the_lecture_is_shown_where_its_problems_were_asked():
    registry = load()
    assert exhibits(registry, ["toy.square"]) == []
    trace, perceptron = exhibits(registry, ["lecture.log_sqrt", "lecture.perceptron"])
    assert len(trace.tables) == 2  # forward and in reverse
    assert "5.32738" in trace.tables[0]  # log 2·5 + √(log 2·5), the lecture's function at (2, 5)
    assert "3.17145" in trace.tables[1]  # and its derivative by x_1
    assert trace.svg.startswith("<svg")
    assert re.search("nonzeros; never formed", perceptron.tables[0])
    assert 'id="arrow-' in trace.svg
    arrows = [re.search(r'id="(arrow-\w+)"', e.svg)[1] for e in (trace, perceptron)]
    assert len(set(arrows)) == 2


def test_without_the_engine_there_are_no_exhibits(monkeypatch):
    registry = load()
    kept = {n: b for n, b in registry.backends.items() if n != "our_engine"}
    monkeypatch.setattr(Registry, "backends", property(lambda _: kept), raising=False)
    assert exhibits(registry, ["lecture.log_sqrt"]) == []


@pytest.mark.parametrize(
    "fragment_",
    ["<section><script>1</script></section>", "<table><tr></table>", "<iframe></iframe>"],
)
def test_a_trace_that_holds_more_than_a_table_is_refused(fragment_):
    with pytest.raises(ValueError, match="trace"):
        table_html(fragment_)


def test_attributes_that_act_are_taken_off():
    assert table_html(
        '<table onclick="x" style="y" class="z"><tr><td colspan="2">1</td></tr></table>'
    ) == ('<table><tr><td colspan="2">1</td></tr></table>')
    svg = graph_svg(
        '<svg xmlns="http://www.w3.org/2000/svg" onload="x" style="y"><path d="M0 0"/></svg>'
    )
    assert "onload" not in svg
    assert "style" not in svg
    assert "xmlns" not in svg


def test_svg_loses_what_is_not_seen_and_keeps_what_is():
    drawn = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><g fill="none">'
        '<path d="M0,0h9v9h-9Z"/><g><path d="M1.2345,2.0L3,4" stroke="#000" class="mark"/></g>'
        '<g><text font-size="11px" fill="#111">a</text>'
        '<text font-size="11px" fill="#222">b</text></g>'
        '<path d="M0,0h5v5h-5Z" fill="#333" opacity="0"/></g></svg>'
    )
    found = ElementTree.fromstring(fragment(drawn, "a chart"))
    assert found.get("aria-label") == "a chart"
    paths = [e.attrib for e in found.iter("path")]
    assert paths == [{"d": "M1.2 2l1.8 2", "stroke": "#000"}]
    texts = list(found.iter("text"))
    assert [t.text for t in texts] == ["a", "b"]
    assert [t.get("fill") for t in texts] == ["#111", "#222"]
    (group,) = [g for g in found.iter("g") if g.get("font-size")]
    assert group.get("font-size") == "11"  # said once, for both


def test_what_a_page_carries_is_the_same_bytes_for_the_same_text():
    content = "a,ü\n" * 1000
    assert packed(content) == packed(content)
    assert gzip.decompress(base64.b64decode(packed(content))).decode() == content
