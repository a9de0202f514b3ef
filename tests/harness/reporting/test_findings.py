"""What a run tells, against runs whose answers are known."""

from __future__ import annotations

import math

import pytest

from harness.contract import Descent, VerdictKind
from harness.reporting.findings.accumulation import agreement, chains
from harness.reporting.findings.circumstances import (
    environment,
    progress,
    sentinel_sentence,
    state,
)
from harness.reporting.findings.growth import growth
from harness.reporting.findings.names import common_prefix, condensed, kin, short
from harness.reporting.findings.rightness import Tally, rightness
from harness.reporting.findings.speed import speed
from harness.reporting.findings.starting import starts
from harness.reporting.findings.training import trainings
from harness.running.records import CurveRecord, RunEndRecord

BASELINE = "numpy_manual"


def test_a_tally_is_as_bad_as_its_worst_and_neutral_words_say_nothing():
    ok, unsupported = VerdictKind.OK, VerdictKind.UNSUPPORTED
    assert Tally({unsupported: 3, ok: 1}).tone == "right"
    assert Tally({unsupported: 3}).tone == "neutral"
    assert Tally({VerdictKind.ACCURACY_LOSS: 1, ok: 9}).tone == "noted"
    assert Tally({VerdictKind.INCONCLUSIVE: 1, ok: 9}).tone == "undecided"
    assert Tally({VerdictKind.WRONG: 1, VerdictKind.INCONCLUSIVE: 1}).tone == "wrong"
    assert (Tally({ok: 1}) + Tally({VerdictKind.WRONG: 2, ok: 1})).counts == {
        VerdictKind.WRONG: 2,
        ok: 2,
    }


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        ({}, "No verdict of 3 is against a backend."),
        ({"fast": "convention"}, "No verdict of 3 is against a backend."),
        ({"fast": "accuracy-loss"}, "With loss of accuracy: fast."),
        ({"fast": "inconclusive"}, "1 verdict could not be decided."),
        (
            {"fast": "timeout"},
            "Not all: fast (1 timeout). No verdict is against the other 2.",
        ),
    ],
)
def test_the_first_answer_in_a_sentence(synthetic, case, kinds, told):
    run = synthetic()
    for backend in run.backends:
        run.judge(backend, case(), kinds.get(backend, "ok"))
    assert told in rightness(run.load()).sentence


def test_divergences_are_grouped_worst_first_and_remarks_apart(synthetic, case):
    run = synthetic()
    for operator, fast, slow in (
        ("value", "ok", "unsupported"),
        ("jvp", "accuracy-loss", "unsupported"),
        ("vjp", "wrong", "convention"),
        ("gradient", "wrong", "ok"),
    ):
        run.judge("fast", case(operator=operator), fast, f"reason {operator}")
        run.judge("slow", case(operator=operator), slow)
    found = rightness(run.load())
    assert [(d.backend, d.word.name, d.operators) for d in found.divergences] == [
        ("fast", "wrong", ["vjp", "gradient"]),
        ("fast", "accuracy-loss", ["jvp"]),
    ]
    assert [(d.word.name, len(d.rows)) for d in found.remarks] == [
        ("convention", 1),
        ("unsupported", 2),
    ]
    assert found.divergences[0].common("reason") is None
    assert found.divergences[1].common("reason") == "reason jvp"
    assert found.over("fast", ["toy.square"]).total == 4
    assert found.over("fast", ["toy.other"]) is None


def test_a_lead_is_certain_only_when_the_runner_up_is_slower(synthetic, case):
    run, asked = synthetic(), case()
    for backend in run.backends:
        run.judge(backend, asked)
    run.time(
        asked,
        {
            BASELINE: [1e-6] * 6,
            "fast": [2e-6, 3e-6, 2e-6, 3e-6, 2e-6, 3e-6],
            "slow": [3e-6, 2e-6, 3e-6, 2e-6, 3e-6, 2.1e-6],
        },
    )
    found = speed(run.load())
    (cell,) = found.cells["toy.square"]
    assert not cell.lead.certain
    assert cell.lead.phrase == "not told apart from slow"
    assert "in 1 the lead is not certain" in found.sentence


def test_an_equivalent_runner_up_is_level(synthetic, case):
    run, asked = synthetic(), case()
    for backend in run.backends:
        run.judge(backend, asked)
    near = [2.001e-6, 2.002e-6, 1.999e-6, 2.0e-6, 2.001e-6, 1.998e-6]
    run.time(asked, {BASELINE: [1e-6] * 6, "fast": [2e-6] * 6, "slow": near})
    (cell,) = speed(run.load()).cells["toy.square"]
    assert cell.lead.phrase.startswith("level with ")


def test_the_largest_size_of_each_operator_and_family_leads(eventful):
    found = speed(eventful.load())
    assert {(c.case.operator, c.case.size) for c in found.largest("toy.square")} == {
        ("value", "n=64"),
        ("gradient", "n=64"),
        ("hvp", "n=8"),
    }


