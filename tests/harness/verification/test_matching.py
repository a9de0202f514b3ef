"""Many patterns at once match what each of them matches alone."""

from __future__ import annotations

import fnmatch

from hypothesis import given
from hypothesis import strategies as st

from harness.verification.matching import PatternIndex

LETTERS = st.text(alphabet="ab:.-/=(,)", max_size=6)
PATTERNS = st.lists(
    st.lists(st.one_of(LETTERS, st.sampled_from(["*", "?", "[ab]", "[!a]", "[["])), max_size=5).map(
        "".join
    ),
    max_size=12,
)


@given(PATTERNS, st.lists(LETTERS, max_size=8))
def test_the_index_agrees_with_fnmatch(patterns, names):
    index = PatternIndex(patterns)
    for name in names:
        alone = [i for i, p in enumerate(patterns) if fnmatch.fnmatchcase(name, p)]
        assert index.matching(name) == alone


def test_a_name_meets_only_patterns_that_begin_like_it():
    """What makes it quick: thousands of entries for other functions cost a name nothing."""

    index = PatternIndex([f"group.fun{i}:h*:*" for i in range(1000)])
    met = 0
    for by_prefix in index._filed.values():
        for prefix, filed in by_prefix.items():
            met += len(filed) * "group.fun7:hvp:n=3".startswith(prefix)
    assert met == 1
    assert index.matching("group.fun7:hvp:n=3") == [7]
    assert index.matching("group.fun7:jvp:n=3") == []
