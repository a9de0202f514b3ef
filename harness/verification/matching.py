"""Many shell patterns against many names, quickly: a ledger's entries against all case ids."""

from __future__ import annotations

import fnmatch
import re
from collections import defaultdict
from collections.abc import Sequence

__all__ = ["PatternIndex"]

_SPECIAL = re.compile(r"[*?\[]")


class PatternIndex:
    """Tells which of its patterns match a name, as ``fnmatch.fnmatchcase`` does.

    Each pattern is compiled once and filed under the literal text before its first wildcard. A
    name is then held against the few patterns whose literal beginning it shares, and not against
    all of them.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        """File ``patterns``; they are told by their positions from here on."""
        self._exact: dict[str, list[int]] = defaultdict(list)
        self._filed: dict[int, dict[str, list[tuple[int, re.Pattern[str]]]]] = {}
        for position, pattern in enumerate(patterns):
            special = _SPECIAL.search(pattern)
            if special is None:
                self._exact[pattern].append(position)
                continue
            prefix = pattern[: special.start()]
            compiled = re.compile(fnmatch.translate(pattern))
            by_prefix = self._filed.setdefault(len(prefix), {})
            by_prefix.setdefault(prefix, []).append((position, compiled))

    def matching(self, name: str) -> list[int]:
        """The positions of the patterns that match ``name``, in their order."""
        found = list(self._exact.get(name, ()))
        for length, by_prefix in self._filed.items():
            for position, compiled in by_prefix.get(name[:length], ()):
                if compiled.match(name):
                    found.append(position)
        return sorted(found)
