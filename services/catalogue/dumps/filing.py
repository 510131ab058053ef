"""Releases on their way from the reading to the writing process, their links noted in passing."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Any

from services.catalogue.dumps.elements import Malformed, element, plain, tidy, whole_number
from services.catalogue.dumps.notes import MENTIONED, Notes
from services.catalogue.dumps.others import Master
from services.catalogue.dumps.releases import Release, Tag, release
from services.catalogue.dumps.wire import Outlet
from storage.catalogue.kinds import Kind

TOGETHER = 128
"""Releases that are told together."""
_KEPT = 1 << 14
END = b"</release>"
_ARTIST, _LABEL, _MASTER, _FORMAT = Kind.ARTIST, Kind.LABEL, Kind.MASTER, Kind.FORMAT
_ONE = Struct("<3sI").pack
Row = tuple[Any, ...]
"""A row of the table ``release``; behind it catalogue numbers and barcodes, each in one line with tabs between them."""


class Filing:
    """Takes releases as they come. ``repeated`` are the places of those that came again later."""

    def __init__(self, notes: Notes, outlet: Outlet) -> None:
        self._notes = notes
        self._say = outlet.say
        self._rows: list[Row] = []
        self._elements: list[bytes] = []
        self._doubtful: list[int] = []
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
        self.add(self._named(found, raw), raw + END)

    def add(self, found: Release, whole: bytes = b"", met_at: str | None = None) -> None:
        """File ``found``; everybody it names is noted already. ``whole`` is its element.

        Without one it is carried over, and so are its numbers.
        """
        tags, told = self._numbers(found.tags)
        artists, credits, labels = found.artists, found.credits, found.labels
        label = catno = None
        catnos = ""
        on: list[int] = []
        if labels:
            label, catno = labels[0].name, labels[0].catno or None
            on = [labels[0].id] if len(labels) == 1 else list(dict.fromkeys([each.id for each in labels]))
            if 0 in on:
                on.remove(0)
            if whole:
                catnos = catno or "" if len(labels) == 1 else "\t".join([each.catno for each in labels if each.catno])
        self._rows.append(
            (
                found.id,
                found.title,
                found.artist,
                found.year,
                found.country,
                label,
                catno,
                found.format,
                found.master or None,
                _packed(artists),
                _packed(on),
                tags,
                _packed(credits),
                met_at,
                catnos,
                "\t".join(found.barcodes),
            )
        )
        self._place += 1
        self._lines.append(
            f"{self._place}\t{found.id}\t{found.year or 0}\t{found.master}\t{found.is_main:d}"
            f"\t{[*artists]}\t{[*credits]}\t{on}\t{told}\n"
        )
        self._elements.append(whole)
        self._doubtful.append(found.doubtful or len(whole) - len(END))
        if len(self._rows) >= TOGETHER:
            self.flush()

    def _number(self, tags: tuple[Tag, ...]) -> tuple[bytes | None, str]:
        """The numbers of tags as they are stored, and as they are noted: of genres and styles, and of formats.

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
        return _packed(words + formats), f"{words}\t{formats}"

    def flush(self) -> None:
        """Send what was filed since."""
        if self._rows:
            first = self._place - len(self._rows) + 1
            lengths = [*map(len, self._elements)]
            self._say(
                "releases", first, [*zip(*self._rows, strict=True)], lengths, self._doubtful, b"".join(self._elements)
            )
            self._notes.links.write("".join(self._lines))
            self._rows, self._elements, self._doubtful, self._lines = [], [], [], []

    def _named(self, found: Release, raw: bytes) -> Release:
        """``found`` with a name noted for everybody and everything on it, without what has none anywhere."""
        notes = self._notes
        new = notes.unnamed(_ARTIST, found.artists + found.credits)
        for number in new:
            notes.name(_ARTIST, number, _name_in(raw, number))
        if notes.unnamed(_LABEL, [label.id for label in found.labels]):
            for label in found.labels:
                if notes.is_new(_LABEL, label.id):
                    notes.name(_LABEL, label.id, label.name)
        if found.master and notes.is_new(_MASTER, found.master):
            notes.master(Master(found.master, found.title, found.artist, None, None), MENTIONED)
        nameless = set(notes.unnamed(_ARTIST, new)) if new else None
        if not nameless:
            return found
        artists = tuple(number for number in found.artists if number not in nameless)
        return found._replace(
            artists=artists, credits=tuple(number for number in found.credits if number not in nameless)
        )


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
    before = b"<artist><id>%d</id><name>" % number
    start = raw.find(before)
    if start >= 0:
        start += len(before)
        return plain(raw[start : raw.find(b"<", start)].decode("utf-8", "replace"))
    for artist in element(raw + b"</release>").iter("artist"):
        if whole_number(artist.findtext("id")) == number:
            return tidy(artist.findtext("name"))
    return ""
