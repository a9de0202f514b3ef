"""``adjudge catalogue``: what the catalogue covers of the standard, and what each entry asks."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from harness.cli.catalogue_page import page
from harness.cli.options import FILE, json_option
from harness.contract import Written
from harness.errors import AdjudgeError, RunFailedError, UsageError, nearest
from harness.problems.catalogue import ENTRIES
from harness.problems.catalogue.coverage import Coverage, coverage
from harness.problems.catalogue.entry import At, Entry, Variant
from harness.problems.catalogue.standard import NO_DERIVATIVE

__all__ = ["catalogue"]

_HEADS = ("functions", "variants", "points", "cases")


class NotCoveredError(AdjudgeError):
    """Something of the standard is neither covered nor declared: exit code 1."""

    exit_code = 1


@click.command(
    epilog="""
\b
Examples:
  adjudge catalogue
  adjudge catalogue array_api.hypot
"""
)
@click.argument("name", required=False)
@click.option("--missing", is_flag=True, help="Only what is not covered, and why.")
@json_option
@click.option(
    "--write",
    "file",
    type=FILE,
    metavar="FILE",
    help="Write the page of the documentation, docs/catalogue.md.",
)
def catalogue(name: str | None, missing: bool, as_json: bool, file: Path | None) -> None:
    """Print what the catalogue covers of the array API standard 2024.12, or the entry NAME.

    It fails on a function of the standard that is neither covered nor declared to have no
    derivative, on a keyword that is never given, and on an entry that does not call its function.
    """
    if name is not None:
        if missing or file is not None:
            option = "--missing" if missing else "--write"
            raise UsageError(f"{option} is about the whole catalogue; leave the name out")
        _print_entry(_entry(name), as_json=as_json)
        return
    found = coverage(ENTRIES)
    if file is not None:
        _write(file, page(found, ENTRIES))
    elif as_json:
        click.echo(json.dumps(_facts(found), indent=2))
    elif missing:
        _print_missing(found)
    else:
        _print_groups(found)
    gaps = (*found.missing, *found.untried, *found.idle)
    if gaps:
        raise NotCoveredError(
            f"neither covered nor declared: {', '.join(gaps)}; add an entry or a variant, or say "
            "in harness/problems/catalogue/standard.py why there is none"
        )


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise RunFailedError(f"{file} cannot be written: {error.strerror}") from error
    click.echo(f"written: {file}")


def _entry(name: str) -> Entry:
    """By its own name, or by that of one of its variants."""
    entries = {entry.name: entry for entry in ENTRIES}
    plain = name.partition("/")[0]
    if plain not in entries:
        raise UsageError(f"no entry {name!r} in the catalogue; {nearest(plain, entries)}")
    return entries[plain]


def _print_groups(found: Coverage) -> None:
    counts = {g.name: (g.functions, g.variants, g.points, g.cases) for g in found.groups}
    counts["total"] = tuple(map(sum, zip(*counts.values(), strict=True)))  # type: ignore[assignment]
    _print_row("group", _HEADS, "of the standard")
    for name, numbers in counts.items():
        _print_row(name, numbers, _of_the_standard(found, name))
    click.echo("cases: what one backend is asked, over all operators and dtypes")


def _print_row(name: str, cells: Sequence[object], remark: str) -> None:
    numbers = "".join(
        f"{cell:>{len(head) + 2}}" for cell, head in zip(map(str, cells), _HEADS, strict=True)
    )
    click.echo(f"{name:<10}{numbers}  {remark}".rstrip())


def _of_the_standard(found: Coverage, name: str) -> str:
    group = next((g for g in found.groups if g.name == name), None)
    if group is None or not group.standard:
        return ""
    left = group.standard - group.covered - group.without_derivative
    return (
        f"{group.standard} functions: {group.covered} covered, "
        f"{group.without_derivative} without a derivative, {left} missing"
    )


def _print_missing(found: Coverage) -> None:
    for title, names in (
        ("missing", found.missing),
        ("keyword never given", found.untried),
        ("not called", found.idle),
    ):
        for name in names:
            click.echo(f"{title}: {name}")
    for function, reason in NO_DERIVATIVE.items():
        click.echo(f"no derivative: {function}: {reason}")


def _facts(found: Coverage) -> dict[str, Any]:
    return {
        "groups": [dataclasses.asdict(group) for group in found.groups],
        "missing": found.missing,
        "untried_keywords": found.untried,
        "idle": found.idle,
        "no_derivative": NO_DERIVATIVE,
    }


def _print_entry(entry: Entry, *, as_json: bool) -> None:
    variants = [_variant_facts(entry, variant) for variant in entry.variants]
    facts = {
        "name": entry.name,
        "function": entry.function,
        "covers": list(entry.covers),
        "kind": str(entry.kind),
        "domain": entry.domain,
        "variants": variants,
    }
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    click.secho(entry.name, bold=True)
    click.echo(f"  {entry.kind}; {entry.domain}")
    for variant in variants:
        click.echo()
        click.secho(f"{variant['problem']}: {variant['text']}", bold=True)
        click.echo(f"  by {', '.join(variant['differentiated'])}")
        for point in variant["points"]:
            click.echo(f"  {point['name']:<24} {_inline(point)}")


def _variant_facts(entry: Entry, variant: Variant) -> dict[str, Any]:
    argnums = range(len(variant.arguments)) if variant.argnums is None else variant.argnums
    return {
        "problem": f"{entry.name}/{variant.name}" if variant.name else entry.name,
        "text": variant.fun.text if isinstance(variant.fun, Written) else "",
        "arguments": list(variant.arguments),
        "differentiated": [variant.arguments[i] for i in argnums],
        "points": [_point_facts(at) for at in variant.points],
    }


def _point_facts(at: At) -> dict[str, Any]:
    return {
        "name": at.name,
        "kind": str(at.kind),
        "max_order": at.max_order,
        "shapes": [list(shape) for shape in at.shapes],
        "dtypes": ["float32", "float64"] if at.both else ["float64"],
    }


def _inline(point: dict[str, Any]) -> str:
    shapes = " ".join(str(tuple(shape)) for shape in point["shapes"])
    dtypes = ", ".join(point["dtypes"])
    return f"{point['kind']:<9} up to order {point['max_order']}  {shapes}  {dtypes}"
