"""The closed words of a result, each with a symbol and a plain meaning; never colour alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from harness.contract import VerdictKind
from harness.reporting.text import percent
from harness.timing.statistics import MARGIN, Answer

__all__ = ["ANSWER_WORDS", "VERDICT_WORDS", "Tone", "Word", "worst"]

Tone = Literal["right", "neutral", "noted", "undecided", "wrong"]
"""How a word is coloured; the symbol and the word itself say the same without colour."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a closed vocabulary as a person meets it."""

    name: str
    symbol: str
    tone: Tone
    meaning: str


VERDICT_WORDS: dict[VerdictKind, Word] = {
    VerdictKind(word.name): word
    for word in (
        Word("wrong", "✗", "wrong", "differs from the truth by more than 1e-6 relative"),
        Word("structure", "▦", "wrong", "wrong shape, dtype or realness, or touched its input"),
        Word("nonfinite", "∞", "wrong", "NaN or infinity where the derivative is finite"),
        Word("crashed", "†", "wrong", "the worker process ended"),
        Word("timeout", "◷", "wrong", "no answer before the deadline"),
        Word("raised", "!", "wrong", "an exception where the function itself has a value"),
        Word("inconclusive", "?", "undecided", "no oracle could decide"),
        Word("accuracy-loss", "≈", "noted", "outside the tolerance, right to 1e-6 relative"),
        Word("convention", "◇", "neutral", "a choice at a kink, between the one-sided values"),
        Word("outside-domain", "∅", "neutral", "the function itself has no value there"),
        Word("unsupported", "·", "neutral", "not claimed, and refused as it should be"),
        Word("ok", "✓", "right", "right within the tolerance"),
    )
}
"""Worst first: the order in which verdicts are counted and listed."""


ANSWER_WORDS: dict[Answer, Word] = {
    Answer(word.name): word
    for word in (
        Word("faster", "▲", "right", "faster than the baseline: the interval lies below 1"),
        Word("slower", "▼", "neutral", "slower than the baseline: the interval lies above 1"),
        Word("equivalent", "=", "right", f"within ±{percent(MARGIN, 0)} of the baseline"),
        Word("unresolved", "?", "undecided", "these samples do not decide"),
    )
}


def worst(kinds: list[VerdictKind]) -> VerdictKind:
    """The worst of some verdicts, by the order of ``VERDICT_WORDS``."""
    order = list(VERDICT_WORDS)
    return min(kinds, key=order.index)
