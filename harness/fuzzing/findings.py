"""Findings: what the search found, for a person, for a file, and for the catalogue."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.contract import Operator, Verdict, VerdictKind
from harness.fuzzing.specimens import Specimen
from harness.reproduce.numbers import array_text
from harness.verification.ledger import Ledger

__all__ = ["Finding", "as_entry", "explained"]


@dataclass(frozen=True)
class Finding:
    """One fault of a backend, shrunk; ``draw`` is the number of the specimen that showed it.

    ``drawn`` is that specimen's text. ``known`` is the reason of the ledger's entry that explains
    it, or empty. ``reproducer`` is a line for a shell, with the library alone where that is
    possible. ``finished``: no single step makes it smaller.
    """

    backend: str
    draw: int
    operator: Operator
    verdict: Verdict
    specimen: Specimen
    drawn: str
    trials: int
    finished: bool
    known: str
    reproducer: str
    also: tuple[Operator, ...] = ()

    @property
    def kind(self) -> VerdictKind:
        """The verdict's kind."""
        return self.verdict.kind

    @property
    def title(self) -> str:
        """What fails where, on one line."""
        forms = ", ".join(dict.fromkeys(node.form.name for node in self.specimen.nodes))
        return (
            f"{self.kind}: {self.operator} of {self.specimen.text} ({forms}, {self.specimen.dtype})"
        )

    def covers(self, specimen: Specimen, operator: Operator, kind: VerdictKind) -> bool:
        """Whether a failure has its verdict and all of its functions, and is of no lower order."""
        return (
            kind is self.kind
            and operator.order >= self.operator.order
            and self.specimen.functions <= specimen.functions
        )

    def as_json(self) -> dict[str, Any]:
        """What a file keeps of it."""
        return {
            "backend": self.backend,
            "draw": self.draw,
            "verdict": str(self.kind),
            "operator": str(self.operator),
            "also": [str(operator) for operator in self.also],
            "functions": sorted(self.specimen.functions),
            "oracle": self.verdict.oracle,
            "reason": self.verdict.reason,
            "text": self.specimen.text,
            "arguments": values_text(self.specimen),
            "dtype": self.specimen.dtype,
            "drawn": self.drawn,
            "trials": self.trials,
            "finished": self.finished,
            "known": self.known,
            "reproducer": self.reproducer,
            "entry": as_entry(self.specimen, self.operator),
        }


def explained(finding: Finding, ledger: Ledger, versions: Mapping[str, str]) -> str:
    """The reason of the ledger's entry for the same verdict on one of the functions, or nothing.

    An entry is of cases of the catalogue; here the operator and the dtype must be its own too, but
    its size and its point need not be.
    """
    for entry in ledger.entries:
        if entry.kind is finding.kind and entry.applies_to(versions):
            for pattern in entry.cases:
                if _matches(pattern, finding):
                    return entry.reason
    return ""


def _matches(pattern: str, finding: Finding) -> bool:
    parts = pattern.split(":")
    if len(parts) != 5:
        return False
    problem, operator, _, dtype, _ = parts
    return (
        any(
            fnmatch.fnmatchcase(name, problem)
            for node in finding.specimen.nodes
            for name in (node.form.name, node.form.function)
        )
        and fnmatch.fnmatchcase(finding.operator, operator)
        and fnmatch.fnmatchcase(finding.specimen.dtype, dtype)
    )


def values_text(specimen: Specimen) -> dict[str, str]:
    """The arguments as Python lists, to the last bit."""
    return {leaf.name: _value(specimen.values[leaf.name]) for leaf in specimen.arguments}


def as_entry(specimen: Specimen, operator: Operator) -> str:
    """The specimen as an ``Entry`` of the catalogue, to be pasted into one of its modules."""
    arguments = specimen.arguments
    names = tuple(leaf.name for leaf in arguments)
    argnums = tuple(i for i, leaf in enumerate(arguments) if leaf.varies)
    values = [_value(specimen.values[name]) for name in names]
    facts = [f"max_order={max(1, operator.order)}"]
    if specimen.dtype == "float32":
        facts.append("both=True")
    lines = [
        "Entry(",
        f'    "composite.{specimen.name.replace(".", "_")}",',
        '    "",',
        "    Kind.SMOOTH,",
        '    "found by adjudge fuzz",',
        "    (",
        "        Variant(",
        '            "",',
        f"            expression({' '.join(names)!r}, {specimen.text!r}),",
        f'            (edge("found", {", ".join([*values, *facts])}),),',
        f"            arguments={names!r},",
        f"            argnums={argnums!r},",
        f"            operations={specimen.problem.operations({})},",
        "        ),",
        "    ),",
        *(["    third=True,"] if operator.base is Operator.THIRD else []),
        "),",
    ]
    return "\n".join(lines)


def _value(x: np.ndarray) -> str:
    if not x.size:
        return f"np.empty({x.shape}, dtype=np.{x.dtype.name})"
    if x.dtype.kind != "f":
        return array_text("np.array({values}, dtype=np.{dtype})", x)
    return array_text("{values}", x)
