"""Peak memory of one call: the resident high-water mark above the state before it."""

from __future__ import annotations

import ctypes
import gc
import resource
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psutil

__all__ = ["peak_bytes", "peak_method"]

_CLEAR_REFS = Path("/proc/self/clear_refs")
_RESET_HIGH_WATER = "5"  # proc_pid_clear_refs(5): the peak becomes the current resident size


def peak_bytes(
    call: Callable[..., Any], operands: Sequence[Any], wait: Callable[[Any], None]
) -> int:
    """Return the bytes by which the resident set rose, at its highest, during one warm call.

    To be called in a pass of its own, never while timing. The call is made once before, so
    that lazy imports, compilation and caches are not counted; then garbage is collected and
    free heap is given back to the system, since memory that is free but still resident
    would hide what the call takes. The result itself is counted. ``peak_method`` says how the
    peak is read; the kernel counts resident pages in batches, so differences below about
    1 MiB are noise.
    """
    wait(call(*operands))
    gc.collect()
    _release_free_heap()
    if _reset_high_water():
        before = _status_bytes("VmRSS")
        result = call(*operands)
        wait(result)
        return max(0, _status_bytes("VmHWM") - before)
    return _sampled_peak(call, operands, wait)


def peak_method() -> str:
    """How peaks are read here: ``VmHWM`` (Linux, exact) or ``sampled`` (a lower bound)."""
    return "VmHWM" if _reset_high_water() else "sampled"


def _reset_high_water() -> bool:
    """Make the high-water mark the current resident size; False where that cannot be done."""
    try:
        _CLEAR_REFS.write_text(_RESET_HIGH_WATER)
        _status_bytes("VmHWM")
    except (OSError, KeyError):
        return False
    return True


def _status_bytes(field: str) -> int:
    """A field of /proc/self/status, in bytes; KeyError where it is not there."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024
    raise KeyError(field)


def _sampled_peak(
    call: Callable[..., Any], operands: Sequence[Any], wait: Callable[[Any], None]
) -> int:
    """The largest resident size that a thread saw, or the process's own mark if that rose."""
    process = psutil.Process()
    before, mark = process.memory_info().rss, _highest_rss()
    highest, done = before, threading.Event()

    def watch() -> None:
        nonlocal highest
        while not done.wait(0.5e-3):
            highest = max(highest, process.memory_info().rss)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        result = call(*operands)
        wait(result)
        highest = max(highest, process.memory_info().rss)
    finally:
        done.set()
        watcher.join()
    # A call that keeps the interpreter to itself hides from the thread, but not from the mark of
    # the process's whole life, where it rose above that.
    if _highest_rss() > mark:
        highest = max(highest, _highest_rss())
    return highest - before


def _highest_rss() -> int:
    """The highest resident size of the process so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _release_free_heap() -> None:
    """Give free heap back to the system, where the C library can (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
