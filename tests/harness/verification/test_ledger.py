"""The ledger is strict, and the gate finds all four kinds of disagreement."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract import VerdictKind
from harness.errors import UsageError
from harness.verification.gating import FindingKind, examine
from harness.verification.ledger import load_ledger

ENTRY = """
[[divergence]]
case = "p:gradient:*"
versions = { lib = ">=1,<2" }
kind = "wrong"
reason = "the sign is lost"
"""
VERSIONS = {"lib": "1.4.0"}
OK = (VerdictKind.OK, "")
WRONG = (VerdictKind.WRONG, "off by 2")


def write(tmp_path: Path, *entries: str) -> Path:
    path = tmp_path / "lib.toml"
    path.write_text('backend = "lib"\n' + "".join(entries))
    return path


def findings(tmp_path: Path, verdicts, *entries: str, versions=VERSIONS):
    ledger = load_ledger(write(tmp_path, *entries))
    return [(f.kind, f.case) for f in examine(ledger, versions, verdicts)]


def test_a_listed_divergence_is_silent(tmp_path):
    assert findings(tmp_path, {"p:gradient:a": WRONG, "p:value:a": OK}, ENTRY) == []


def test_an_unlisted_divergence_is_found(tmp_path):
    assert findings(tmp_path, {"p:jvp:a": WRONG}) == [(FindingKind.UNLISTED, "p:jvp:a")]


@pytest.mark.parametrize("kind", ["convention", "outside-domain", "unsupported", "ok"])
def test_what_is_no_divergence_needs_no_entry(tmp_path, kind):
    assert findings(tmp_path, {"p:jvp:a": (VerdictKind(kind), "")}) == []


@pytest.mark.parametrize("kind", ["inconclusive", "timeout", "crashed", "raised", "structure"])
def test_whatever_else_went_wrong_is_found(tmp_path, kind):
    found = findings(tmp_path, {"p:jvp:a": (VerdictKind(kind), "")})
    assert found == [(FindingKind.UNLISTED, "p:jvp:a")]


def test_a_listed_divergence_that_is_gone_is_found(tmp_path):
    found = findings(tmp_path, {"p:gradient:a": WRONG, "p:gradient:b": OK}, ENTRY)
    assert found == [(FindingKind.GONE, "p:gradient:b")]


def test_a_changed_kind_is_found(tmp_path):
    found = findings(tmp_path, {"p:gradient:a": (VerdictKind.NONFINITE, "nan")}, ENTRY)
    assert found == [(FindingKind.CHANGED, "p:gradient:a")]


def test_an_entry_that_matches_nothing_is_found(tmp_path):
    found = findings(tmp_path, {"q:gradient:a": OK}, ENTRY)
    assert found == [(FindingKind.UNMATCHED, "p:gradient:*")]


def test_match_some_needs_one_divergence_and_allows_right_cases(tmp_path):
    some = ENTRY + 'match = "some"\n'
    assert findings(tmp_path, {"p:gradient:a": WRONG, "p:gradient:b": OK}, some) == []
    found = findings(tmp_path, {"p:gradient:a": OK, "p:gradient:b": OK}, some)
    assert found == [(FindingKind.GONE, "p:gradient:*")]


def test_an_entry_for_another_version_does_not_count(tmp_path):
    found = findings(tmp_path, {"p:gradient:a": WRONG}, ENTRY, versions={"lib": "2.0"})
    assert found == [(FindingKind.UNLISTED, "p:gradient:a")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ENTRY.replace('reason = "the sign is lost"\n', ""), "entry 1 lacks reason"),
        (ENTRY + 'raeson = "x"\n', "unknown key 'raeson'; did you mean 'reason'"),
        (ENTRY.replace('"wrong"', '"wrogn"'), "did you mean 'wrong'"),
        (ENTRY.replace('"wrong"', '"ok"'), "is no divergence"),
        (ENTRY.replace(">=1,<2", "one"), "Invalid specifier"),
        (ENTRY.replace("the sign is lost", "  "), "reason is a text"),
        (ENTRY + 'match = "most"\n', "'every' or 'some'"),
        ("[[divergence\n", "cannot be read"),
    ],
)
def test_a_ledger_is_read_strictly(tmp_path, text, message):
    with pytest.raises(UsageError, match=message) as error:
        load_ledger(write(tmp_path, text))
    assert "lib.toml" in str(error.value)
    assert "\n" not in str(error.value)
