"""How the two processes of an import talk: whole messages through a pipe, which holds the faster one back."""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterator
from struct import Struct
from typing import IO, Any

from services.catalogue.dumps.room import NOWHERE, Room

_HEAD = Struct("<IIi")
"""How long the message and its last value are, and where that is."""
_WIDTH = 1 << 20
_F_SETPIPE_SZ = 1031  # Linux; the module fcntl has it by name on Linux only

Message = tuple[Any, ...]
"""What is said, and about what; of values that :mod:`marshal` knows."""


class Outlet:
    """The end that speaks; long values go through ``room``, if there is one."""

    def __init__(self, pipe: IO[bytes], room: Room | None = None) -> None:
        self._pipe = pipe
        self._room = room

    @classmethod
    def of_process(cls, room: Room | None = None) -> Outlet:
        """What this process says to the one that started it; what it prints is shown with its errors from here on.

        Through a stream of its own: that of an unbuffered Python drops what a pipe does not take at once, as when the process is
        stopped amid that.
        """
        pipe = open(sys.stdout.fileno(), "wb", closefd=False)  # noqa: SIM115 open to the end of the process
        sys.stdout = sys.stderr
        return cls(pipe, room)

    def is_held_up(self) -> bool:
        """Whether there is no room for a long value, because the other end is behind."""
        return self._room is not None and self._room.is_full()

    def say(self, *message: Any, last: bytes = b"") -> None:
        """Send a message; waits while there is no room. Raises :class:`BrokenPipeError` if nobody listens any more.

        ``last``, where there is any, is the last value: a long one.
        """
        told = marshal.dumps(message)
        place = self._room.put(last) if last and self._room is not None else NOWHERE
        self._pipe.write(_HEAD.pack(len(told), len(last), place))
        self._pipe.write(told)
        if place == NOWHERE:
            self._pipe.write(last)
        self._pipe.flush()


def heard(pipe: IO[bytes], room: Room | None = None) -> Iterator[Message]:
    """The messages that come out of ``pipe`` until the other end closes it or dies; one cut short is dropped.

    A last value that is in the ``room`` comes as a :class:`memoryview` and is there until its place is given back.
    """
    while len(head := pipe.read(_HEAD.size)) == _HEAD.size:
        length, more, place = _HEAD.unpack(head)
        told = pipe.read(length)
        last = room.at(place, more) if room is not None and place != NOWHERE else pipe.read(more)
        if len(told) + len(last) < length + more:
            return
        yield (*marshal.loads(told), last) if more else marshal.loads(told)


def widen(pipe: IO[bytes]) -> None:
    """Let a pipe hold a whole message, where the system can."""
    try:
        import fcntl

        fcntl.fcntl(pipe.fileno(), _F_SETPIPE_SZ, _WIDTH)
    except (ImportError, OSError):
        pass
