"""Looking whether the catalogue is sound: the file itself, and whether its lists, ranks and words agree with each other.

A catalogue of all of Discogs is too large to be looked at whole while somebody waits. So there is a time limit: rows are
then taken from places chosen by chance, a hundred together, other ones every time; a small catalogue is read whole.
"""

from __future__ import annotations

import random
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import accumulate
from struct import error as StructError
from typing import Any

from storage.address import Address
from storage.catalogue import invariants, probes
from storage.catalogue.database import Database, marks
from storage.catalogue.door import connect
from storage.catalogue.kinds import TAGS, Kind, key_of, parted
from storage.catalogue.tags import Tags
from storage.dialect import explained
from storage.errors import StoreBusy, StoreCorrupt

FINDINGS_KEPT = 100
"""Findings that are told; all are counted."""
_TOGETHER = 100
"""Rows that are looked at from one place on."""
_DETAILS = 5
"""The same of values that hold dozens of elements."""
_PLACES = 100
"""Places at most, where a table is not read whole."""
_RANKED = (Kind.ARTIST, Kind.LABEL, Kind.MASTER)
_HEAVY = 200
"""Nodes at most with long lists, or genres and styles, that are looked at then."""
_PARTS = 4
"""Parts of a long list that are read then."""
_SMALL = 20_000
"""Rows up to which a table is read whole."""
_UNREADABLE = (AssertionError, IndexError, KeyError, TypeError, ValueError, StructError, zlib.error)
"""What reading a value raises that was not written as values are."""


class Step(StrEnum):
    """What is looked at, in this order."""

    FILE = "file"
    WORDS = "words"
    RANKS = "ranks"
    NODES = "nodes"
    RELEASES = "releases"
    REST = "rest"


_SHARES = (35, 15, 10, 20, 15, 5)
"""Hundredths of the time that each step may take; what it leaves is for those behind it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it must be: of what, and what."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found. ``looked`` counts the rows that were looked at; for the ``unfinished`` steps there was not the time."""

    findings: Sequence[Finding]
    found: int
    looked: dict[str, int]
    unfinished: Sequence[Step]
    seconds: float

    @property
    def is_sound(self) -> bool:
        """Whether nothing was found."""
        return not self.found


Report = Callable[[Step, int], None]
"""Is told what is looked at and how many rows that were until now."""


def verify(
    address: Address,
    *,
    seconds: float | None = 60.0,
    report: Report = lambda step, looked: None,
    asked: Callable[[], None] = lambda: None,
) -> Verified:
    """Look at the live catalogue for about so long; None for all of it, as long as that takes. Blocking.

    Nothing is changed. ``asked`` is called now and then and raises what shall end it. Raises the store's errors for a
    catalogue that cannot be opened.
    """
    try:
        db = connect(address, reading=True)
        probes.begin(db)
    except Exception as error:
        reason = explained(error)
        if reason is None:
            raise
        raise reason from error
    try:
        return _Verification(db, address, seconds, report, asked).run()
    finally:
        db.close()


