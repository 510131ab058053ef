"""The process that reads: all dumps from beginning to end, then what every node holds, worked out from the links.

Started by :mod:`services.catalogue.dumps.importing`, which writes its first line: a :class:`Task`. It ends when
nobody listens to it any more.
"""

from __future__ import annotations

import errno
import gc
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import IO, Any

from services.catalogue.dumps import others
from services.catalogue.dumps.carried import carry
from services.catalogue.dumps.elements import Malformed, number_in
from services.catalogue.dumps.files import Dump, DumpKind
from services.catalogue.dumps.filing import Filing, Refused
from services.catalogue.dumps.notes import Notes
from services.catalogue.dumps.room import Room
from services.catalogue.dumps.stream import Damaged, Stream
from services.catalogue.dumps.task import Task
from services.catalogue.dumps.wire import Outlet
from services.errors import InvalidInput
from storage.catalogue.database import Database
from storage.catalogue.kinds import Kind


class Reading:
    """One run through the dumps."""

    def __init__(self, task: Task, outlet: Outlet) -> None:
        self._task = task
        self._say = outlet.say
        self._notes = Notes(task.scratch)
        self._filing = Filing(self._notes, outlet)
        self._live: Database | None = None

    def read(self) -> None:
        """All dumps, and what is carried over. Raises :class:`InvalidInput` if one is damaged."""
        if self._task.carried:
            from storage.catalogue.door import connect  # a third of a second that only this path needs

            self._live = connect(self._task.live, reading=True)
            self._live.do("BEGIN" if self._live.dialect == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ")
        by_kind = {dump.kind: (at, dump) for at, dump in enumerate(self._task.dumps)}
        for kind in DumpKind:
            if kind in by_kind:
                self._read(*by_kind[kind])
            elif kind in self._task.carried and self._live is not None:
                carry(self._live, kind, self._notes, self._filing)
                self._filing.flush()
        if self._live is not None:
            self._live.close()
        self._notes.close()

    def _read(self, at: int, dump: Dump) -> None:
        stream = Stream(dump)
        take = self._taker(dump.kind)
        read = skipped = 0
        for piece in stream.texts() if dump.kind is DumpKind.RELEASES else stream.elements():
            count, refused = take(piece)
            read += count
            skipped += len(refused)
            for number, reason in refused:
                self._say("skipped", dump.kind.value, number, reason)
            self._say("progress", at, stream.done, read, skipped)
        if not read:  # an empty file, the page of an error in its place: never worth what there is
            raise Damaged(dump.file, f"there are no {dump.kind} in it")
        self._filing.flush()
        self._say("read", dump.kind.value, read, skipped, stream.sha256)

    def _taker(self, kind: DumpKind) -> Callable[[Any], tuple[int, Refused]]:
        """What takes a piece of a dump, and says how many elements were taken and which were refused."""
        notes = self._notes
        if kind is DumpKind.ARTISTS:
            return partial(_each, lambda raw: notes.told(Kind.ARTIST, others.artist(raw)))
        if kind is DumpKind.LABELS:
            return partial(_each, lambda raw: notes.told(Kind.LABEL, others.label(raw)))
        if kind is DumpKind.MASTERS:
            return partial(_each, lambda raw: notes.master(others.master(raw)))
        return self._filing.file


def _each(take: Callable[[bytes], object], elements: list[bytes]) -> tuple[int, Refused]:
    refused: Refused = []
    for raw in elements:
        try:
            take(raw)
        except Malformed as reason:
            refused.append((number_in(raw), str(reason)))
    return len(elements) - len(refused), refused


def main() -> None:
    """What the process does."""
    task = Task.of_line(sys.stdin.buffer.readline())
    room = Room(int(sys.argv[1]), sys.stdin.fileno()) if len(sys.argv) > 1 else None
    outlet = Outlet.of_process(room)
    try:
        gc.disable()  # elements leave no cycles, and there are millions of them
        Reading(task, outlet).read()  # which is not needed any longer than that
        gc.enable()
        outlet.say("noted")
        from services.catalogue.dumps.working import work_out  # a database that nothing needed before

        if not sys.stdin.buffer.readline():  # until all releases are written
            os._exit(1)
        threading.Thread(target=_die_alone, args=(sys.stdin.buffer,), daemon=True).start()
        work_out(task.scratch, outlet)
    except BrokenPipeError:
        os._exit(1)  # nobody wants to know
    except InvalidInput as error:
        outlet.say("refused", error.field, error.message, error.hint)
    except Exception as error:  # noqa: BLE001 the writing process says it, whatever it is
        outlet.say("full" if _is_full(error) else "failed", f"{type(error).__name__}: {error}")
    os._exit(0)  # without waiting for the thread that waits for the other process


def _is_full(error: Exception) -> bool:
    """Whether there was no room for the notes."""
    return getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)


def _die_alone(pipe: IO[bytes]) -> None:
    """End when the writing process has gone: it closes its end, and nobody else would stop a long calculation."""
    pipe.read()
    os._exit(1)


if __name__ == "__main__":
    main()
