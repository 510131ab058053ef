"""The reading process as the writing one sees it: a queue of what it says, and a word that it waits for."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Thread
from typing import IO

from services.catalogue.dumps.room import Room, shared
from services.catalogue.dumps.task import Task
from services.catalogue.dumps.wire import Message, heard, widen
from services.errors import InvalidInput, StoreError, StoreFull

_AHEAD = 4
"""Messages that may wait, with two megabytes or so of elements each."""
_ENDED = ("ended",)
_SETTINGS = {
    "MALLOC_MMAP_THRESHOLD_": str(1 << 25),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 25),
    "OPENBLAS_NUM_THREADS": "1",
}
"""Tells glibc to keep what is freed for what comes next: pieces of megabytes come and go all the time, and new pages are dear. And
numpy not to begin threads for matrices, of which there are none."""


@dataclass(slots=True)
class Reader:
    """A reading process at work."""

    _said: Queue[Message]
    _pipe: IO[bytes]
    _room: Room | None = None
    _is_held: bool = False

    def next(self, *, wait: bool) -> Message | None:
        """What it says next; None if that is nothing yet (within a fifth of a second, where ``wait``). A :class:`memoryview` in it
        is good until the next one is asked for.

        Raises :class:`InvalidInput` for a damaged dump, :class:`StoreFull`, and :class:`StoreError` if it failed.
        """
        if self._room is not None and self._is_held:
            self._room.give_back()
            self._is_held = False
        try:
            message = self._said.get(block=wait, timeout=0.2)
        except Empty:
            return None
        self._is_held = isinstance(message[-1], memoryview)
        if message[0] == "refused":
            raise InvalidInput(*message[1:])
        if message[0] == "full":
            raise StoreFull("The disk is full; the catalogue is unchanged.", "Free some space, then import again.")
        if message[0] in ("failed", "ended"):
            reason = str(message[1]).strip().splitlines()[0] if len(message) > 1 else "it was ended"
            raise StoreError(
                f"The dumps could not be read to their end: {reason}.", "The catalogue is unchanged; import again."
            )
        return message

    def go_on(self) -> None:
        """Tell it that all releases are written, which it waits for."""
        self._pipe.write(b"\n")
        self._pipe.flush()


@contextmanager
def reading(task: Task) -> Generator[Reader]:
    """A process that reads what ``task`` says; it is ended with the block."""
    with shared() as descriptor:
        passed = [] if descriptor is None else [descriptor]
        process = subprocess.Popen(
            [sys.executable, "-m", "services.catalogue.dumps.reading", *map(str, passed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_SETTINGS | os.environ,
            pass_fds=passed,
            process_group=0,  # a Ctrl-C is for the writing process, which ends this one in order
        )
        assert process.stdin is not None and process.stdout is not None
        room = None if descriptor is None else Room(descriptor, process.stdin.fileno())
    said: Queue[Message] = Queue(_AHEAD)
    listener = Thread(target=_listen, args=(process.stdout, said, room), name="dump-reader", daemon=True)
    try:
        widen(process.stdout)
        process.stdin.write(task.as_line())
        process.stdin.flush()
        listener.start()
        yield Reader(said, process.stdin, room)
    finally:
        process.kill()
        while listener.is_alive():
            try:
                said.get(timeout=0.05)
            except Empty:
                continue
        process.communicate()


def _listen(pipe: IO[bytes], said: Queue[Message], room: Room | None = None) -> None:
    try:
        for message in heard(pipe, room):
            said.put(message)
    finally:
        said.put(_ENDED)
