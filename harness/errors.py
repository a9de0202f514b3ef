"""Errors that a person meets: one line that says who, what and the way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = ["AdjudgeError", "RunFailedError", "UsageError", "nearest"]


_MOST_NAMED = 20


class AdjudgeError(Exception):
    """The base of all errors that are shown without a traceback; carries the exit code."""

    exit_code = 3


class UsageError(AdjudgeError):
    """The call was wrong: exit code 2."""

    exit_code = 2


class RunFailedError(AdjudgeError):
    """The run could not be done: exit code 3."""

    exit_code = 3


def nearest(wrong: str, known: Iterable[str]) -> str:
    """Return a hint such as ``did you mean 'jax'?`` or what there is, the first of many."""
    names = sorted(known)
    close = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]!r}?"
    if not names:
        return "there are none"
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"there are: {', '.join(names[:_MOST_NAMED])}{more}"