def test_compiling_pays_after_the_calls_that_make_up_for_it(synthetic, case):
    """Once 10 ms above its steady call, and 10 µs quicker a call than slow: 1 000 calls."""
    run, asked = synthetic(), case()
    for backend in run.backends:
        run.judge(backend, asked)
    run.time(asked, {BASELINE: [1e-6] * 6, "fast": [10e-6] * 6, "slow": [20e-6] * 6})
    run.first_call(BASELINE, asked, 1e-6)
    run.first_call("fast", asked, 10e-3 + 10e-6, compile_s=9e-3)
    run.first_call("slow", asked, 20e-6)
    ((_, found),) = starts(speed(run.load()))
    calls = {start.row["backend"]: start for start in found}
    assert calls["fast"].calls == pytest.approx(1000, abs=1)
    assert calls["fast"].against == "slow"  # the baseline is quicker, and no contender
    assert math.isnan(calls["slow"].calls)
    assert calls["slow"].phrase == ""


def test_compiling_what_is_no_faster_never_pays(synthetic, case):
    run, asked = synthetic(), case()
    for backend in run.backends:
        run.judge(backend, asked)
    run.time(asked, {BASELINE: [1e-6] * 6, "fast": [30e-6] * 6, "slow": [20e-6] * 6})
    run.first_call("fast", asked, 10e-3, compile_s=9e-3)
    run.first_call("slow", asked, 20e-6)
    ((_, found),) = starts(speed(run.load()))
    assert found[0].phrase == "never: slow is as fast in its steady state"


def chain_run(run, case, ratios, counts):
    """A chain at n = 4, 16, 64 with forward ÷ reverse ``ratios`` and counts as given."""
    sizes = {f"n={n}": ({"n": n}, n) for n in (4, 16, 64)}
    predicted = {
        "jacobian-forward": dict(zip(sizes, (f for f, _ in counts), strict=True)),
        "jacobian-reverse": dict(zip(sizes, (r for _, r in counts), strict=True)),
    }
    run.problem("toy.chain", sizes, predicted)
    for size, ratio in zip(sizes, ratios, strict=True):
        for operator, factor in (("jacobian-forward", ratio), ("jacobian-reverse", 1.0)):
            asked = case("toy.chain", operator, size)
            run.judge(BASELINE, asked)
            scatter = [1.0, 1.01, 0.99, 1.0, 1.01, 0.99] if factor != 1.0 else [1.0] * 6
            run.time(asked, {BASELINE: [1e-5 * factor * s for s in scatter]})
    return run.load()


def test_the_crossover_is_told_where_it_was_predicted_and_where_it_was_seen(synthetic, case):
    run = synthetic(backends=(BASELINE,))
    counts = [(10, 20), (100, 50), (1000, 100)]
    frames = chain_run(run, case, (0.5, 0.8, 5.0), counts)
    (chain,) = chains(frames)
    assert chain.predicted_crossover == "forward → reverse between n = 4 and 16"
    assert chain.seen(BASELINE) == "forward → reverse between n = 16 and 64"
    assert [c.outcome for c in chain.by_backend[BASELINE]] == [
        "forward faster, as predicted",
        "forward faster, against the prediction",
        "reverse faster, as predicted",
    ]
    assert "in 2 of 3 decided comparisons." in agreement([chain])


def test_a_crossover_that_was_not_seen_is_not_invented(synthetic, case):
    """Within the noise neither side is faster, and a tie is predicted as one."""
    run = synthetic(backends=(BASELINE,))
    frames = chain_run(run, case, (0.999, 1.002, 3.0), [(10, 10), (100, 50), (1000, 100)])
    (chain,) = chains(frames)
    assert chain.seen(BASELINE) == "reverse at n = 64"
    assert [c.outcome for c in chain.by_backend[BASELINE]] == [
        "tie predicted, no difference seen",
        "reverse predicted, undecided",
        "reverse faster, as predicted",
    ]
    assert "in 1 of 1 decided comparison (1 undecided)." in agreement([chain])


def test_growth_lists_families_with_two_sizes_or_more(eventful):
    families = growth(speed(eventful.load()))
    assert [(f.problem, f.operator, len(f.cells)) for f in families] == [
        ("toy.square", "value", 2),
        ("toy.square", "gradient", 2),
        ("toy.chain", "jacobian-forward", 2),
        ("toy.chain", "jacobian-reverse", 2),
    ]
    # gradient: n² µs; forward: linear in n.
    assert families[1].exponents["slow"]["exponent"] == pytest.approx(2.0)
    assert families[2].exponents["slow"]["exponent"] == pytest.approx(1.0)


def test_training_distances_are_relative_to_the_baseline(eventful):
    (found,) = trainings(eventful.load())
    assert found.reference == BASELINE
    assert found.curves["fast"].distance == 2.0**-40
    assert found.curves["slow"].distance == 0.0
    assert found.largest_distance == ("fast", 2.0**-40)
    assert found.steps == 2
    assert found.curves["slow"].step_s == pytest.approx(4 * 2e-4 * math.exp(math.log(1.1) / 6))
    assert found.descent == Descent(2, 0.1, 1e-12, 0.5)


