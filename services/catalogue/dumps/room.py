"""Memory that both processes of an import see: long texts are handed over there, and never copied through a pipe."""

from __future__ import annotations

import mmap
import os
import select
from collections.abc import Generator
from contextlib import contextmanager, suppress

_PLACES = 4
_SIZE = 5 << 19
"""Bytes of a place: a piece of a dump that is a bit longer than most."""
NOWHERE = -1


class Room:
    """Places for a few texts, taken in turn. Whoever reads one says through the pipe ``returned`` that its place is free again."""

    def __init__(self, descriptor: int, returned: int) -> None:
        self._memory = mmap.mmap(descriptor, _PLACES * _SIZE)
        self.returned = returned
        self._next = self._taken = 0

    def is_full(self) -> bool:
        """Whether whoever reads is behind."""
        self._look(wait=False)
        return self._taken == _PLACES

    def put(self, text: bytes) -> int:
        """The place where ``text`` is now, :data:`NOWHERE` if it is too long. Waits for one. Raises :class:`BrokenPipeError`."""
        if len(text) > _SIZE:
            return NOWHERE
        self._look(wait=True)
        place = self._next
        self._memory[place * _SIZE : place * _SIZE + len(text)] = text
        self._taken += 1
        self._next = (place + 1) % _PLACES
        return place

    def at(self, place: int, length: int) -> memoryview:
        """The text at a place, until that is given back."""
        return memoryview(self._memory)[place * _SIZE : place * _SIZE + length]

    def give_back(self) -> None:
        """Say that the place taken first is free."""
        with suppress(BrokenPipeError):  # nobody puts anything there any more
            os.write(self.returned, b".")

    def _look(self, *, wait: bool) -> None:
        """Take note of what was given back."""
        while self._taken and ((wait and self._taken == _PLACES) or select.select([self.returned], [], [], 0)[0]):
            given = os.read(self.returned, self._taken)
            if not given:
                raise BrokenPipeError
            self._taken -= len(given)


@contextmanager
def shared() -> Generator[int | None]:
    """A descriptor of memory for a :class:`Room`, until both processes have it; None where the system has no such memory."""
    if not hasattr(os, "memfd_create"):
        yield None
        return
    descriptor = os.memfd_create("lockgroove-import")
    try:
        os.ftruncate(descriptor, _PLACES * _SIZE)
        yield descriptor
    finally:
        os.close(descriptor)
