"""Answers packed into bytes: many truths of one problem, small, the same for the same answers.

A number takes 14 bytes: 8 for its nearest float, 4 for the rest, 2 each for conditioning and
error bound less what compresses away. The rest keeps 24 bits, measured in units of the float's
last place: together 77 bits, 13 more than the long doubles that results are compared in.
Conditioning and bound are sizes; they are rounded up, to a sixteenth of an octave.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from harness.verification.oracles.oracle import Branches, TrueBlock, Truth, Undecided

__all__ = ["Answer", "Packed", "pack", "packed_in", "rounded"]

Answer = Truth | Undecided
Key = bytes

_MAGIC = b"adjudge2"
_HEADER = struct.Struct("<8sI8s")
"""Magic, the length of what follows, and the beginning of its SHA-256."""

_PER_OCTAVE = 16
_ZERO, _INFINITE = -(2**15), 2**15 - 1
_TYPES = ("<f8", "<f4", "<i2", "<i2", "<f8")
"""The columns: high, low, conditioning, bound, and whatever else a truth has."""


def pack(answers: Mapping[Key, Answer]) -> bytes:
    """One record. Keys are hashes; their order, and that of what is read back, is that of bytes."""
    columns: list[list[np.ndarray]] = [[] for _ in _TYPES]
    texts: dict[str, int] = {}
    entries = []
    for key in sorted(answers):
        answer = answers[key]
        if isinstance(answer, Undecided):
            entries.append([key.hex(), _index(texts, answer.reason)])
            continue
        about = [[list(b.high.shape), *_put(b, columns)] for b in answer.blocks]
        directions = [
            [[list(part.shape) for part in direction] for direction in group]
            for group in answer.directions
        ]
        columns[-1] += [part for g in answer.directions for direction in g for part in direction]
        names = [_index(texts, answer.oracle), _index(texts, answer.note)]
        entries.append([key.hex(), *names, about, directions, answer.curve_bound])
    about_all = json.dumps({"texts": list(texts), "entries": entries}, separators=(",", ":"))
    parts = [about_all.encode()]
    for column, kind in zip(columns, _TYPES, strict=True):
        flat = [np.ascontiguousarray(a, dtype=kind).reshape(-1) for a in column]
        joined = np.concatenate(flat) if flat else np.empty(0, dtype=kind)
        # Byte by byte: exponents beside exponents compress.
        parts.append(joined.view(np.uint8).reshape(-1, joined.dtype.itemsize).T.tobytes())
    body = zlib.compress(b"".join(len(p).to_bytes(4, "little") + p for p in parts), 9)
    return _HEADER.pack(_MAGIC, len(body), hashlib.sha256(body).digest()[:8]) + body


def packed_in(data: bytes) -> Iterator[Packed]:
    """The records of a file; what is torn, foreign or of another format is passed over."""
    at = data.find(_MAGIC)
    while at >= 0:
        record = _read(data, at)
        if record is not None:
            yield record
            at += _HEADER.size + record.length
        at = data.find(_MAGIC, at if record is not None else at + 1)


@dataclass(slots=True)
class Packed:
    """A record as it was read: ``answer(key)`` unpacks one of its answers."""

    length: int
    _texts: list[str]
    _entries: dict[Key, list[Any]]
    _columns: list[np.ndarray]
    _starts: dict[Key, tuple[int, int]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Key]:
        """The keys of its answers."""
        return iter(self._entries)

    def answer(self, key: Key) -> Answer:
        """The answer to ``key``; KeyError without it."""
        entry = self._entries[key]
        if len(entry) == 1:
            return Undecided(self._texts[entry[0]], lasting=True)
        if not self._starts:
            self._find_starts()
        oracle, note, about, shapes, curve_bound = entry
        at = [self._starts[key][0]] * 4 + [self._starts[key][1]]
        blocks = tuple(self._block(at, *facts) for facts in about)
        directions = tuple(
            tuple(
                tuple(self._take(at, 4, tuple(shape)) for shape in direction) for direction in group
            )
            for group in shapes
        )
        return Truth(self._texts[oracle], blocks, self._texts[note], directions, curve_bound)

    def _find_starts(self) -> None:
        """Where the numbers of each answer begin: of the first four columns, and of the last."""
        numbers = more = 0
        for key, entry in self._entries.items():
            self._starts[key] = numbers, more
            if len(entry) == 1:
                continue
            for shape, sets, branches in entry[2]:
                count = _count(shape)
                numbers += count
                more += count * (2 * sets + 2 * (branches is not None))
            more += sum(_count(shape) for g in entry[3] for direction in g for shape in direction)

    def _block(
        self, at: list[int], shape: list[int], sets: int, branches: list[int] | None
    ) -> TrueBlock:
        wanted = tuple(shape)
        high, scaled, conditioning, bound = (self._take(at, c, wanted) for c in range(4))
        block = TrueBlock(high, _low(high, scaled), _size(conditioning), _size(bound))
        if sets:
            lower, upper = self._take(at, 4, wanted), self._take(at, 4, wanted)
            block = replace(block, lower=lower, upper=upper)
        if branches is not None:
            sides = self._take(at, 4, wanted), self._take(at, 4, wanted)
            exact, count = branches
            block = replace(block, branches=Branches(*sides, bool(exact), count))
        return block

    def _take(self, at: list[int], column: int, shape: tuple[int, ...]) -> np.ndarray:
        start, at[column] = at[column], at[column] + _count(shape)
        taken: np.ndarray = self._columns[column][start : at[column]]
        return taken.reshape(shape)


def rounded(truth: Truth) -> Truth:
    """The truth as it comes back from its packed form, so that kept and new ones are the same."""
    blocks = tuple(
        replace(
            b,
            low=_low(b.high, _scaled(b.high, b.low)),
            conditioning=_size(_code(b.conditioning)),
            bound=_size(_code(b.bound)),
        )
        for b in truth.blocks
    )
    return replace(truth, blocks=blocks)


def _put(block: TrueBlock, columns: list[list[np.ndarray]]) -> tuple[int, list[int] | None]:
    """A block into the columns; whether it has a set, and what is to be said of its branches."""
    columns[0].append(block.high)
    columns[1].append(_scaled(block.high, block.low))
    columns[2].append(_code(block.conditioning))
    columns[3].append(_code(block.bound))
    sets = block.lower is not None and block.upper is not None
    if block.lower is not None and block.upper is not None:
        columns[4] += [block.lower, block.upper]
    if block.branches is None:
        return int(sets), None
    columns[4] += [block.branches.first, block.branches.second]
    return int(sets), [int(block.branches.exact), block.branches.count]


def _read(data: bytes, at: int) -> Packed | None:
    try:
        _, length, checksum = _HEADER.unpack_from(data, at)
        body = data[at + _HEADER.size : at + _HEADER.size + length]
        if len(body) != length or hashlib.sha256(body).digest()[:8] != checksum:
            return None
        parts = _parts(zlib.decompress(body))
        about = json.loads(parts[0])
        columns = [
            np.ascontiguousarray(
                np.frombuffer(part, np.uint8).reshape(np.dtype(kind).itemsize, -1).T
            )
            .reshape(-1)
            .view(kind)
            for part, kind in zip(parts[1:], _TYPES, strict=True)
        ]
        entries = {bytes.fromhex(key): entry for key, *entry in about["entries"]}
    except (struct.error, zlib.error, ValueError, KeyError, TypeError):
        return None
    return Packed(length, about["texts"], entries, columns)


def _parts(raw: bytes) -> list[bytes]:
    parts, at = [], 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + 4], "little")
        parts.append(raw[at + 4 : at + 4 + length])
        at += 4 + length
    return parts


def _scaled(high: np.ndarray, low: np.ndarray) -> np.ndarray:
    """``low`` in units of the last place of ``high``: at most 1/2 for what was rounded to it."""
    usable = np.isfinite(high) & (high != 0)
    _, exponents = np.frexp(np.where(usable, high, 1.0))
    return np.where(usable, np.ldexp(low, 53 - exponents), 0.0).astype(np.float32)


def _low(high: np.ndarray, scaled: np.ndarray) -> np.ndarray:
    _, exponents = np.frexp(np.where(np.isfinite(high), high, 1.0))
    return np.asarray(np.ldexp(scaled.astype(np.float64), exponents - 53))


def _code(sizes: np.ndarray) -> np.ndarray:
    """Sizes as sixteenths of octaves, rounded up."""
    positive = sizes > 0
    with np.errstate(over="ignore"):
        octaves = np.log2(np.where(positive & np.isfinite(sizes), sizes, 1.0))
    codes = np.ceil(octaves * _PER_OCTAVE - 1e-9)
    codes = np.where(positive, codes, _ZERO)
    return np.where(np.isposinf(sizes), _INFINITE, codes).astype(np.int16)


def _size(codes: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        sizes = np.exp2(codes / _PER_OCTAVE)
    largest = np.finfo(np.float64).max
    sizes = np.where(codes == _INFINITE, np.inf, np.minimum(sizes, largest))
    return np.where(codes == _ZERO, 0.0, sizes)


def _count(shape: Any) -> int:
    count = 1
    for n in shape:
        count *= n
    return count


def _index(texts: dict[str, int], text: str) -> int:
    return texts.setdefault(text, len(texts))
