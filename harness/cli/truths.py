"""``adjudge truths``: find the truths ahead of a run, verify those that are kept, ship them."""

from __future__ import annotations

import json
import os
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli import completing
from harness.cli.options import FOLDER, json_option, verbose_option, view_of_steps, view_options
from harness.cli.selecting import patterns_option
from harness.errors import AdjudgeError, UsageError

if TYPE_CHECKING:
    from harness.running.finding import Found, Part

__all__ = ["truths"]


class DifferentTruthsError(AdjudgeError):
    """What is kept is not what is found: exit code 1."""

    exit_code = 1


@click.command(
    epilog="""
\b
Examples:
  adjudge truths
  adjudge truths --suite catalogue --verify
  adjudge truths --problem array_api.hypot --verify
"""
)
@patterns_option("--suite", "suites", completing.suite_names, "Only of such suites.")
@patterns_option("--problem", "problems", completing.problem_names, "Only of these.")
@patterns_option("--dtype", "dtypes", completing.dtype_names, "Only in such dtypes.")
@click.option("--verify", is_flag=True, help="Find all anew and hold it against what is kept.")
@click.option(
    "--ship",
    type=FOLDER,
    metavar="FOLDER",
    help="For developers: write the truths to FOLDER; the package's is shipped/ beside the "
    "verification modules.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=None,
    metavar="N",
    help="How many processes. [default: one for each core]",
)
@json_option
@view_options
@verbose_option
def truths(
    suites: tuple[str, ...],
    problems: tuple[str, ...],
    dtypes: tuple[str, ...],
    verify: bool,
    ship: Path | None,
    jobs: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Find the truths that every backend is held against, and keep them.

    A run finds what it misses by itself; this does it ahead, on all cores, and says what could
    not be decided, and why. With --verify nothing is kept: it fails where a truth in the user's
    cache, or one that came with the package, is not found again.
    """
    from harness.plugins import load
    from harness.running import finding
    from harness.running.selection import select_dtypes, select_problems

    if verify and ship is not None:
        raise UsageError("--verify writes nothing; ship in a call of its own")
    chosen = select_problems(load(), problems, suites)
    parts = finding.parts_of(chosen, select_dtypes(chosen, dtypes))
    count = min(jobs or _cores(), len(parts)) or 1
    view = view_of_steps(quiet=quiet)
    view.begin("verifying" if verify else "finding truths", len(parts))
    began = time.perf_counter()
    try:
        found = finding.find(
            parts, jobs=count, verify=verify, done=lambda part: view.step(_name(part))
        )
        view.end()
    finally:
        view.close()
    if as_json:
        click.echo(json.dumps(_facts(found), indent=1))
    else:
        _tell(found, time.perf_counter() - began, verify)
    if ship is not None:
        changed, size = finding.ship(chosen, ship, whole=not (suites or problems))
        told = f"shipped: {size / 1e6:.2f} MB in {ship}, {changed} files changed"
        click.echo(told, err=as_json)
    if found.different:
        raise DifferentTruthsError(
            f"{len(found.different)} kept truths are not found again; where they are in the cache, "
            "delete it; where they are shipped, ship them anew"
        )


def _name(part: Part) -> str:
    return f"{part.problem} {part.size} {part.dtype}"


def _tell(found: Found, wall_s: float, verify: bool) -> None:
    for case, place, what in found.different:
        click.echo(f"different: {case} ({place}): {what}")
    reasons: dict[str, list[str]] = defaultdict(list)
    for case, reason in found.undecided:
        reasons[reason].append(case)
    for reason, cases in sorted(reasons.items(), key=lambda item: -len(item[1])):
        more = f" and {len(cases) - 1} more" if len(cases) > 1 else ""
        click.echo(f"undecided: {cases[0]}{more}: {reason}")
    share = 100 * len(found.undecided) / max(1, found.asked)
    done = "found anew" if verify else f"{found.asked - found.new} kept, {found.new} found now"
    click.echo(
        f"{found.asked} truths: {done} in {wall_s:.1f} s ({found.seconds:.1f} s of all processes); "
        f"{len(found.undecided)} undecided ({share:.1f} %)"
    )


def _facts(found: Found) -> dict[str, Any]:
    """How many truths there are, and each that is undecided or different; seconds of all cores."""
    return {
        "asked": found.asked,
        "found_now": found.new,
        "seconds": found.seconds,
        "undecided": [{"case": case, "reason": reason} for case, reason in found.undecided],
        "different": [
            {"case": case, "place": place, "what": what} for case, place, what in found.different
        ],
    }


def _cores() -> int:
    affinity: Any = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1