@dataclass
class _Verification:
    """One look at the catalogue."""

    db: Database
    address: Address
    seconds: float | None
    report: Report
    asked: Callable[[], None]
    findings: list[Finding] = field(default_factory=list[Finding])
    found: int = 0
    looked: Counter[str] = field(default_factory=Counter[str])
    unfinished: list[Step] = field(default_factory=list[Step])

    def run(self) -> Verified:
        started, looked_at = time.monotonic(), probes.generation(self.db)
        looks = (self._file, self._words, self._ranks, self._nodes, self._releases, self._rest)
        for step, look, share in zip(Step, looks, accumulate(_SHARES), strict=True):
            end = None if self.seconds is None else started + self.seconds * share / 100
            self.report(step, 0)
            with probes.limited(self.db, end, self.asked) as limit:
                self._taken(step, look, limit)
            if limit.is_over and step not in self.unfinished:
                self.unfinished.append(step)
        if probes.generation(self.db) != looked_at:
            raise StoreBusy("An import replaced the catalogue while it was looked at.", "Verify it again.")
        return Verified(self.findings, self.found, dict(self.looked), self.unfinished, time.monotonic() - started)

    def _taken(self, step: Step, look: Callable[[], Iterable[None]], limit: probes.Limit) -> None:
        """Take a step, and note as a finding what the database cannot read."""
        try:
            for _ in look():
                self.asked()
                self.report(step, self.looked[step])
                if limit.is_reached():
                    return
        except Exception as error:
            reason = explained(error)
            if not isinstance(reason, StoreCorrupt):
                raise
            self._note(f"the {step}", f"the database cannot read it ({error})")

    def _note(self, about: str, text: str) -> None:
        self.found += 1
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(Finding(about, text))

    def _file(self) -> Iterable[None]:
        for text in probes.file(self.db):
            self._note("the file", text)
        yield

    def _words(self) -> Iterable[None]:
        for kind, is_sound in probes.indexes(self.address, self.seconds, self.asked):
            if is_sound is None and Step.WORDS not in self.unfinished:
                self.unfinished.append(Step.WORDS)
            elif is_sound is False:
                self._note(f"the search index of {kind.word}s", "it contradicts itself")
        yield

    def _ranks(self) -> Iterable[None]:
        for about, text in (*probes.ranks(self.db), *probes.sources(self.db)):
            self._note(about, text)
        yield

    def _nodes(self) -> Iterable[None]:
        tags, most = Tags(self.db), None if self.seconds is None else _PARTS

        def look(row: Any) -> Iterator[str]:
            return invariants.of_node(self.db, row, tags, most)

        heavy = self.db.rows(f"SELECT key FROM node WHERE kind IN ({', '.join(str(int(kind)) for kind in TAGS)})")
        heavy += self.db.rows("SELECT DISTINCT key FROM part")
        for key in self._some(dict.fromkeys(key for (key,) in heavy)):
            rows = self.db.rows(f"SELECT {invariants.NODE} FROM node WHERE key = ?", (key,))
            if not rows:
                self._note(f"the node {key}", "there are parts of its lists, but it is not there")
            yield from self._each(Step.NODES, rows, _node_name, look)
        for rows in self._places(f"SELECT {invariants.NODE} FROM node", "node", "key", _RANKED):
            yield from self._each(Step.NODES, rows, _node_name, look)

    def _releases(self) -> Iterable[None]:
        tags = Tags(self.db)
        for rows in self._places(f"SELECT {invariants.RELEASE} FROM release", "release", "id", (Kind.RELEASE,)):
            yield from self._each(
                Step.RELEASES,
                rows,
                lambda row: f"release {row[0]} ({row[1]})",
                lambda row: invariants.of_release(self.db, row, tags),
            )

    def _rest(self) -> Iterable[None]:
        for rows in self._places("SELECT key, relation, other FROM kinship", "kinship", "key"):
            yield from self._each(
                Step.REST,
                rows,
                lambda row: " ".join((parted(row[0])[0].word, str(parted(row[0])[1]))),
                lambda row: invariants.of_kinship(self.db, row),
            )
        for rows in self._places("SELECT first, records FROM detail", "detail", "first", together=_DETAILS):
            yield from self._each(
                Step.REST, rows, lambda row: f"the details from release {row[0]} on", invariants.of_detail
            )

    def _each(
        self,
        step: Step,
        rows: Iterable[Any],
        name: Callable[[Any], str],
        look: Callable[[Any], Iterator[str]],
    ) -> Iterator[None]:
        """Look at each of ``rows``."""
        for row in rows:
            self.looked[step] += 1
            try:
                for text in look(row):
                    self._note(name(row), text)
            except _UNREADABLE:
                self._note(name(row), "it holds what cannot be read")
            yield

    def _places(
        self, select: str, table: str, key: str, ranked: Sequence[Kind] = (), *, together: int = _TOGETHER
    ) -> Iterator[list[Any]]:
        """The rows of a table: all of them where it is small or there is no limit, else some from places by chance: among the
        ranks of one of the kinds ``ranked``, else among the keys.
        """
        ends = self.db.row(f"SELECT min({key}), max({key}) FROM {table}")
        if ends is None or ends[0] is None:
            return
        first, last = ends
        if self.seconds is None or self.db.row(f"SELECT 1 FROM {table} LIMIT 1 OFFSET {_SMALL}") is None:
            beyond = first - 1
            while rows := self._from(select, key, beyond, together):
                yield rows
                beyond = rows[-1][0]
            return
        for _ in range(_PLACES):
            if ranked:
                yield self._ranked(select, key, random.choice(ranked))
            else:
                yield self._from(select, key, random.randint(first - 1, last - 1), together)

    def _ranked(self, select: str, key: str, kind: Kind) -> list[Any]:
        """What has neighbouring ranks somewhere: ids are too unevenly spread to choose among."""
        last = self.db.row("SELECT max(rank) FROM ranking WHERE kind = ?", (int(kind),))
        place = random.randint(1, (last and last[0]) or 1)
        statement = "SELECT id FROM ranking WHERE kind = ? AND rank >= ? ORDER BY rank LIMIT ?"
        ids = {number for (number,) in self.db.rows(statement, (int(kind), place, _TOGETHER))}
        keys = [number if kind is Kind.RELEASE else key_of(kind, number) for number in ids]
        rows = self.db.rows(f"{select} WHERE {key} IN ({marks(keys)})", keys) if keys else []
        if len(rows) < len(keys):
            self._note(
                f"the ranks of {kind.word}s", f"{len(keys) - len(rows)} things from rank {place:,} on are not there"
            )
        return rows

    def _some(self, keys: Iterable[int]) -> Sequence[int]:
        """All of ``keys``, or where there is a limit some of them by chance."""
        every = list(keys)
        return every if self.seconds is None else random.sample(every, min(len(every), _HEAVY))

    def _from(self, select: str, key: str, beyond: int, together: int) -> list[Any]:
        """Some rows behind ``beyond``; of a key that comes several times all or none."""
        rows = self.db.rows(f"{select} WHERE {key} > ? ORDER BY {key} LIMIT {together}", (beyond,))
        if len(rows) == together and rows[0][0] < rows[-1][0]:
            return [row for row in rows if row[0] < rows[-1][0]]
        return rows


def _node_name(row: Any) -> str:
    kind, number = parted(row[0])
    return f"{kind.word} {row[2]}" if kind in TAGS else f"{kind.word} {number} ({row[2]})"
