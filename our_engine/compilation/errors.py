"""Why a program is not compiled."""

from __future__ import annotations


class NotRecordedError(Exception):
    """Something was done that straight-line code cannot repeat; the call is run as it stands."""
