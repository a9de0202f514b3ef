"""Suggested entries list every divergence and nothing else; reviewed, they are a ledger."""

from __future__ import annotations

import fnmatch
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.contract import Operator, VerdictKind
from harness.errors import UsageError
from harness.verification.gating import Finding, FindingKind, cause, examine
from harness.verification.generalising import cover
from harness.verification.ledger import Ledger, load_ledger
from harness.verification.suggesting import as_toml, suggest, version_ranges

OK = (VerdictKind.OK, "")
OPERATORS = [o for o in Operator if o is not Operator.DESCENT]
POINTS = ("generic-0", "generic-1", "one-zero", "two-zeros", "two-zeros-in-a-row")
VARIANTS = ("", "/axis=0", "/axis=(0,1),keepdims", "/odd[x]")
EMPTY = Ledger("lib", None, ())


def everything(*functions: str, variants=VARIANTS, points=POINTS) -> list[str]:
    return [
        f"{function}{variant}:{operator}:n=6:{dtype}:{point}"
        for function in functions
        for variant in variants
        for operator in OPERATORS
        for dtype in ("float64", "float32")
        for point in points
    ]


def judged(cases, diverges, kind=VerdictKind.WRONG, reason="off"):
    return {case: (kind, reason) if diverges(case) else OK for case in cases}


def suggested(verdicts):
    return suggest(verdicts, examine(EMPTY, {}, verdicts))


def matched(patterns, cases):
    return {case for case in cases if any(fnmatch.fnmatchcase(case, p) for p in patterns)}


@pytest.mark.parametrize(
    ("diverges", "patterns"),
    [
        (lambda c: ":hvp" in c and c.endswith(":one-zero"), ["g.prod*:hvp*:n=6:*:one-zero"]),
        (lambda c: "-over-forward" in c, ["g.prod*:h*-over-forward:n=6:*:*"]),
        (lambda c: "float32" in c and ":h" in c, ["g.prod*:h*:n=6:float32:*"]),
        (lambda c: "zeros" in c and "prod/" in c, ["g.prod/*:*:n=6:*:two-zeros*"]),
        (lambda c: c == "g.prod:jvp:n=6:float64:one-zero", ["g.prod:jvp:n=6:float64:one-zero"]),
        (lambda c: "odd[x]:third:" in c, ["g.prod/odd[[]x]:third:n=6:*:*"]),
    ],
)
def test_a_regular_divergence_is_one_pattern(diverges, patterns):
    cases = everything("g.prod")
    (suggestion,) = suggested(judged(cases, diverges))
    assert list(suggestion.patterns) == patterns
    assert matched(patterns, cases) == {case for case in cases if diverges(case)}


@settings(deadline=None, max_examples=25)
@given(st.sets(st.sampled_from(everything("g.f", variants=VARIANTS[:2], points=POINTS[:3]))))
def test_a_cover_matches_all_of_the_targets_and_none_of_the_others(targets):
    cases = everything("g.f", variants=VARIANTS[:2], points=POINTS[:3])
    patterns = cover(targets, [case for case in cases if case not in targets])
    assert matched(patterns, cases) == targets
    assert len(patterns) <= len(targets)


def test_a_function_whose_name_begins_like_another_is_not_taken_along():
    cases = everything("linalg.det", "linalg.determinant", variants=("", "/x"))
    (suggestion,) = suggested(judged(cases, lambda c: c.startswith(("linalg.det:", "linalg.det/"))))
    assert matched(suggestion.patterns, cases) == {c for c in cases if "determinant" not in c}
    assert len(suggestion.patterns) == 2


def test_kinds_are_kept_apart_and_functions_too():
    cases = everything("g.f", "g.k", variants=("",))
    verdicts = judged(cases, lambda c: ":jvp:" in c)
    verdicts |= judged(
        [c for c in cases if "third:" in c], lambda c: True, VerdictKind.NONFINITE, "nan"
    )
    kinds = [(s.kind, len(s.patterns)) for s in suggested(verdicts)]
    assert sorted(kinds) == [("nonfinite", 1)] * 2 + [("wrong", 1)] * 2


def test_one_error_of_many_functions_is_one_entry():
    cases = everything("g.f", "g.k", "other.m", variants=("",))
    verdicts = judged(cases, lambda c: ":hvp:" in c, VerdictKind.RAISED, "TypeError: no 2nd order")
    (suggestion,) = suggested(verdicts)
    assert len(suggestion.patterns) == 3
    assert suggestion.causes == (("TypeError: no #nd order", 30, "g.f:hvp:n=6:float64:generic-0"),)


def test_what_is_listed_is_not_suggested_and_what_changed_is():
    findings = [
        Finding(FindingKind.GONE, "lib", "g.f:jvp:n=6:float64:x", "", VerdictKind.OK),
        Finding(FindingKind.UNMATCHED, "lib", "g.f:*", ""),
        Finding(FindingKind.CHANGED, "lib", "g.f:vjp:n=6:float64:x", "", VerdictKind.WRONG, "off"),
    ]
    verdicts = {f.case: (f.verdict, "") for f in findings if f.verdict is not None}
    (suggestion,) = suggest(verdicts, findings)
    assert suggestion.patterns == ("g.f:vjp:n=6:float64:x",)


def test_the_entries_are_refused_until_they_are_reviewed_and_then_open_the_gate(tmp_path):
    cases = everything("g.f", 'g.k"\\', variants=VARIANTS[:2])
    verdicts = judged(cases, lambda c: ":jvp" in c or "third" in c, reason='says "no"\n\x7f\x00')
    ranges = version_ranges({"torch": "2.13.0+cpu", "numpy": "2.4.6"}, ["torch"])
    text = 'backend = "lib"\n\n' + "\n".join(as_toml(suggested(verdicts), ranges))
    path = tmp_path / "lib.toml"
    path.write_text(text)
    tomllib.loads(text)
    with pytest.raises(UsageError, match="entry 1: its reason is still to be written"):
        load_ledger(path)
    path.write_text(text.replace("TODO: ", "because it "))
    ledger = load_ledger(path)
    assert examine(ledger, {"torch": "2.13.1"}, verdicts) == []
    assert len(examine(ledger, {"torch": "2.14"}, verdicts)) == len(
        [case for case, (kind, _) in verdicts.items() if kind is VerdictKind.WRONG]
    )


def test_versions_are_those_of_the_run_up_to_the_next_minor_one():
    assert version_ranges({"lib": "0.9.1.post2", "numpy": "2.4.6"}, ["lib", "absent"]) == {
        "lib": ">=0.9.1.post2,<0.10"
    }
    assert version_ranges({"mine": "unknown"}, []) == {"mine": "===unknown"}


def test_a_cause_is_a_reason_without_its_numbers():
    first = "not the derivative: the result[0, 12] is -1.5e-300, the truth nan (2 ties)"
    second = "not the derivative: the result is inf, the truth 0.25 (11 ties)"
    assert (
        cause(first) == cause(second) == "not the derivative: the result is #, the truth # (# ties)"
    )
    assert cause("float64 of log1p in x_2") == "float64 of log1p in x_2"
