"""An import: a new generation of the catalogue is built beside the live one and made live when it is complete.

Nothing the live catalogue holds is touched before the last step, which is one renaming. What an import leaves behind that
was ended, however it was ended, the next one removes.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

from services.catalogue.dumps.building import AnyLoader, Building
from services.catalogue.dumps.files import Dump, DumpKind
from services.catalogue.dumps.process import Reader, reading
from services.catalogue.dumps.progress import REASONS_KEPT, Imported, Meter, Phase, Skipped
from services.catalogue.dumps.ranked import WORDS, found_in
from services.catalogue.dumps.task import Task
from services.catalogue.dumps.wire import Message
from services.catalogue.dumps.writing import Releases, lines_of
from storage.catalogue.door import begin_writing
from storage.catalogue.kinds import Kind
from storage.catalogue.succession import hand_on_answers, hand_on_met
from storage.catalogue.wording import Ranked
from storage.instants import instant

_SOONER = timedelta(minutes=10)
"""What was filed so long before a look is looked at again: clocks of several machines differ, and a change takes a while."""


class Import:
    """One import. Blocking; ``asked`` raises what shall end it."""

    def __init__(self, building: Building, dumps: Sequence[Dump], meter: Meter, asked: Callable[[], None]) -> None:
        self._building = building
        self._dumps = dumps
        self._meter = meter
        self._asked = asked
        self._reasons: list[Skipped] = []
        self._sums: dict[DumpKind, str] = {}
        self._words: Iterator[tuple[Kind, Ranked]] | None = None
        self._apart: list[Kind] = []
        self._carried: tuple[DumpKind, ...] = ()
        self._check: Callable[[], None] = lambda: None
        self._began = _recently()

    def run(self) -> Imported:
        """Raises :class:`InvalidInput` for a damaged dump, :class:`Conflict` beside another import, the store's errors,
        and whatever ``asked`` raises; the live catalogue is as it was then.
        """
        with self._building.begin(), _seldom_collecting():
            self._build()
            kept = self._hand_over()
        meter = self._meter
        seconds = time.monotonic() - meter.started
        return Imported(meter.read, meter.skipped, self._reasons, seconds, meter.reading_seconds, kept)

    def _build(self) -> None:
        scratch = self._building.scratch
        sources = self._sources()
        task = Task(tuple(self._dumps), scratch, self._building.address, self._carried)
        with reading(task) as reader:  # which has begun while the generation is made
            loader = self._building.loader(self._asked)
            try:
                self._load(loader, scratch, reader)
                self._meter.enter(Phase.FINISHING)
                for row in (*sources, *map(self._source, self._dumps)):
                    loader.source(row)
                loader.index()
                self._check()
                loader.finish()
            except BaseException:
                loader.close()
                raise

    def _sources(self) -> list[tuple[Any, ...]]:
        """Where what is carried over is from; sets what that is: what no dump tells anew."""
        given = {dump.kind for dump in self._dumps}
        with self._building.live() as live:
            rows = live.rows("SELECT kind, file, date, sha256, records, skipped, imported_at FROM source")
            sources = [row for row in rows if row[0] not in given]
            carried = {DumpKind(row[0]) for row in sources}
            if DumpKind.RELEASES not in given and live.row("SELECT 1 FROM release LIMIT 1"):
                carried.add(DumpKind.RELEASES)
        self._carried = tuple(kind for kind in DumpKind if kind in carried)
        return sources

    def _hand_over(self) -> int:
        """Bring over what came through the API, then let the new generation be the live one."""
        dump = next((dump for dump in self._dumps if dump.kind is DumpKind.RELEASES), None)
        since, dumped = (self._began, None) if dump is None else ("", dump.date)
        with self._building.live() as live, self._building.heir() as heir:
            before = _recently()
            heir.do("BEGIN")
            hand_on_answers(live, heir)
            kept = hand_on_met(live, heir, since, dumped)
            self._asked()
            begin_writing(live)  # nobody files anything from here on; what was filed meanwhile is little
            hand_on_answers(live, heir, before)
            kept += hand_on_met(live, heir, before, dumped)
            self._building.make_live(live, heir)
        return kept

    def _load(self, loader: AnyLoader, scratch: Path, reader: Reader) -> None:
        """Write what the reading process says until it is done."""
        with (scratch / "found.tsv").open("w", encoding="utf-8", newline="\n", buffering=1 << 18) as found:
            releases = Releases(loader, found)
            for topic, *told in self._said(loader, reader):
                if topic == "releases":
                    releases.write(*told)
                elif topic == "noted":
                    releases.finish()
                    loader.begin_words(scratch / WORDS)
                    reader.go_on()
                    loader.index_releases()
                    self._meter.enter(Phase.LINKING)
                    if DumpKind.RELEASES in self._carried:
                        loader.copy_live(("detail", "number"))
                elif topic == "done":
                    self._check = partial(releases.check, *told)
                    break
                else:
                    self._take(loader, topic, told)
        self._meter.enter(Phase.SEARCH)
        while self._words is not None:
            self._asked()
            self._add_words(loader)
        loader.take_words(scratch / WORDS, self._apart)

    def _said(self, loader: AnyLoader, reader: Reader) -> Iterator[Message]:
        """What the reading process says; while it says nothing, the search index grows."""
        while True:
            self._asked()
            message = reader.next(wait=self._words is None)
            if message is not None:
                yield message
            elif self._words is not None:
                self._add_words(loader)

    def _add_words(self, loader: AnyLoader) -> None:
        """Write some of what is found by words; None of :attr:`_words` once there are no more."""
        if self._words is not None and (found := next(self._words, None)) is not None:
            loader.words(*found)
        else:
            self._words = None
            loader.end_words()

    def _take(self, loader: AnyLoader, topic: str, told: list[Any]) -> None:
        if topic == "progress":
            self._meter.progress(*told)
        elif topic == "skipped":
            self._skip(DumpKind(told[0]), told[1], told[2])
        elif topic == "read":
            self._sums[DumpKind(told[0])] = told[3]
        elif topic == "ranked":
            self._words = found_in((Kind(kind), Path(file)) for kind, file in told[0])
        elif topic == "apart":
            self._apart = [*map(Kind, told[0])]
        elif topic == "numbers":
            loader.numbers(row for row, _ in groupby(lines_of(Path(told[0]))))
        elif topic == "kinships":
            loader.kinships(lines_of(Path(told[0])))
        elif topic == "masters":
            loader.masters(told[0])
        elif topic == "nodes":
            loader.nodes(told[0])
        elif topic == "parts":
            loader.parts(told[0])
        elif topic == "listed":
            loader.index_nodes()

    def _skip(self, kind: DumpKind, number: str, reason: str) -> None:
        if len(self._reasons) < REASONS_KEPT:
            self._reasons.append(Skipped(kind, number, reason))

    def _source(self, dump: Dump) -> tuple[Any, ...]:
        read, skipped = self._meter.read[dump.kind], self._meter.skipped[dump.kind]
        return dump.kind.value, dump.file.name, dump.date, self._sums[dump.kind], read, skipped, instant()


@contextmanager
def _seldom_collecting() -> Generator[None]:
    """With garbage looked for after 20,000 objects, which takes a millisecond, not after 700: rows of many lists leave none, and it
    was a twentieth of an import."""
    usual = gc.get_threshold()
    gc.set_threshold(20_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _recently() -> str:
    return instant(datetime.now(UTC) - _SOONER)
