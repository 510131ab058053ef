"""Releases on their way from the reading to the writing process, their links noted in passing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from services.catalogue.dumps import sections
from services.catalogue.dumps.elements import Malformed, element, number_in, plain, tidy, whole_number
from services.catalogue.dumps.files import DumpKind
from services.catalogue.dumps.lifting import Ids, Lifted
from services.catalogue.dumps.markup import Places
from services.catalogue.dumps.notes import MENTIONED, Notes
from services.catalogue.dumps.others import Master
from services.catalogue.dumps.releases import Release, parsed
from services.catalogue.dumps.sections import Tag
from services.catalogue.dumps.stream import begun
from services.catalogue.dumps.telling import Row, Telling
from services.catalogue.dumps.wire import Outlet
from storage.catalogue.kinds import Kind
from storage.catalogue.packed import pack_ids

_TOGETHER = 128
"""Releases that are told together, of those that are carried over."""
_KEPT = 1 << 14
_END = b"</release>"
_IMAGES, _IMAGES_END = b"<images>", b"</images>"
_ARTIST, _LABEL, _MASTER, _FORMAT = Kind.ARTIST, Kind.LABEL, Kind.MASTER, Kind.FORMAT
Refused = list[tuple[str, str]]
"""Numbers of releases that were not filed, and why."""


class _Tagged(NamedTuple):
    """Formats in words, and all tags: their numbers as they are stored, and the number of their combination."""

    line: str | None
    stored: bytes | None
    combination: int


_UNUSUAL = _Tagged(None, None, 0)


class _Piece(NamedTuple):
    """The usual releases of a piece of a dump, with whatever stands for the others: their columns, and ids of whom they link."""

    rows: Row
    artists: Ids
    credits: Ids
    labels: Ids


class Filing:
    """Takes releases as they come."""

    def __init__(self, notes: Notes, outlet: Outlet) -> None:
        self._notes = notes
        self._telling = Telling(notes, outlet)
        self._tags: dict[Tag, int] = {}
        self._next_tag = 1
        self._combinations = 0
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
        self._name_artists(lifted)
        piece = self._read(lifted)
        places = np.zeros(lifted.count, np.int64)
        read = begin = 0
        for stray in (*np.flatnonzero(~lifted.usual).tolist(), lifted.count):
            if begin < stray:
                places[begin:stray] = self._tell(lifted, piece.rows, slice(begin, stray))
                read += stray - begin
            if stray < lifted.count:
                read += self._file_parsed(text[lifted.start[stray] : lifted.stop[stray] - len(_END)], refused)
            begin = stray + 1
        for table, ids in (("artist", piece.artists), ("credit", piece.credits), ("label", piece.labels)):
            self._notes.links(table, ids.linked(places))
        self.flush()
        return read, refused

    def add(self, found: Release, met_at: str | None = None) -> None:
        """File ``found`` as it is carried over: without an element, and its numbers are carried over as well.

        Everybody it names is noted already.
        """
        self._add(found, met_at=met_at, is_carried=True)
        if len(self._telling) >= _TOGETHER:
            self.flush()

    def flush(self) -> None:
        """Send what was filed since."""
        self._telling.flush()

    def _read(self, lifted: Lifted) -> _Piece:
        """Read the sections; a release with one that does not look as it usually does is not usual."""
        titles, lines, labels, formats, genres, styles, countries, dates, barcodes = lifted.texts()
        usual = lifted.usual.tolist()
        tagged = [
            self._tagged(*each) if is_usual else _UNUSUAL
            for is_usual, *each in zip(usual, genres, styles, formats, strict=True)
        ]
        lifted.usual &= [
            each is not _UNUSUAL and (line != b"" or sections.title(title) != sections.UNTITLED)
            for each, line, title in zip(tagged, lines, titles, strict=True)
        ]
        artists, credits = lifted.people()
        formats, tags, combinations = zip(*tagged, strict=True)
        names = [
            lifted.text[start:stop] or line for start, stop, line in zip(*map(_listed, lifted.sole), lines, strict=True)
        ]
        self._name_masters(lifted, titles, names)
        linked = self._name_labels(lifted)
        rows = Row(
            id=_listed(lifted.ids),
            title=titles,
            artist=names,
            year=[*map(sections.year, dates)],
            country=countries,
            format=formats,
            master=[each or None for each in _listed(lifted.masters)],
            artists=artists.stored(),
            labels=linked.stored(),
            tags=tags,
            credits=credits.stored(),
            met_at=[None] * lifted.count,
            named=labels,
            is_numbered=[True] * lifted.count,
            barcodes=barcodes,
            is_main=_listed(lifted.main),
            combination=combinations,
        )
        return _Piece(rows, artists, credits, linked)

    def _tell(self, lifted: Lifted, rows: Row, which: slice) -> Places:
        """Tell of usual releases that follow each other; their places."""
        view = memoryview(lifted.text)
        elements: list[memoryview] = []
        edges = lifted.start, *lifted.images, lifted.stop
        for start, cut, behind, stop in zip(*(_listed(each[which]) for each in edges), strict=True):
            elements += (view[start:cut], view[behind:stop]) if behind else (view[start:stop],)
        cut, behind = lifted.images
        lengths = lifted.stop - lifted.start - (behind - cut)
        return self._telling.extend(Row(*(each[which] for each in rows)), elements, _listed(lengths[which]))

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
        self._add(self._named(parsed(raw), raw), raw, _END)

    def _add(self, found: Release, *element: bytes, met_at: str | None = None, is_carried: bool = False) -> None:
        stored, combination = self._numbers(found.tags)
        on = tuple(dict.fromkeys(each.id for each in found.labels if self._is_named(each.id, each.name)))
        if found.master and self._notes.is_new(_MASTER, found.master):
            self._notes.master(Master(found.master, found.title, found.artist, None, None), MENTIONED)
        row = Row(
            id=found.id,
            title=found.title,
            artist=found.artist,
            year=found.year,
            country=found.country,
            format=found.format,
            master=found.master or None,
            artists=pack_ids(sorted(found.artists)),
            labels=pack_ids(sorted(on)),
            tags=stored,
            credits=pack_ids(sorted(found.credits)),
            met_at=met_at,
            named=[(each.name, each.catno) for each in found.labels],
            is_numbered=not is_carried,
            barcodes=found.barcodes,
            is_main=found.is_main,
            combination=combination,
        )
        self._telling.add(row, *element)
        for table, ids in (("artist", found.artists), ("credit", found.credits), ("label", on)):
            self._notes.links(table, np.array([(self._telling.place, each) for each in ids]))

    def _is_named(self, number: int, name: str) -> bool:
        """Whether a label has a number and, here or elsewhere, a name; which is noted."""
        if number and self._notes.is_new(_LABEL, number):
            self._notes.name(_LABEL, number, name)
        return number > 0 and not self._notes.is_new(_LABEL, number)

    def _name_labels(self, lifted: Lifted) -> Ids:
        """The labels of usual releases that have a number and, here or elsewhere, a name; which is noted."""
        ids, releases, start = lifted.labels()
        kept = ids > 0
        for new in np.flatnonzero(kept & self._notes.are_new(_LABEL, ids)).tolist():
            begin = int(start[new])
            name = lifted.text[begin : lifted.text.index(b'"', begin)]
            kept[new] = self._is_named(int(ids[new]), plain(name.decode("utf-8", "replace")))
        return Ids(releases[kept], ids[kept], lifted.count)

    def _name_masters(self, lifted: Lifted, titles: list[bytes], artists: list[bytes]) -> None:
        """Note what masters are called after the first release of each."""
        new = lifted.usual & (lifted.masters > 0) & self._notes.are_new(_MASTER, lifted.masters)
        for at in np.flatnonzero(new).tolist():
            number = int(lifted.masters[at])
            if self._notes.is_new(_MASTER, number):
                by = sections.artists(artists[at])
                self._notes.master(Master(number, sections.title(titles[at]), by, None, None), MENTIONED)

    def _tag(self, genres: bytes, styles: bytes, formats: bytes) -> _Tagged:
        try:
            line, tags = sections.tags(genres, styles, formats)
        except sections.Unusual:
            return _UNUSUAL
        return _Tagged(line or None, *self._numbers(tags))

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
        return pack_ids(sorted(words + formats)), self._combinations

    def _name_artists(self, lifted: Lifted) -> None:
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


def _listed(column: npt.NDArray[Any]) -> list[Any]:
    return column.tolist()


def _name_in(raw: bytes, number: int) -> str:
    """What an artist is called whose number is somewhere in an element."""
    for artist in element(raw + _END).iter("artist"):
        if whole_number(artist.findtext("id")) == number:
            return tidy(artist.findtext("name"))
    return ""
