"""A bounded memory forgets what was not used for longest, and nothing else."""

from __future__ import annotations

from harness.verification.bounded import Bounded


def test_the_least_recently_used_goes_first():
    memory: Bounded[str, int] = Bounded(100)
    for name, size in (("a", 40), ("b", 40)):
        memory.put(name, ord(name), size)
    assert memory.get("a") == 97
    memory.put("c", 99, 40)
    assert (memory.get("a"), memory.get("b"), memory.get("c")) == (97, None, 99)


def test_a_value_that_is_put_again_counts_once():
    memory: Bounded[str, int] = Bounded(100)
    memory.put("other", 1, 10)
    for k in range(50):
        memory.put("same", k, 60)
    assert (memory.get("same"), memory.get("other")) == (49, 1)


def test_the_last_one_is_kept_however_large():
    memory: Bounded[str, int] = Bounded(100)
    memory.put("small", 1, 10)
    memory.put("large", 2, 1000)
    assert (memory.get("small"), memory.get("large")) == (None, 2)
