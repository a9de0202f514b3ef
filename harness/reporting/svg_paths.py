"""Paths of a drawing in as few characters as a tenth of a pixel allows.

A renderer writes ``M27.2,0L27.2,152.0`` where ``M27.2 0v152`` says the same. Points are rounded
where they stand, not one after the other, so that nothing drifts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["moved", "shortened"]

_TOKEN = re.compile(r"([a-zA-Z])|(-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?)")
_TRANSLATION = re.compile(r"translate\((-?[\d.e-]+)(?:[, ]+(-?[\d.e-]+))?\)")
_OPERANDS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "A": 7, "Z": 0}

Piece = tuple[str, tuple[int, ...]]
"""A relative command and its operands in tenths; an arc's flags and rotation as they are."""


def moved(transform: str) -> tuple[float, float] | None:
    """How far ``transform`` moves; None where it does anything else."""
    if not transform:
        return 0.0, 0.0
    found = _TRANSLATION.fullmatch(transform)
    return (float(found[1]), float(found[2] or 0)) if found else None


def shortened(path: str, by: tuple[float, float] = (0.0, 0.0)) -> str:
    """``path`` moved ``by`` so much, rounded and relative; empty where it has no extent.

    ValueError for what is no path.
    """
    pieces = _joined(_pieces(path, by))
    if all(command == "M" or not any(operands) for command, operands in pieces):
        return ""
    written, last = "", ""
    for command, operands in pieces:
        numbers = [
            str(n) if command == "a" and 2 <= i <= 4 else _decimal(n)
            for i, n in enumerate(operands)
        ]
        told = "".join(n if n.startswith("-") or not i else f" {n}" for i, n in enumerate(numbers))
        repeated = command == last and command not in "Mz"
        written += (
            (f"{told}" if told.startswith("-") else f" {told}") if repeated else command + told
        )
        last = command
    return written


def _pieces(path: str, by: tuple[float, float]) -> Iterator[Piece]:
    """The commands, each relative to where the rounded path stands."""
    here = start = (0, 0)  # in tenths, as written so far; x and y are where the path is
    x, y = by
    for command, operands in _commands(path):
        kind, relative = command.upper(), command.islower()
        if kind == "Z":
            x, y = start[0] / 10, start[1] / 10
            here = start
            yield "z", ()
            continue
        dx, dy = (x, y) if relative else by
        if kind in "HV":
            x, y = (operands[0] + dx, y) if kind == "H" else (x, operands[0] + dy)
        else:
            x, y = operands[-2] + dx, operands[-1] + dy
        there = round(x * 10), round(y * 10)
        step = there[0] - here[0], there[1] - here[1]
        if kind == "M":
            start = there
            yield "M", there
        elif kind == "A":
            flags = int(operands[2]), int(operands[3]), int(operands[4])
            yield "a", (round(operands[0] * 10), round(operands[1] * 10), *flags, *step)
        elif kind in "CSQT":
            ends = zip(operands[::2], operands[1::2], strict=True)
            at = ((round((a + dx) * 10), round((b + dy) * 10)) for a, b in ends)
            yield kind.lower(), tuple(n for a, b in at for n in (a - here[0], b - here[1]))
        elif all(step):
            yield "l", step
        elif any(step):
            yield ("h", step[:1]) if step[0] else ("v", step[1:])
        here = there


def _commands(path: str) -> Iterator[tuple[str, list[float]]]:
    """Each command with its operands; operands without one repeat the last, after M as L."""
    command, operands = "", list[float]()
    for letter, number in _TOKEN.findall(path):
        if letter:
            if operands or letter.upper() not in _OPERANDS:
                raise ValueError(f"a path that cannot be shortened: {path[:60]!r}")
            command = letter
        else:
            operands.append(float(number))
        if command and len(operands) == _OPERANDS[command.upper()]:
            yield command, operands
            operands = []
            command = {"M": "L", "m": "l"}.get(command, command)


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    """Without stops on the way along an axis, and without moves that draw nothing."""
    found: list[Piece] = []
    for command, operands in pieces:
        if found and found[-1][0] == command and command in "hv":
            before = found[-1][1][0]
            if (before > 0) == (operands[0] > 0):
                found[-1] = (command, (before + operands[0],))
                continue
        if found and found[-1][0] == command == "M":
            found.pop()
        found.append((command, operands))
    return found


def _decimal(tenths: int) -> str:
    """``-5`` as ``-.5``, ``120`` as ``12``."""
    whole, rest = divmod(abs(tenths), 10)
    told = (str(whole) if whole or not rest else "") + (f".{rest}" if rest else "")
    return f"-{told}" if tenths < 0 else told
