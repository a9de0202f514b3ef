"""A record as a line of the journal, and back: an object of strict JSON that names its ``type``."""

from __future__ import annotations

import dataclasses
import json
import math
from typing import Any, get_type_hints

from harness.running.records import Record

__all__ = ["decode", "encode"]

_TYPES: dict[str, type[Record]] = {cls.type: cls for cls in Record.__subclasses__()}
_NAMES: dict[type[Record], tuple[str, ...]] = {
    cls: tuple(f.name for f in dataclasses.fields(cls)) for cls in _TYPES.values()
}
_FLOATS: dict[type[Record], tuple[str, ...]] = {
    cls: tuple(name for name, hint in get_type_hints(cls).items() if hint is float)
    for cls in _TYPES.values()
}
_FLOAT_LISTS: dict[type[Record], tuple[str, ...]] = {
    cls: tuple(name for name, hint in get_type_hints(cls).items() if hint == list[float])
    for cls in _TYPES.values()
}
_to_json = json.JSONEncoder(allow_nan=False).encode


def encode(record: Record) -> str:
    """One line of strict JSON; a float that JSON lacks becomes the string NaN, inf or -inf."""
    fields: dict[str, Any] = {"type": record.type}
    for name in _NAMES[type(record)]:
        fields[name] = _plain(getattr(record, name))
    return _to_json(fields)


def decode(line: str) -> Record:
    """The record on a line; ValueError when it is not one (a torn last line, a newer type)."""
    raw = json.loads(line)
    if not isinstance(raw, dict) or raw.get("type") not in _TYPES:
        raise ValueError(f"not a journal record: {line[:80]!r}")
    cls = _TYPES[raw.pop("type")]
    try:
        # What a run of before does not have is left to the record's own default.
        for name in _FLOATS[cls]:
            if name in raw and type(raw[name]) is not float:
                raw[name] = float(raw[name])
        for name in _FLOAT_LISTS[cls]:
            if name in raw:
                raw[name] = [float(item) for item in raw[name]]
        return cls(**raw)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a {cls.type} record: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
