"""What the shells are offered, asked as they ask it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

ADJUDGE = (sys.executable, "-m", "harness.cli")
HEAVY = ("torch", "jax", "autograd", "pandas", "scipy", "mpmath")


def offered(line: str) -> list[str]:
    """The words that bash would offer at the end of ``line``; none of HEAVY may be imported."""
    words = line.split(" ")
    code = (
        "import sys\nfrom harness.cli import main\n"
        "try:\n    main([])\nfinally:\n"
        f"    print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)\n"
    )
    asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | asked | {"_ADJUDGE_COMPLETE": "bash_complete"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stderr == "[]\n"
    return [told.partition(",")[2] for told in done.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "expected", "all_of_them"),
    [
        ("adjudge ba", {"backends"}, True),
        ("adjudge check --b", {"--backend"}, True),
        ("adjudge check --backend our", {"our_engine", "our_engine-compiled"}, True),
        ("adjudge gate --backend ", {"our_engine", "jax", "pytorch", "autograd"}, False),
        ("adjudge check --problem lecture.ch", {"lecture.chain", "lecture.chain.fan"}, False),
        ("adjudge run --suite le", {"lecture"}, True),
        ("adjudge check --operator gra", {"gradient"}, True),
        ("adjudge truths --dtype ", {"float64", "float32"}, False),
        ("adjudge trace lecture.per", {"lecture.perceptron"}, False),
        ("adjudge problems lecture.log", {"lecture.log_sqrt"}, True),
        ("adjudge completion f", {"fish"}, True),
    ],
)
def test_names_are_completed_without_importing_a_library(line, expected, all_of_them):
    words = set(offered(line))
    assert words == expected if all_of_them else words >= expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_asks_adjudge(shell):
    done = subprocess.run(
        [*ADJUDGE, "completion", shell], capture_output=True, text=True, check=True, timeout=120
    )
    assert f"_ADJUDGE_COMPLETE={shell}_complete" in done.stdout
    assert done.stderr == ""
