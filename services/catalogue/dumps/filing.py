"""Releases on their way from the reading to the writing process, their links noted in passing."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from services.catalogue.dumps.elements import Malformed, element, plain, tidy, whole_number
from services.catalogue.dumps.notes import MENTIONED, Notes
from services.catalogue.dumps.others import Master
from services.catalogue.dumps.releases import Release, Tag, release
from services.catalogue.dumps.wire import Outlet
from storage.catalogue.kinds import Kind

_TOGETHER = 512
_KEPT = 1 << 14
Row = tuple[Any, ...]
"""Place in the order of reading, id, title, artist, year, country, label, catno, format, master, ids of artists, labels,
tags and credits, catalogue numbers, barcodes, when it was met."""


class Filing:
    """Takes releases as they come. ``repeated`` are the places of those that came again later."""

    def __init__(self, notes: Notes, outlet: Outlet) -> None:
        self._notes = notes
        self._say = outlet.say
        self._rows: list[Row] = []
        self._elements: list[bytes] = []
        self._lines: list[str] = []
        self._tags: dict[Tag, int] = {}
        self._next_tag = 1
        self._place = 0
        self._numbers = lru_cache(_KEPT)(self._number)

    def number_tags(self, numbered: Mapping[Tag, int]) -> None:
        """Let these words keep the numbers they have."""
        for (kind, name), number in numbered.items():
            self._notes.name(kind, number, name)
        self._tags.update(numbered)
        self._next_tag = max(self._tags.values(), default=0) + 1

    def file(self, raw: bytes) -> None:
        """File the release in an element without its end tag. Raises :class:`Malformed`."""
        start = raw.find(b"<release ")
        if start < 0:
            raise Malformed("it does not begin")
        first = raw.find(b">", start) + 1
        if not raw.startswith(b"<images>", first):  # which stand there in every dump
            first = raw.find(b"<images>", start)
        last = raw.find(b"</images>", first) if first > 0 else -1
        raw = raw[start:first] + raw[last + 9 :] if last > 0 else raw[start:]
        found = release(raw)
        self.add(self._named(found, raw), raw + b"</release>")

    def add(self, found: Release, whole: bytes = b"", met_at: str | None = None) -> None:
        """File ``found``; everybody it names is noted already. ``whole`` is its element.

        Without one it is carried over, and so are its numbers.
        """
        words, formats = self._numbers(found.tags)
        labels = found.labels
        first = labels[0] if labels else None
        self._place += 1
        artists, credits = list(found.artists), list(found.credits)
        on = [number for number in dict.fromkeys([label.id for label in labels]) if number]
        self._rows.append(
            (
                self._place,
                found.id,
                found.title,
                found.artist,
                found.year,
                found.country,
                first.name if first else None,
                (first.catno or None) if first else None,
                found.format,
                found.master or None,
                artists,
                on,
                words + formats,
                credits,
                [label.catno for label in labels if label.catno and whole],
                list(found.barcodes),
                met_at,
            )
        )
        self._lines.append(
            f"{self._place}\t{found.id}\t{found.year or 0}\t{found.master}\t{found.is_main:d}"
            f"\t{artists}\t{credits}\t{on}\t{words}\t{formats}\n"
        )
        self._elements.append(whole)
        if len(self._rows) >= _TOGETHER:
            self.flush()

    def _number(self, tags: tuple[Tag, ...]) -> tuple[list[int], list[int]]:
        """The numbers of genres and styles, and of formats; new ones for new words."""
        words: list[int] = []
        formats: list[int] = []
        for tag in tags:
            number = self._tags.get(tag)
            if number is None:
                number = self._tags[tag] = self._next_tag
                self._next_tag += 1
                self._notes.name(tag[0], number, tag[1])
            (formats if tag[0] is Kind.FORMAT else words).append(number)
        return words, formats

    def flush(self) -> None:
        """Send what was filed since."""
        if self._rows:
            self._say("releases", self._rows, list(map(len, self._elements)), b"".join(self._elements))
            self._notes.links.write("".join(self._lines))
            self._rows, self._elements, self._lines = [], [], []

    def _named(self, found: Release, raw: bytes) -> Release:
        """``found`` with a name noted for everybody and everything on it, without what has none anywhere."""
        notes = self._notes
        new = notes.unnamed(Kind.ARTIST, found.artists + found.credits)
        for number in new:
            notes.name(Kind.ARTIST, number, _name_in(raw, number))
        for label in found.labels:
            if notes.is_new(Kind.LABEL, label.id):
                notes.name(Kind.LABEL, label.id, label.name)
        if found.master and notes.is_new(Kind.MASTER, found.master):
            notes.master(Master(found.master, found.title, found.artist, None, None), MENTIONED)
        nameless = set(notes.unnamed(Kind.ARTIST, new)) if new else None
        if not nameless:
            return found
        artists = tuple(number for number in found.artists if number not in nameless)
        return found._replace(
            artists=artists, credits=tuple(number for number in found.credits if number not in nameless)
        )


def _name_in(raw: bytes, number: int) -> str:
    """What an artist is called whose number is somewhere in an element."""
    before = b"<artist><id>%d</id><name>" % number
    start = raw.find(before)
    if start >= 0:
        start += len(before)
        return plain(raw[start : raw.find(b"<", start)].decode("utf-8", "replace"))
    for artist in element(raw + b"</release>").iter("artist"):
        if whole_number(artist.findtext("id")) == number:
            return tidy(artist.findtext("name"))
    return ""
