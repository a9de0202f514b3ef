"""A function and the recordings of it."""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Protocol, cast

import numpy as np

from our_engine.types import Tree

from .arguments import TracedArgumentError, described, key_of, staged
from .constants import Constants
from .errors import NotRecordedError
from .simplify import simplified
from .source import MISS, Source
from .trace import Trace

KEPT = 16
"""The most recordings that a compiled function holds; the one used least recently goes first."""

TRIES = 16
"""So many recordings are made freely. Of more, each has to have been worth its while:"""

REPLAYS = 8
"""there must have been so many calls that were run from a recording for each that was made."""

ATTEMPTS = 2
"""So often is it tried to record a kind of arguments: a failure may be that of the values."""

REMEMBERED = 256
"""Of so many kinds of arguments it is remembered that they cannot be recorded."""


class Recording:
    """One recording: `replay(args, kwargs)` gives the result, or MISS if it is not of that call.

    `source` is its text.
    """

    __slots__ = ("replay", "source")

    def __init__(self, trace: Trace, result: Tree, description: Tree) -> None:
        """Compile what was recorded."""
        written = Source(simplified(trace.finish(result)), description)
        self.source = written.text
        self.replay = written.compiled()


class Recordings:
    """The recordings of a function, the latest used first."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """None yet."""
        self.function = function
        self.kept: tuple[Recording, ...] = ()
        self.refused: OrderedDict[Any, list[str]] = OrderedDict()
        self.made = 0
        self.replayed = 0
        self._constants = Constants()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self.kept)

    def __iter__(self) -> Iterator[Recording]:
        """Those that are kept, the latest used first."""
        return iter(self.kept)

    def answer(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """The result of a call that is not of the latest recording; MISS: run it as it stands."""
        kept = self.kept
        for place, recording in enumerate(kept[1:], start=1):
            result = recording.replay(args, kwargs)
            if result is not MISS:
                self.replayed += 1
                self.kept = (recording, *kept[:place], *kept[place + 1 :])
                return result
        return self._recorded(args, kwargs)

    def _recorded(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            description = described((args, kwargs))
        except (TracedArgumentError, NotRecordedError):
            return MISS
        key = key_of(description)
        worth = self.made < TRIES or self.replayed >= REPLAYS * self.made
        if not worth or len(self.refused.get(key, ())) >= ATTEMPTS:
            return MISS
        recording = self._made(key, description, args, kwargs)
        if recording is not None:
            result = recording.replay(args, kwargs)
            if result is not MISS:
                with self._lock:
                    self.kept = (recording, *self.kept)[:KEPT]
                return result
        return MISS

    def _made(self, key: Any, description: Tree, args: Any, kwargs: Any) -> Recording | None:
        self.made += 1
        trace = Trace(self._constants)
        try:
            # What the program sets for itself differs from this; the rest is left to the caller.
            with np.errstate(all="call", call=_nothing):
                positional, named = staged(description, (args, kwargs), trace.input)
                result = self.function(*positional, **named)
            return Recording(trace, result, description)
        except Exception as error:  # noqa: BLE001 - the call itself is to raise it, if it is one
            self._refuse(key, trace.failure or f"{type(error).__name__}: {error}")
            return None
        finally:
            trace.close()

    def _refuse(self, key: Any, reason: str) -> None:
        with self._lock:
            self.refused.setdefault(key, []).append(reason)
            while len(self.refused) > REMEMBERED:
                self.refused.popitem(last=False)


class Compiled(Protocol):
    """A compiled function: to be called as the function is."""

    recordings: Recordings

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The result of the function."""


def compile(g: Callable[..., Any]) -> Compiled:  # noqa: A001 - as re.compile, torch's
    """`g`, run from a recording of its NumPy operations, without Python's and the tracer's work.

    g is a function of arrays, and numbers, in trees of any depth, plain or made by the engine:
    compile(grad(f)), compile(lambda x, v: jvp(f, (x,), (v,))). Of each kind of arguments (types,
    shapes, dtypes, structure, and the values of what is no array and no float) the first call is
    recorded, and later ones run the recording: a function of straight-line NumPy calls, of which
    `compiled.recordings` gives the `source`. What is not used for the results is left out.

    Right is what g gives. A comparison, an index, a shape, a number that was made of an argument's
    value is a condition of the recording, and another outcome is recorded anew; so are the choices
    of the rules (ties, zeros, equal eigenvalues). What cannot be recorded runs as it stands, in
    each call, and so does a function whose recordings do not pay: writing into arrays, threads,
    more than 10,000 operations, `recordings.refused` has the reasons. An error that a recording
    raises is raised by g, or handled there.

    Constants of a recording are, as they were: arrays that g reads from elsewhere (copies of them,
    unless they are read-only), random numbers, and any other state. What else g does (counting,
    drawing, appending) it does while it is recorded and, as that may fail or be followed by a call
    of g itself, once or twice then. Printing a value prevents it from being recorded.

    Results are of g's types and in memory of their own, but NumPy scalars for Python floats. Under
    another derivative or recording, and with values that a subclass of ndarray or another library
    gives, the call is that of g.
    """
    recordings = Recordings(g)

    @functools.wraps(g)
    def compiled(*args: Any, **kwargs: Any) -> Any:
        try:
            kept = recordings.kept
            if kept:
                result = kept[0].replay(args, kwargs)
                if result is not MISS:
                    recordings.replayed += 1
                    return result
            result = recordings.answer(args, kwargs)
            if result is not MISS:
                return result
        except Exception:  # noqa: BLE001 - the program may have an answer to it, or raise it
            pass
        return g(*args, **kwargs)

    found = cast(Compiled, compiled)
    found.recordings = recordings
    return found


def _nothing(*_: Any) -> None:
    """What NumPy calls at a floating-point error while a program is recorded."""
