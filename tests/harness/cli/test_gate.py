"""``adjudge gate`` from the first word to the last: what it runs, says, writes and exits with."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from harness.cli import main
from harness.contract import Backend, Operator
from harness.running.plan import Plan
from harness.running.run_folder import read_run_file

POINT = ("--problem", "lecture.log_sqrt", "--point", "e-4", "--dtype", "float64")


class Doubling(Backend):
    """Right values, and tangents twice as long as they should be."""

    operators = frozenset({Operator.VALUE, Operator.JVP})
    xp = np
    asarray = to_numpy = staticmethod(np.asarray)

    def jvp(self, fun, primals, tangents):
        step = 2.0**-100
        y = fun(*(x + step * v * 1j for x, v in zip(primals, tangents, strict=True)))
        return np.real(y), 2 * np.imag(y) / step

    def versions(self):
        return {"doubling": "1.2.3"}


LEDGER = """
backend = "doubling"

[[divergence]]
case = "lecture.log_sqrt:jvp:scalar:float64:e-4"
versions = { doubling = ">=1,<2" }
kind = "wrong"
reason = "it counts everything twice"
"""


@pytest.fixture
def doubling(monkeypatch, tmp_path):
    """``doubling(ledger text)``: the backend is registered, here and in its workers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    path = tmp_path / "doubling.toml"
    package = tmp_path / "site"
    info = package / "doubling-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: doubling\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[adjudge]\ndoubling = adjudge_doubling\n")
    source = Path(__file__).read_text().split("class Doubling")[1].split("\nLEDGER")[0]
    (package / "adjudge_doubling.py").write_text(
        "import pathlib\nimport numpy as np\n"
        "from harness.contract import Backend, Operator, hookimpl\n"
        f"class Doubling{source}\n"
        "@hookimpl\ndef register_backends(register):\n"
        f"    path = pathlib.Path({str(path)!r})\n"
        "    register('doubling', Doubling, ledger=path if path.exists() else None)\n"
    )
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.delitem(sys.modules, "adjudge_doubling", raising=False)

    def write(ledger: str = "") -> Path:
        if ledger:
            path.write_text(ledger)
        return path

    return write


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as exit_:
        main(words)
    return int(exit_.value.code or 0)


def gate(*words: str) -> int:
    return call("gate", "-q", "--backend", "doubling", *POINT, *words)


def newest() -> Path:
    return max(Path("results").iterdir(), key=lambda run: (run / "run.json").stat().st_mtime)


def test_a_divergence_is_told_with_a_line_that_shows_it(doubling, capsys):
    doubling()
    assert gate() == 1
    out, err = capsys.readouterr()
    first, line = out.splitlines()
    assert first.startswith("unlisted: doubling: lecture.log_sqrt:jvp:scalar:float64:e-4: is wrong")
    assert line.strip().startswith(
        "adjudge check --backend doubling --case lecture.log_sqrt:jvp:scalar:float64:e-4"
    )
    assert err.count("\n") == 1
    # The line is run: it selects the one case, and shows that it is wrong.
    words = shlex.split(line, comments=True)
    assert call(*words[1:], "-q") == 0
    plan = Plan.from_json(read_run_file(newest())["plan"])
    assert [case.id for case in plan.cases] == ["lecture.log_sqrt:jvp:scalar:float64:e-4"]
    assert "wrong" in (newest() / "verdicts.csv").read_text()


def test_a_listed_divergence_opens_the_gate_and_is_counted(doubling, capsys):
    doubling(LEDGER)
    assert gate() == 0
    assert "1 known divergence, all as listed" in capsys.readouterr().out


def test_a_ledger_that_cannot_be_read_is_told_before_anything_is_run(doubling, capsys):
    doubling(LEDGER.replace("it counts", "TODO: it counts"))
    assert gate() == 2
    assert "still to be written" in capsys.readouterr().err
    assert not Path("results").exists()


def test_a_run_that_is_there_is_held_against_another_ledger(doubling, capsys):
    path = doubling(LEDGER)
    gate()
    run = str(newest())
    path.write_text(LEDGER.replace('"wrong"', '"raised"'))
    assert call("gate", "--run", run) == 1
    assert "changed: doubling: lecture.log_sqrt:jvp" in capsys.readouterr().out
    path.write_text(LEDGER.replace("log_sqrt", "lgo_sqrt"))
    assert call("gate", "--run", run, "--backend", "doub*") == 1
    out = capsys.readouterr().out
    assert "unlisted: doubling" in out
    assert "unmatched: doubling: lecture.lgo_sqrt:jvp:scalar:float64:e-4" in out
    path.write_text(LEDGER.replace("e-4", "generic-0"))
    call("gate", "--run", run)
    assert "unmatched" not in capsys.readouterr().out, "that point was not asked for"
    path.write_text(LEDGER.replace("lecture.log_sqrt", "l*e.[!p]*").replace("e-4", "generic-0"))
    call("gate", "--run", run)
    assert "unmatched" not in capsys.readouterr().out, "that point was not asked for"
    assert len(list(Path("results").iterdir())) == 1, "nothing was run anew"


def test_a_gone_divergence_closes_the_gate(doubling, capsys):
    doubling(LEDGER.replace(":jvp:", ":value:"))
    assert gate("--operator", "value") == 1
    assert "gone: doubling: lecture.log_sqrt:value" in capsys.readouterr().out


def test_suggested_entries_open_the_gate_once_they_are_reviewed(doubling, capsys):
    path = doubling()
    assert gate("--suggest", "--json") == 1
    entries = capsys.readouterr().out
    assert 'case = "lecture.log_sqrt:jvp:scalar:float64:e-4"' in entries
    assert 'versions = { doubling = ">=1.2.3,<1.3" }' in entries
    path.write_text('backend = "doubling"\n' + entries.replace("TODO: ", "because "))
    assert call("gate", "--run", str(newest())) == 0


def test_every_output_at_once(doubling, capsys, monkeypatch, tmp_path):
    doubling()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert gate("--junit", "gate.xml", "--markdown", "gate.md", "--json") == 1
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told == json.loads((newest() / "gate.json").read_text())
    (finding,) = told["backends"][0]["findings"]
    assert finding["kind"] == "unlisted"
    assert ElementTree.parse("gate.xml").getroot().get("failures") == "1"
    assert "### adjudge gate: closed" in Path("gate.md").read_text()
    assert summary.read_text() == "before\n" + Path("gate.md").read_text()
    assert err.startswith("::error title=doubling%3A lecture.log_sqrt%3A unlisted::")
    assert call("gate", "--run", str(newest()), "--no-annotations") == 1
    assert "::error" not in "".join(capsys.readouterr())


def test_an_incomplete_run_is_no_evidence(doubling, capsys):
    doubling()
    gate()
    journal = newest() / "journal.jsonl"
    kept = [
        line for line in journal.read_text().splitlines() if '"lecture.log_sqrt:jvp' not in line
    ]
    journal.write_text("\n".join(kept) + "\n")
    capsys.readouterr()
    assert call("gate", "--run", str(newest())) == 3
    err = capsys.readouterr().err
    assert "is not complete: 1 cases of doubling are not judged" in err
    assert f"adjudge run --resume {newest()}" in err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--operator", "jvp"), "leave the patterns out"),
        (("--backend", "doublnig"), "did you mean 'doubling'?"),
    ],
)
def test_a_wrong_call_with_a_run_is_one_line(doubling, capsys, words, says):
    doubling()
    gate()
    capsys.readouterr()
    assert call("gate", "--run", str(newest()), *words) == 2
    err = capsys.readouterr().err
    assert says in err
    assert err.count("\n") == 1