@pytest.mark.parametrize("losses", [[1.0, math.nan, 0.25], [1.0, 0.5], [1.0, math.inf, 0.25]])
def test_a_curve_that_breaks_off_is_the_furthest(eventful, losses):
    """NaN compares with nothing: it must not pass for the nearest."""
    eventful.records = [
        CurveRecord(r.backend, r.case, losses)
        if isinstance(r, CurveRecord) and r.backend == "slow"
        else r
        for r in eventful.records
    ]
    (found,) = trainings(eventful.load())
    assert found.largest_distance[0] == "slow"
    assert not math.isfinite(found.curves["slow"].distance)


def test_progress_counts_what_is_on_disk(eventful):
    eventful.ended = False
    told = progress(eventful.load())
    cases, verdicts = len(eventful.cases), 3 * len(eventful.cases)
    assert told == f"{verdicts} of {cases * 3} verdicts and 10 of 10 timed cells are on disk."


def test_the_time_of_timing_is_told_by_what_it_went_into(eventful):
    assert state(eventful.load()).endswith(
        "60.0 s of judging, 200 s of timing: 30.0 s until workers were up, 10.0 s in first calls, "
        "and of the other 160 s 75.0\u202f% in samples."
    )
    eventful.end = RunEndRecord(0.0, 60.0, 200.0, 120.0, 30.0)
    assert state(eventful.load()).endswith("60.0 s of judging, 200 s of timing.")


def test_the_sentinel_tells_false_alarms(synthetic, case):
    """A duplicate that is 10 % slower in every set is an alarm, and is said to be one."""
    run, asked = synthetic(), case()
    run.judge(BASELINE, asked)
    run.time(asked, {BASELINE: [1e-6] * 6, "a/a": [1.1e-6, 1.101e-6] * 3})
    told = sentinel_sentence(run.load())
    assert "different from itself in 1 of them" in told
    assert "off by 10.0" in told or "off by 10.1" in told


def test_the_environment_is_flattened_with_its_units():
    shown = dict(
        environment(
            {
                "machine": {"memory": {"total": 2**31, "free": None}, "container": None},
                "pools": [{"api": "blas", "n": 1}],
                "time": 1.5,
                "empty": [],
            }
        )
    )
    assert shown["machine"] == [
        ("memory", "total 2.00 GiB, free unknown"),
        ("container", "unknown"),
    ]
    assert shown["pools"] == [("1", "api blas, n 1")]
    assert shown["other"] == [("time", "1.5"), ("empty", "none")]


def test_names_are_shortened_where_their_place_says_the_rest():
    problems = ["lecture.chain.fan", "lecture.log", "lecture.chain.equal"]
    assert kin(problems) == [
        ("lecture.chain", ["lecture.chain.fan", "lecture.chain.equal"]),
        ("lecture.log", ["lecture.log"]),
    ]
    assert common_prefix(problems) == "lecture."
    assert common_prefix([*problems, "mine.x"]) == ""
    assert common_prefix([]) == ""
    assert short("lecture.chain.fan") == "chain.fan"


def test_variants_of_a_function_are_kin():
    assert kin(["api.sum", "api.sum/axis=0.5", "api.prod", "a.b.c/x=1"]) == [
        ("api.sum", ["api.sum", "api.sum/axis=0.5"]),
        ("api.prod", ["api.prod"]),
        ("a.b", ["a.b.c/x=1"]),
    ]


def test_too_many_problems_of_one_prefix_are_shown_together():
    many = [f"api.f{i}" for i in range(17)]
    few = ["lecture.log", "lecture.chain.fan"]
    columns = [(name, [name]) for name in (*few, *many)]
    assert condensed(columns) == [*columns[:2], ("api", many)]
    assert condensed(columns[:-1]) == columns[:-1]


def test_a_condensed_table_counts_every_verdict(synthetic, case):
    run = synthetic()
    for i in range(20):
        for operator in ("jvp", "value"):
            asked = case(f"api.f{i}", operator)
            run.judge("fast", asked, "wrong" if i == 7 and operator == "jvp" else "ok")
            run.judge("slow", asked)
    found = rightness(run.load())
    ((title, problems),) = found.groups
    assert (title, len(problems)) == ("api", 20)
    assert {str(k): n for k, n in found.over("fast", problems).counts.items()} == {
        "wrong": 1,
        "ok": 39,
    }
    by_operator = found.by_operators(problems)
    assert list(by_operator) == ["value", "jvp"]
    assert by_operator["jvp"]["fast"].count("wrong") == 1
    assert by_operator["value"]["fast"].total == by_operator["jvp"]["slow"].total == 20
    assert [d.problem for d in found.divergences] == ["api.f7"]


def test_remarks_tell_how_many_reasons_they_have(synthetic, case):
    run = synthetic()
    for i in range(4):
        run.judge("fast", case(point=f"p{i}"), "unsupported", f"reason {i % 2}")
    (remark,) = rightness(run.load()).remarks
    assert remark.reasons == 2
    assert remark.numbers == ["error", "relative_error", "tolerance", "error_over_tolerance", "ulp"]
    assert rightness(run.load()).divergences == []
