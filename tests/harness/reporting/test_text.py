"""Numbers as people read them, and characters that would act if they were not written out."""

from __future__ import annotations

import math

import pytest

from harness.reporting import text

THIN = "\u202f"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.234e-9, "1.23 ns"),
        (999.4e-9, "999 ns"),
        (999.6e-9, "1.00 µs"),
        (12.345e-6, "12.3 µs"),
        (0.99951e-3, "1.00 ms"),
        (0.25, "250 ms"),
        (75.0, "75.0 s"),
        (0.0, "0 ns"),
        (math.nan, "–"),
        (math.inf, "∞"),
    ],
)
def test_seconds(value, shown):
    assert text.seconds(value) == shown


def test_an_interval_of_seconds_has_one_unit():
    assert text.seconds_interval(0.9e-3, 1.1e-3) == "[0.900, 1.10] ms"
    assert text.seconds_interval(math.nan, 1.0) == "–"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (9.996, "10.0"),
        (0.00012345, "0.000123"),
        (12345.6, f"12{THIN}346"),
        (-2.5, "−2.50"),
        (999_950.0, "1.00e6"),
        (4.5454e15, "4.55e15"),
        (1.2e-7, "1.20e−7"),
        (0.0, "0"),
    ],
)
def test_number(value, shown):
    assert text.number(value) == shown


def test_ratios_errors_bytes_and_counts():
    assert text.ratio(1.2546) == "1.25×"
    assert text.ratio(math.nan) == "–"
    assert text.ratio_interval(1.209, 1.291) == "[1.21, 1.29]"
    assert text.error(1.12e-16) == "1.1e-16"
    assert text.error(0.0) == "0"
    assert text.bytes_(1536) == "1.50 KiB"
    assert text.bytes_(3 * 2**30) == "3.00 GiB"
    assert text.bytes_(12) == "12 B"
    assert text.exponent(-0.126) == "−0.13"
    assert text.exponent_interval(1.0, 2.0) == "[1.00, 2.00]"
    assert text.percent(0.0159) == f"1.6{THIN}%"
    assert text.plural(1, "case") == "1 case"
    assert text.plural(1500, "case") == f"1{THIN}500 cases"
    assert text.enumeration(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("\x00", "␀"),
        ("\x1b[31m", "␛[31m"),
        ("\x7f", "␡"),
        ("\x9b", "⟨U+009B⟩"),
        ("\u202e", "⟨U+202E⟩"),
        ("\u2066", "⟨U+2066⟩"),
        ("\u200b", "⟨U+200B⟩"),
        ("\u2028", "⟨U+2028⟩"),
        ("\ud800", "⟨U+D800⟩"),
        ("\ufeff", "⟨U+FEFF⟩"),
    ],
)
def test_hidden_characters_are_written_out(hidden, shown):
    assert text.visible(f"a{hidden}b") == f"a{shown}b"


def test_ordinary_text_of_any_script_stays():
    for ordinary in ("Jẋ = ∂f/∂x", "日本語", "עברית", "a\tb\nc"):
        assert text.visible(ordinary) == ordinary


def test_clip_keeps_one_line_and_shows_the_cut():
    assert text.clip("a\n  b", 80) == "a b"
    assert text.clip("abcdef", 4) == "abc…"
    assert len(text.clip("x" * 10_000, 60)) == 60
