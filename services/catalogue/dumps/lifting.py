"""What lists and searches need of releases, lifted out of a piece of a dump by the places of its tags.

An element has four thousand bytes and three hundred tags, of which a tenth matters here, so none is parsed. What does not
look as it does in every dump of the last years is left to :func:`services.catalogue.dumps.releases.parsed`; both say the
same of every release.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from services.catalogue.dumps.markup import DEEPEST, WORD, Depths, Flags, Markup, Places, begins

_NAMES: Final = (
    *(b"artists", b"title", b"labels", b"extraartists", b"formats", b"genres", b"styles", b"country", b"released"),
    *(b"master_id", b"tracklist", b"identifiers", b"images"),
)
_ARTISTS, _EXTRA, _MASTER, _TRACKS = map(_NAMES.index, (b"artists", b"extraartists", b"master_id", b"tracklist"))
_LABELS = _NAMES.index(b"labels")
_IMAGES = _NAMES.index(b"images")
_TEXTS = [
    _NAMES.index(name)
    for name in (
        *(b"title", b"artists", b"labels", b"formats", b"genres", b"styles", b"country", b"released", b"identifiers"),
    )
]
_PLAIN = [*map(_NAMES.index, (b"title", b"country", b"released", b"master_id"))]
"""Sections that have nothing but text."""
_MAIN = {len(b'<master_id is_main_release="true">'): True, len(b'<master_id is_main_release="false">'): False}
_RELEASE, _ID = b"<release ", b'id="'
_LABEL, _LABEL_NAME, _LABEL_ID = b"label na", b' name="', b' id="'
_LONGEST_ID = 10
_ENTRY = 32
"""Bits of an id where it stands behind the number of its release."""


class Ids:
    """Ids of every release, ascending, each once: those of ``which`` are ``ids[starts[which] : starts[which + 1]]``."""

    def __init__(self, releases: Places, ids: Places, count: int, without: Ids | None = None) -> None:
        entries = np.sort(releases << _ENTRY | ids)
        entries = entries[np.diff(entries, prepend=-1) > 0]
        if without is not None:
            others = np.append(without.entries, -1)
            entries = entries[others[np.searchsorted(without.entries, entries)] != entries]
        self.entries = entries
        self.ids = entries & ((1 << _ENTRY) - 1)
        self.starts: Places = np.searchsorted(entries, np.arange(count + 1) << _ENTRY)

    def stored(self) -> list[bytes | None]:
        """The ids of every release as :func:`storage.catalogue.packed.pack_ids` makes them."""
        ids, starts = self.ids.astype("<u4").tobytes(), (4 * self.starts).tolist()
        return [b"LI-" + ids[start:stop] if stop > start else None for start, stop in pairwise(starts)]

    def linked(self, places: Places) -> Places:
        """The place of its release and the id, for each, of those that have a place."""
        at = places[self.entries >> _ENTRY]
        kept = at > 0
        return np.column_stack((at[kept], self.ids[kept]))


class Lifted:
    """The releases of ``text``, which ends with an end tag; by their numbers, as they come.

    ``start`` and ``stop`` are where the whole element is, ``usual`` says for which ones the rest is true. ``sections`` has
    where each section begins and ends, 0 where there is none.
    """

    def __init__(self, text: bytes) -> None:
        self.text = text
        tags = self._tags = Markup(text)
        last = np.flatnonzero(begins(tags.words, b"/release") & (tags.end - tags.at == len(b"</release")))
        self.count = len(last)
        first = np.concatenate(([0], last[:-1] + 1))
        self.start: Places = tags.at[first]
        self.stop: Places = tags.end[last] + 1
        self._last = last
        depths = self._depths(first)
        self.usual: Flags = self._sound(first, depths) & begins(tags.words[first], _RELEASE[1:])
        self.ids, known = self._numbers()
        self.usual &= known
        self._children(depths)
        self._people()
        self._find_labels()

    def _depths(self, first: Places) -> Depths:
        """Depths, each counted from the beginning of its release."""
        depths, last = self._tags.depths, self._last
        before = np.append(depths.dtype.type(0), depths[last[:-1]])
        return depths - np.repeat(before, last + 1 - first) if before.any() else depths

    def _sound(self, first: Places, depths: Depths) -> Flags:
        """Which releases have all their tags closed, none of them too deep."""
        last, tags = self._last, self._tags
        among = None
        outside = np.flatnonzero((depths - 1).view(np.uint32) >= DEEPEST - 1)  # at no depth, or at too much
        sound = np.ones(self.count, np.bool_)
        if not np.array_equal(outside, last):
            times = np.bincount(np.searchsorted(last, outside), minlength=self.count)
            sound = (times == 1) & (depths[last] == 0)
            among = np.repeat(sound, last + 1 - first)
        sound[np.searchsorted(last, tags.mismatched(depths, among))] = False
        return sound

    def _numbers(self) -> tuple[Places, Flags]:
        """The ids of releases, and which of them have one that is usual."""
        tags, at = self._tags, self.start + len(_RELEASE)
        here = at + len(_ID)
        window = np.minimum(here[:, None] + np.arange(_LONGEST_ID), len(self.text) - 1)
        quotes = tags.bytes[window] == b'"'[0]
        ids, known = tags.numbers(here, here + quotes.argmax(axis=1))
        behind = tags.words_at(np.minimum(at, len(self.text) - WORD))
        return ids, known & begins(behind, _ID) & (ids > 0)

    def _children(self, depths: Depths) -> None:
        """Find the sections, which are what is directly in a release."""
        tags, count = self._tags, self.count
        edges = np.flatnonzero((depths == 1) & (tags.steps <= 0) | (depths == 2) & (tags.steps == 1))
        steps = tags.steps[edges]
        opening = np.flatnonzero(steps >= 0)
        begun, filled = edges[opening], steps[opening] == 1
        ended = edges[np.minimum(opening + filled, len(edges) - 1)]  # what is not closed is in no usual release
        words, lengths = tags.words[begun], tags.end[begun] - tags.at[begun] + 1
        release = np.searchsorted(self._last, begun)
        kinds = np.full(len(begun), -1, np.int8)
        self.sections: list[tuple[Places, Places]] = []
        for kind, name in enumerate(_NAMES):
            found = np.flatnonzero(begins(words, name))
            there, full = release[found], filled[found]
            kinds[found] = kind
            usual: Flags = lengths[found] == len(name) + 3 - full
            if kind == _MASTER:
                usual |= np.isin(lengths[found], list(_MAIN)) & full
                self.main = np.zeros(count, np.bool_)
                self.main[there[lengths[found] == min(_MAIN)]] = True
            if kind == _ARTISTS:
                usual &= ~full | (tags.at[np.minimum(begun[found] + 1, len(tags.at) - 1)] == tags.end[begun[found]] + 1)
            if kind == _LABELS:
                self._within = np.zeros(count, np.int64)
                self._within[there] = np.where(full, ended[found] - begun[found] - 1, 0)
            if kind in _PLAIN:
                usual &= ended[found] == begun[found] + full
            self.usual[there[~usual]] = False
            self.usual &= np.bincount(there, minlength=count) < 2
            start, stop = np.zeros(count, np.int64), np.zeros(count, np.int64)
            start[there] = np.where(full, tags.end[begun[found]] + 1, 0)
            stop[there] = np.where(full, tags.at[ended[found]], 0)
            self.sections.append((start, stop))
        self._owners = begun, kinds, release
        self.masters, known = tags.numbers(*self.sections[_MASTER])
        self.usual &= known | (self.sections[_MASTER][1] == 0)
        self.masters = np.where(known, self.masters, 0)

    def _people(self) -> None:
        """Find artists and everybody else who is credited, and where their names are."""
        tags, (begun, kinds, release) = self._tags, self._owners
        found = np.flatnonzero(begins(tags.words, b"artist>")) if len(begun) else np.zeros(0, np.int64)
        owner = np.searchsorted(begun, found, side="right") - 1  # one before the first section is of no usual release
        kind, there = kinds[owner], release[owner]
        words, highest = tags.words, len(tags.at) - 1
        behind = [np.minimum(found + step, highest) for step in range(7)]
        ids, known = tags.numbers(tags.at[behind[1]] + len(b"<id>"), tags.at[behind[2]])
        known &= begins(words[behind[1]], b"id>") & begins(words[behind[2]], b"/id>")
        known &= begins(words[behind[3]], b"name>") & begins(words[behind[4]], b"/name>")
        start, stop = tags.at[behind[3]] + len(b"<name>"), tags.at[behind[4]]
        is_main, is_credit = kind == _ARTISTS, (kind == _EXTRA) | (kind == _TRACKS)
        is_plain = begins(words[behind[5]], b"anv/>")
        is_said = is_plain | begins(words[behind[5]], b"anv>") & begins(words[behind[6]], b"/anv>")
        known &= (stop > start) & (is_said | ~is_main)
        self.usual[there[~known & (is_main | is_credit)]] = False
        mine = (is_main | is_credit) & (ids > 0)
        self._named = ids[mine], there[mine], start[mine], stop[mine]
        main = np.flatnonzero(is_main)
        self._alone(there[main], start[main], stop[main], is_plain[main])
        self._mine = there, ids, is_main & (ids > 0), is_credit & (ids > 0)

    def _find_labels(self) -> None:
        """Find labels; a release with anything else in their place, or with one without a usual id, is not usual."""
        tags, (begun, kinds, release) = self._tags, self._owners
        found = np.flatnonzero(begins(tags.words, _LABEL)) if len(begun) else np.zeros(0, np.int64)
        owner = np.searchsorted(begun, found, side="right") - 1
        found, there = found[kinds[owner] == _LABELS], release[owner[kinds[owner] == _LABELS]]
        stop = tags.end[found] - len(b'"/')
        window = np.maximum(stop[:, None] - np.arange(1, _LONGEST_ID), 0)
        start = stop - (tags.bytes[window] == b'"'[0]).argmax(axis=1)
        ids, known = tags.numbers(start, stop)
        known &= (tags.steps[found] == 0) & begins(tags.words_at(np.maximum(start - len(_LABEL_ID), 0)), _LABEL_ID)
        known &= begins(tags.words_at(tags.at[found] + len(b"<label")), _LABEL_NAME)
        self.usual &= self._within == np.bincount(there[known], minlength=self.count)
        self._labels = ids, there, tags.at[found] + len(b"<label") + len(_LABEL_NAME)

    def labels(self) -> tuple[Places, Places, Places]:
        """Ids, releases and where the name begins, of all labels of usual releases."""
        ids, there, start = self._labels
        usual = self.usual[there]
        return ids[usual], there[usual], start[usual]

    def _alone(self, there: Places, start: Places, stop: Places, is_plain: Flags) -> None:
        """Where the name of the artist is who made a release alone, and is called on it as ever; 0 for all others."""
        times = np.bincount(there, minlength=self.count)
        only = is_plain & (times[there] == 1)
        self.sole: tuple[Places, Places] = np.zeros(self.count, np.int64), np.zeros(self.count, np.int64)
        self.sole[0][there[only]], self.sole[1][there[only]] = start[only], stop[only]

    @property
    def images(self) -> tuple[Places, Places]:
        """Where pictures begin and end, with their tags; 0 where there are none."""
        start, stop = self.sections[_IMAGES]
        there = stop > 0
        return np.where(there, start - len(b"<images>"), 0), np.where(there, stop + len(b"</images>"), 0)

    def texts(self) -> list[list[bytes]]:
        """Of every release what is in its title, artists, labels, formats, genres, styles, country, date and identifiers."""
        text = self.text
        return [
            [text[start:stop] for start, stop in zip(*(each.tolist() for each in self.sections[kind]), strict=True)]
            for kind in _TEXTS
        ]

    def people(self) -> tuple[Ids, Ids]:
        """Artists, and who else is credited, of all usual releases; nobody is 0."""
        there, ids, is_main, is_credit = self._mine
        usual = self.usual[there]
        is_main, is_credit = is_main & usual, is_credit & usual
        artists = Ids(there[is_main], ids[is_main], self.count)
        return artists, Ids(there[is_credit], ids[is_credit], self.count, artists)

    def names(self) -> tuple[Places, Places, Places, Places]:
        """Ids, releases and where the name is, of all who are on usual releases."""
        ids, there, start, stop = self._named
        usual = self.usual[there]
        return ids[usual], there[usual], start[usual], stop[usual]
