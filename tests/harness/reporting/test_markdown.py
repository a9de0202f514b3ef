"""The Markdown summary: short enough for a comment, and every foreign text literal."""

from __future__ import annotations

import re

import pytest

from harness.reporting.markdown import markdown_summary


def cells(line: str) -> list[str]:
    """A table row's cells as GitHub splits them: at bars that no backslash precedes."""
    return re.split(r"(?<!\\)\|", line)[1:-1]


def literal(markdown: str) -> str:
    """What a reader sees of escaped text."""
    entities = {"&#64;": "@", "&#35;": "#", "&amp;": "&"}
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)
    return re.sub("|".join(entities), lambda m: entities[m.group()], plain)


def test_the_answers_and_every_table_row_as_wide_as_its_head(eventful):
    told = markdown_summary(eventful.load())
    assert told.startswith("### adjudge: run-1\n")
    assert "Not all: fast (1 wrong) and slow (1 crashed)." in told
    assert "- ✗ wrong: **fast**, toy.square, 1 case: the sign is wrong at \\[3\\]" in told
    row = next(x for x in told.splitlines() if "value · n=64" in x)
    assert [literal(cell).strip() for cell in cells(row)] == [
        "square",
        "value · n=64",
        "**fast**",
        "4.16 ms",
        "2.00× [2.00, 2.00] ▼ slower",
        "2.00× [2.00, 2.00] ahead of slow",
    ]
    for table in re.findall(r"(?:^\|.*\n)+", told, flags=re.MULTILINE):
        assert len({len(cells(line)) for line in table.splitlines()}) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script> &lt;",
        "| a | b |",
        "`code` **bold** _it_ ~~no~~",
        "[link](https://example.org) ![x](y) www.example.org",
        "@everyone fixes #1 :tada: $x$ \\| \\",
        "- item",
        "1. item",
        "# head",
        "=== rule",
        "line\n\n# second",
    ],
)
def test_hostile_text_is_literal(synthetic, case, hostile):
    run = synthetic(notices=[hostile])
    run.judge("fast", case(), "raised", hostile)
    told = markdown_summary(run.load())
    listed = next(x for x in told.splitlines() if x.startswith("- ! raised"))
    shown = listed.split("1 case: ")[1]
    assert literal(shown) == " ".join(hostile.split())
    notice = next(x for x in told.splitlines() if x.startswith("> "))[2:]
    assert literal(notice) == " ".join(hostile.split())
    for text in (shown, notice):
        assert not re.search(r"(?<!\\)(?:\\\\)*[<>|`*_\[\]$~]", text)
        assert "@" not in text.replace("&#64;", "")
        assert not re.match(r"[-+=#]|\d+[.)]\s", text)
        assert not re.search(r"https?:/|www\.", text)


def test_it_fits_into_a_comment_and_says_what_is_missing(synthetic, case):
    run = synthetic(backends=[f"backend-{i}-{'x' * 30}" for i in range(400)])
    for backend in run.backends:
        run.judge(backend, case(), "wrong", "y" * 5000)
    told = markdown_summary(run.load())
    assert len(told) < 65_536
    assert "more in the report" in told or "does not fit" in told


def test_an_interrupted_run_says_so(eventful):
    eventful.ended = False
    assert "**This run did not end.**" in markdown_summary(eventful.load())
