"""Each planted fault is caught by the oracle that should, and what is right is not flagged."""

from __future__ import annotations

from collections import Counter

import pytest

from harness.contract import VerdictKind

from .court import Court
from .engine import Correct
from .mutant import Mutant
from .page import PAGE, page
from .table import MUTANTS

PASSED = {VerdictKind.OK, VerdictKind.CONVENTION, VerdictKind.OUTSIDE_DOMAIN}


@pytest.fixture(scope="module")
def court() -> Court:
    return Court()


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_caught_by_the_right_oracle(court: Court, mutant: Mutant) -> None:
    unseen = {VerdictKind.INCONCLUSIVE} if mutant.blind else PASSED
    *before, verdict = court.of_mutant(mutant)
    assert (verdict.oracle, verdict.kind) == (mutant.oracle, mutant.kind), verdict
    assert {v.kind for v in before} <= unseen, before
    right = court.of_mutant(mutant, Correct)
    assert {v.kind for v in right} <= unseen, right


def test_there_are_enough_of_every_oracle() -> None:
    by_oracle = Counter(mutant.oracle for mutant in MUTANTS)
    assert len(MUTANTS) == len({mutant.name for mutant in MUTANTS}) >= 60
    assert by_oracle["structure"] >= 10
    assert by_oracle["identities"] >= 10
    assert by_oracle["multiprecision"] >= 40


def test_the_page_is_current() -> None:
    told = "run python -m tests.harness.verification.mutants.page"
    assert PAGE.read_text(encoding="utf-8") == page(), told
