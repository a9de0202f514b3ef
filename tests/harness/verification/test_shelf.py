"""The folder of truths: appended by many, trimmed, and never believed when torn."""

from __future__ import annotations

import multiprocessing
import os
import time

import numpy as np
import pytest

from harness.verification.oracles import TrueBlock, Truth
from harness.verification.packing import packed_in
from harness.verification.shelf import Shelf, file_name


def truth(value):
    zero = np.zeros(())
    return Truth("someone", (TrueBlock(np.array(float(value)), zero, zero, zero),))


def key(k):
    return k.to_bytes(16, "big")


def value(answer):
    return None if answer is None else float(answer.blocks[0].high)


def rested(path):
    hours_ago = time.time() - 2 * 3600
    os.utime(path, (hours_ago, hours_ago))


def test_names_of_files_are_readable_and_never_the_same():
    names = ["a.sum/axis=-1,keepdims", "a.sum/axis=-1.keepdims", "a.sum_axis=-1_keepdims"]
    found = {file_name(name) for name in names}
    assert len(found) == 3
    for name in found:
        assert name.startswith("a.sum_axis=-1")
        assert "/" not in name
        assert len(file_name("x" * 500)) < 110


def test_what_is_put_is_there_for_this_shelf_and_the_next(tmp_path):
    shelf = Shelf(tmp_path)
    assert shelf.get("p", key(1)) is None
    shelf.put("p", {key(1): truth(1), key(2): truth(2)})
    shelf.put("p", {key(3): truth(3)})
    for reader in (shelf, Shelf(tmp_path)):
        assert [value(reader.get("p", key(k))) for k in range(5)] == [None, 1, 2, 3, None]
        assert reader.get("q", key(1)) is None


def _write(folder, start):
    shelf = Shelf(folder)
    for k in range(start, start + 40):
        shelf.put("p", {key(k): truth(k)})


def test_writers_at_the_same_time_lose_nothing(tmp_path):
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(tmp_path, 100 * n)) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    reader = Shelf(tmp_path)
    for n in range(3):
        assert all(value(reader.get("p", key(k))) == k for k in range(100 * n, 100 * n + 40))


def test_many_records_are_made_one_when_they_are_read(tmp_path):
    writer = Shelf(tmp_path)
    for k in range(40):
        writer.put("p", {key(k): truth(k)})
    path = tmp_path / file_name("p")
    # Somebody may be appending: what is new is left alone.
    assert value(Shelf(tmp_path).get("p", key(7))) == 7
    assert len(list(packed_in(path.read_bytes()))) == 40
    rested(path)
    before = path.stat().st_size
    assert value(Shelf(tmp_path).get("p", key(7))) == 7
    assert len(list(packed_in(path.read_bytes()))) == 1
    assert path.stat().st_size < before / 4
    assert all(value(Shelf(tmp_path).get("p", key(k))) == k for k in range(40))


def test_nothing_half_written_is_left(tmp_path, monkeypatch):
    writer = Shelf(tmp_path)
    for k in range(40):
        writer.put("p", {key(k): truth(k)})
    rested(tmp_path / file_name("p"))

    def broken(self, target):
        raise OSError("no space left on device")

    monkeypatch.setattr("pathlib.Path.replace", broken)
    assert value(Shelf(tmp_path).get("p", key(7))) == 7
    assert [path.name for path in tmp_path.iterdir()] == [file_name("p")]


def test_what_was_not_used_for_longest_goes_first(tmp_path):
    shelf = Shelf(tmp_path)
    for n in range(10):
        shelf.put(f"p{n}", {key(1): truth(n)})
        # The order of use, whatever the order of writing was.
        age = time.time() - (1000 if n in (3, 8) else 10)
        os.utime(tmp_path / file_name(f"p{n}"), (age, age))
    one = (tmp_path / file_name("p0")).stat().st_size
    limited = Shelf(tmp_path, limit_bytes=int(one * 10.5))
    limited.put("new", {key(1): truth(99)})
    left = {path.name for path in tmp_path.iterdir()}
    assert file_name("new") in left
    assert not {file_name("p3"), file_name("p8")} & left
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= one * 10.5


def test_reading_counts_as_use(tmp_path):
    Shelf(tmp_path).put("p", {key(1): truth(1)})
    path = tmp_path / file_name("p")
    old = time.time() - 30 * 86400
    os.utime(path, (old, old))
    Shelf(tmp_path).get("p", key(1))
    assert time.time() - path.stat().st_mtime < 86400


def test_what_is_shipped_is_read_and_never_written(tmp_path):
    shipped, own = tmp_path / "shipped", tmp_path / "own"
    Shelf(shipped).put("p", {key(1): truth(1)})
    before = (shipped / file_name("p")).read_bytes()
    shelf = Shelf(own, shipped)
    assert value(shelf.get("p", key(1))) == 1
    shelf.put("p", {key(2): truth(2), key(1): truth(5)})
    assert (shipped / file_name("p")).read_bytes() == before
    assert value(Shelf(own, shipped).get("p", key(1))) == 5
    assert value(Shelf(None, shipped).get("p", key(2))) is None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a folder nobody may write")
def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path):
    tmp_path.chmod(0o500)
    shelf = Shelf(tmp_path)
    shelf.put("p", {key(1): truth(1)})
    assert value(shelf.get("p", key(1))) == 1
