"""The supervisor's end of a worker's socket: requests go out, and replies are read safely.

No message can stop the supervisor for ever, and none can bring a library into its process.
"""

from __future__ import annotations

import contextlib
import io
import pickle
import select
import socket
import struct
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any

from harness.running.messages import Evaluate, Reply, Request

__all__ = ["Wire", "read_reply"]

_SOCKET_BYTES = 1 << 18
_AHEAD_BYTES = 1 << 15
"""A request of this length fits into the socket beside whatever else may be in it."""
_READABLE = frozenset({"builtins", "harness", "numpy"})


class Wire:
    """A pair of sockets: ``connection`` is the supervisor's end, ``theirs`` goes to the worker."""

    def __init__(self, patience_s: float) -> None:
        """Make the pair; a peer that stops in the middle of a message has ``patience_s`` seconds.

        Whoever has passed ``theirs`` on closes it here.
        """
        ours, self.theirs = socket.socketpair()
        limit = struct.pack("ll", int(patience_s), 0)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        for end in (ours, self.theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
        self.connection: Connection[Any, Any] = Connection(ours.detach())
        self._readable = select.poll()
        self._readable.register(self.connection.fileno(), select.POLLIN)

    def send(self, request: Request) -> None:
        """Send ``request``; BlockingIOError when nobody takes it, OSError when nobody is there."""
        self.connection.send(request)

    def send_ahead(self, request: Evaluate) -> bool:
        """Send ``request`` behind another one that may not be read yet.

        False, and nothing is sent, when it is too long to wait in the socket: while both sides
        write, neither reads. Whether the worker is still there is not told.
        """
        data = ForkingPickler.dumps(request)
        if len(data) > _AHEAD_BYTES:
            return False
        # Of a worker that has ended its answers can still be read, and then the end is told.
        with contextlib.suppress(OSError):
            self.connection.send_bytes(data)
        return True

    def readable(self, timeout_s: float) -> bool:
        """Whether something, or the end, has come within ``timeout_s`` seconds."""
        return bool(self._readable.poll(1000.0 * timeout_s))

    def receive(self) -> Reply:
        """The next reply; what ``read_reply`` raises of it.

        BlockingIOError when it stops in its middle, EOFError or OSError at the end.
        """
        return read_reply(self.connection.recv_bytes())

    def close(self) -> None:
        """Close the supervisor's end."""
        self.connection.close()


def read_reply(data: bytes) -> Reply:
    """The reply that ``data`` holds.

    UnpicklingError when it is made of what messages are not made of, TypeError when it is no
    reply; of garbage, whatever unpickling raises.
    """
    message = _Unpickler(io.BytesIO(data)).load()
    if not isinstance(message, Reply):
        raise TypeError(f"not a reply: {type(message).__name__}")
    return message


class _Unpickler(pickle.Unpickler):
    """Reads what messages are made of and nothing else: no reply imports a library in here."""

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] not in _READABLE:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong into a reply")
        return super().find_class(module, name)
