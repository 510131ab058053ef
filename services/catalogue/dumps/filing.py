"""Releases on their way from the reading to the writing process, their links noted in passing."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple

import numpy as np

from services.catalogue.dumps import sections
from services.catalogue.dumps.elements import Malformed, element, number_in, plain, tidy, whole_number
from services.catalogue.dumps.files import DumpKind
from services.catalogue.dumps.lifting import Lifted
from services.catalogue.dumps.notes import MENTIONED, Notes
from services.catalogue.dumps.others import Master
from services.catalogue.dumps.releases import Release, parsed
from services.catalogue.dumps.sections import Label, Tag
from services.catalogue.dumps.stream import begun
from services.catalogue.dumps.wire import Outlet
from storage.catalogue.kinds import Kind

_TOGETHER = 128
"""Releases that are told together, of those that come one by one."""
_KEPT = 1 << 14
_END = b"</release>"
_IMAGES, _IMAGES_END = b"<images>", b"</images>"
_ARTIST, _LABEL, _MASTER, _FORMAT = Kind.ARTIST, Kind.LABEL, Kind.MASTER, Kind.FORMAT
_ONE = Struct("<3sI").pack
Row = tuple[Any, ...]
"""A row of the table ``release``; behind it catalogue numbers in one line with tabs between them, and barcodes. Title, artists,
country and barcodes may be as their sections have them: reading these is left to the writing process.
"""
Refused = list[tuple[str, str]]
"""Numbers of releases that were not filed, and why."""


class _Tagged(NamedTuple):
    """Formats in words, and all tags: their numbers as they are stored, and the number of their combination."""

    line: str
    stored: bytes | None
    combination: int


class Filing:
    """Takes releases as they come."""

    def __init__(self, notes: Notes, outlet: Outlet) -> None:
        self._notes = notes
        self._say = outlet.say
        self._rows: list[Row] = []
        self._elements: list[bytes | memoryview] = []
        self._lengths: list[int] = []
        self._facts: list[int] = []
        self._on: list[int] = []
        self._tags: dict[Tag, int] = {}
        self._next_tag = 1
        self._combinations = 0
        self._place = 0
        self._numbers = lru_cache(_KEPT)(self._number)
        self._tagged = lru_cache(_KEPT)(self._tag)

    def number_tags(self, numbered: Mapping[Tag, int]) -> None:
        """Let these words keep the numbers they have."""
        for (kind, name), number in numbered.items():
            self._notes.name(kind, number, name)
        self._tags.update(numbered)
        self._next_tag = max(self._tags.values(), default=0) + 1

    def file(self, text: bytes) -> tuple[int, Refused]:
        """File the releases of a piece of a dump that ends with an end tag; how many, and who is refused."""
        refused: Refused = []
        if not text.endswith(_END):
            return self._file_parsed(text, refused), refused
        lifted = Lifted(text)
        self._name(lifted)
        artists, credits = lifted.people()
        columns = (
            *(lifted.usual, lifted.start, lifted.stop, *lifted.images, lifted.ids, lifted.masters, lifted.main),
            *lifted.sole,
        )
        by, others = artists.stored(), credits.stored()
        view = memoryview(text)
        places: list[int] = []
        read = 0
        rows = zip(*(column.tolist() for column in columns), by, others, *lifted.texts(), strict=True)
        for usual, start, stop, cut, behind, *row in rows:
            if usual and self._file_lifted(text, *row):
                self._elements += (view[start:cut], view[behind:stop]) if behind else (view[start:stop],)
                self._lengths.append(stop - start - (behind - cut))
                places.append(self._place)
                read += 1
            else:
                places.append(0)
                read += self._file_parsed(text[start : stop - len(_END)], refused)
        known = np.array(places)
        self._notes.links("artist", artists.linked(known))
        self._notes.links("credit", credits.linked(known))
        self.flush()
        return read, refused

    def add(self, found: Release, met_at: str | None = None) -> None:
        """File ``found`` as it is carried over: without an element, and its numbers are carried over as well.

        Everybody it names is noted already.
        """
        self._add(found, met_at, is_carried=True)
        self._lengths.append(0)
        if len(self._rows) >= _TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Send what was filed since."""
        if not self._rows:
            return
        first = self._place - len(self._rows) + 1
        elements = b"".join(self._elements)
        self._say("releases", first, [*zip(*self._rows, strict=True)], self._lengths, last=elements)
        self._notes.links("release", np.array(self._facts).reshape(-1, 6))
        self._notes.links("label", np.array(self._on).reshape(-1, 2))
        self._rows, self._elements, self._lengths, self._facts, self._on = [], [], [], [], []

    def _file_lifted(
        self,
        text: bytes,
        number: int,
        master: int,
        is_main: bool,
        named: int,
        named_end: int,
        artists: bytes | None,
        credits: bytes | None,
        title: bytes,
        line: bytes,
        labels: bytes,
        formats: bytes,
        genres: bytes,
        styles: bytes,
        country: bytes,
        released: bytes,
        identifiers: bytes,
    ) -> bool:
        """File a release whose sections look as they usually do; whether they do."""
        if not line and sections.title(title) == sections.UNTITLED:
            return False
        try:
            tagged, on = self._tagged(genres, styles, formats), sections.labels(labels)
        except sections.Unusual:
            return False
        head = number, title, text[named:named_end] or line, sections.year(released), country
        self._keep(head, master, is_main, tagged, on, artists, credits, identifiers)
        return True

    def _file_parsed(self, piece: bytes, refused: Refused) -> int:
        """File what stands before an end tag through a parser; how many releases that were."""
        read = 0
        for raw in begun(piece, DumpKind.RELEASES) or [piece]:
            try:
                self._file_one(raw)
                read += 1
            except Malformed as reason:
                refused.append((number_in(raw), str(reason)))
        return read

    def _file_one(self, raw: bytes) -> None:
        first = raw.find(_IMAGES, raw.find(b">"))
        last = raw.find(_IMAGES_END, first) if first > 0 else -1
        if last > 0:
            raw = raw[:first] + raw[last + len(_IMAGES_END) :]
        found = self._named(parsed(raw), raw)
        self._add(found)
        self._elements += raw, _END
        self._lengths.append(len(raw) + len(_END))

    def _add(self, found: Release, met_at: str | None = None, *, is_carried: bool = False) -> None:
        stored, combination = self._numbers(found.tags)
        self._keep(
            (found.id, found.title, found.artist, found.year, found.country),
            found.master,
            found.is_main,
            _Tagged(found.format or "", stored, combination),
            found.labels,
            _packed(found.artists),
            _packed(found.credits),
            found.barcodes,
            met_at,
            is_carried,
        )
        for table, ids in (("artist", found.artists), ("credit", found.credits)):
            self._notes.links(table, np.array([(self._place, each) for each in ids]))

    def _keep(
        self,
        head: tuple[int, bytes | str, bytes | str, int | None, bytes | str | None],
        master: int,
        is_main: bool,
        tagged: _Tagged,
        labels: tuple[Label, ...],
        artists: bytes | None,
        credits: bytes | None,
        identifiers: bytes | tuple[str, ...],
        met_at: str | None = None,
        is_carried: bool = False,
    ) -> None:
        """Keep the row of a release whose names are noted, and its facts and labels; ``head`` are its first columns.

        One that is carried over is found by its numbers already.
        """
        label = catno = stored = None
        catnos = ""
        self._place = place = self._place + 1
        if labels:
            label, catno = labels[0].name, labels[0].catno or None
            catnos = catno or "" if len(labels) == 1 else "\t".join([each.catno for each in labels if each.catno])
            on = [each.id for each in labels if self._is_named(each)]
            if len(on) > 1:
                on = [*dict.fromkeys(on)]
            for number in on:
                self._on += place, number
            stored = _packed(on)
        if master and self._notes.is_new(_MASTER, master):
            self._notes.master(
                Master(master, sections.title(head[1]), sections.artists(head[2]), None, None), MENTIONED
            )
        line, tags, combination = tagged
        self._facts += place, head[0], head[3] or 0, master, is_main, combination
        if is_carried:
            catnos = ""
        told = line or None, master or None, artists, stored, tags, credits, met_at, catnos, identifiers
        self._rows.append((*head, label, catno, *told))

    def _is_named(self, label: Label) -> bool:
        """Whether a label has a number and, here or elsewhere, a name; which is noted."""
        if not label.id:
            return False
        if self._notes.is_new(_LABEL, label.id):
            self._notes.name(_LABEL, label.id, label.name)
            return not self._notes.is_new(_LABEL, label.id)
        return True

    def _tag(self, genres: bytes, styles: bytes, formats: bytes) -> _Tagged:
        line, tags = sections.tags(genres, styles, formats)
        return _Tagged(line, *self._numbers(tags))

    def _number(self, tags: tuple[Tag, ...]) -> tuple[bytes | None, int]:
        """The numbers of tags as they are stored, and the number under which their combination is noted.

        New words have new numbers.
        """
        words: list[int] = []
        formats: list[int] = []
        for tag in tags:
            number = self._tags.get(tag)
            if number is None:
                number = self._tags[tag] = self._next_tag
                self._next_tag += 1
                self._notes.name(tag[0], number, tag[1])
            (formats if tag[0] is _FORMAT else words).append(number)
        self._combinations += 1
        self._notes.combination(self._combinations, words, formats)
        return _packed(words + formats), self._combinations

    def _name(self, lifted: Lifted) -> None:
        """Note a name for everybody on usual releases; one with somebody who has none is not usual."""
        notes = self._notes
        ids, releases, start, stop = lifted.names()
        new = np.flatnonzero(notes.are_new(_ARTIST, ids))
        if not len(new):
            return
        _, once = np.unique(ids[new], return_index=True)
        firsts = new[once]
        for number, begin, end in zip(*(each[firsts].tolist() for each in (ids, start, stop)), strict=True):
            notes.name(_ARTIST, number, plain(lifted.text[begin:end].decode("utf-8", "replace")))
        nameless = new[notes.are_new(_ARTIST, ids[new])]
        lifted.usual[releases[nameless]] = False

    def _named(self, found: Release, raw: bytes) -> Release:
        """``found`` with a name noted for everybody on it, without artists who have none anywhere."""
        notes = self._notes
        people = found.artists + found.credits
        for number in people:
            if notes.is_new(_ARTIST, number):
                notes.name(_ARTIST, number, _name_in(raw, number))
        nameless = {number for number in people if notes.is_new(_ARTIST, number)}
        if not nameless:
            return found
        artists, credits = (
            tuple(each for each in ids if each not in nameless) for ids in (found.artists, found.credits)
        )
        return found._replace(artists=artists, credits=credits)


def _packed(ids: Sequence[int]) -> bytes | None:
    """What :func:`storage.catalogue.packed.pack_ids` makes of ids, which are below 2^32."""
    if not ids:
        return None
    if len(ids) == 1:
        return _ONE(b"LI-", ids[0])
    made = array("I", sorted(ids))
    if sys.byteorder == "big":
        made.byteswap()
    return b"LI-" + made.tobytes()


def _name_in(raw: bytes, number: int) -> str:
    """What an artist is called whose number is somewhere in an element."""
    for artist in element(raw + _END).iter("artist"):
        if whole_number(artist.findtext("id")) == number:
            return tidy(artist.findtext("name"))
    return ""
