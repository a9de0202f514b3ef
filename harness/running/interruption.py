"""Interruption: Ctrl-C and the signals that mean the same end a run, and it can be resumed."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

from harness.errors import AdjudgeError

__all__ = ["RunInterruptedError", "signals_interrupt"]

_INTERRUPTING = (signal.SIGTERM, signal.SIGHUP)


class RunInterruptedError(AdjudgeError):
    """A person or a signal stopped the run; what was recorded stays, and it can be resumed."""

    exit_code = 130


@contextlib.contextmanager
def signals_interrupt() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run as Ctrl-C does, in the main thread; restored on leaving."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, _frame: object) -> None:
        raise KeyboardInterrupt(signal.Signals(number).name)

    # One that is ignored stays ignored: that is how nohup works.
    numbers = [n for n in _INTERRUPTING if signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
