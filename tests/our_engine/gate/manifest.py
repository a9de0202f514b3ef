"""What the specimens exercise, as our_engine.coverage reads it.

python -m tests.our_engine.gate.manifest writes it anew.
"""

from __future__ import annotations

import collections
import importlib.resources
import json
import pathlib
from typing import Any

from our_engine.coverage.naming import name_of

from .collection import OF_ONE_VALUE, REFUSED, by_name
from .exercised import keywords_exercised


def manifest() -> dict[str, dict[str, Any]]:
    """{rule: {specimens: count, keywords: those given, refused: those refused by name}}."""
    counts = collections.Counter(name_of(s.function) for s in by_name().values())
    found = keywords_exercised(by_name().values())
    return {
        name: {
            "specimens": counts[name],
            "keywords": sorted(keywords | OF_ONE_VALUE.get(name, set())),
            "refused": sorted(REFUSED[name][1]) if name in REFUSED else [],
        }
        for name, keywords in sorted(found.items())
    }


def main() -> None:
    """Write the file."""
    package = importlib.resources.files("our_engine.coverage")
    lines = [f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in manifest().items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    pathlib.Path(str(package), "tested.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
