"""How the two processes of an import talk: whole messages through a pipe, which holds the faster one back."""

from __future__ import annotations

import marshal
from collections.abc import Iterator
from struct import Struct
from typing import IO, Any

_LENGTH = Struct("<I")
_ROOM = 1 << 20
_F_SETPIPE_SZ = 1031  # Linux; the module fcntl has it by name on Linux only

Message = tuple[Any, ...]
"""What is said, and about what; of values that :mod:`marshal` knows."""


class Outlet:
    """The end that speaks."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe

    def say(self, *message: Any) -> None:
        """Send a message; waits while there is no room. Raises :class:`BrokenPipeError` if nobody listens any more."""
        told = marshal.dumps(message)
        self._pipe.write(_LENGTH.pack(len(told)))
        self._pipe.write(told)
        self._pipe.flush()


def heard(pipe: IO[bytes]) -> Iterator[Message]:
    """The messages that come out of ``pipe`` until the other end closes it or dies; one cut short is dropped."""
    while len(head := pipe.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        told = pipe.read(length)
        if len(told) < length:
            return
        yield marshal.loads(told)


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a whole message, where the system can."""
    try:
        import fcntl

        fcntl.fcntl(pipe.fileno(), _F_SETPIPE_SZ, _ROOM)
    except (ImportError, OSError):
        pass
