"""How the two processes of an import talk: whole messages through a pipe, which holds the faster one back."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterator
from struct import Struct
from typing import IO, Any

_LENGTHS = Struct("<II")
_ROOM = 1 << 20
_F_SETPIPE_SZ = 1031  # Linux; the module fcntl has it by name on Linux only

Message = tuple[Any, ...]
"""What is said, and about what; of values that :mod:`marshal` knows."""


class Outlet:
    """The end that speaks."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    @classmethod
    def of_process(cls) -> Outlet:
        """What this process says to the one that started it; what it prints is shown with its errors from here on.

        Through a stream of its own: that of an unbuffered Python drops what a pipe does not take at once, as when the process is
        stopped amid that.
        """
        pipe = open(sys.stdout.fileno(), "wb", closefd=False)  # noqa: SIM115 open to the end of the process
        sys.stdout = sys.stderr
        return cls(pipe)

    def say(self, *message: Any, last: bytes = b"") -> None:
        """Send a message; waits while there is no room. Raises :class:`BrokenPipeError` if nobody listens any more.

        ``last``, where there is any, is the last value: long, and copied once less than others.
        """
        told = marshal.dumps(message)
        self._pipe.write(_LENGTHS.pack(len(told), len(last)))
        self._pipe.write(told)
        self._pipe.write(last)
        self._pipe.flush()


def heard(pipe: IO[bytes]) -> Iterator[Message]:
    """The messages that come out of ``pipe`` until the other end closes it or dies; one cut short is dropped."""
    while len(head := pipe.read(_LENGTHS.size)) == _LENGTHS.size:
        length, more = _LENGTHS.unpack(head)
        told, last = pipe.read(length), pipe.read(more)
        if len(told) + len(last) < length + more:
            return
        yield (*marshal.loads(told), last) if last else marshal.loads(told)


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a whole message, where the system can."""
    try:
        import fcntl

        fcntl.fcntl(pipe.fileno(), _F_SETPIPE_SZ, _ROOM)
    except (ImportError, OSError):
        pass
