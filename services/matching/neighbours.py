"""Who is worth comparing: of thousands, the few that share an identifier, a title, an artist or the beginnings of words.

An index knows everything by its signs; what has a sign that too many have (a title such as "Greatest Hits") is found by its others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from services.matching import albums, tracks
from services.matching.credits import NOBODY, Credit
from services.matching.titles import Title

T = TypeVar("T")
MOST = 40
"""Neighbours that are compared with one, those with the most signs in common first."""
CROWD = 120
"""A sign that more than so many have says nothing."""
_CODE = "="
"""What signs begin with that count whoever else has them."""
_STEM = 4


class Index(Generic[T]):
    """Things by their signs; each has a key of its own. ``signs`` tells those of one."""

    def __init__(self, signs: Callable[[T], Iterable[str]]) -> None:
        self._signs = signs
        self._things: dict[str, T] = {}
        self._by_sign: dict[str, dict[str, None]] = {}

    def __len__(self) -> int:
        return len(self._things)

    def __getitem__(self, key: str) -> T:
        return self._things[key]

    def __contains__(self, key: str) -> bool:
        return key in self._things

    def __iter__(self) -> Iterable[str]:
        return iter(self._things)

    def add(self, key: str, thing: T) -> None:
        """Know ``thing`` by ``key``, in place of what was known by it."""
        self.remove(key)
        self._things[key] = thing
        for sign in self._signs(thing):
            self._by_sign.setdefault(sign, {})[key] = None

    def remove(self, key: str) -> None:
        """Forget it; nothing happens where there is none."""
        thing = self._things.pop(key, None)
        if thing is None:
            return
        for sign in self._signs(thing):
            those = self._by_sign.get(sign, {})
            those.pop(key, None)
            if not those:
                self._by_sign.pop(sign, None)

    def near(self, thing: T) -> list[str]:
        """The keys of those that ``thing`` may be, likely ones first."""
        shared: Counter[str] = Counter()
        for sign in self._signs(thing):
            those = self._by_sign.get(sign)
            if those is None:
                continue
            if sign.startswith(_CODE):
                for key in those:
                    shared[key] += 100
            elif len(those) <= CROWD:
                shared.update(those.keys())
        return [key for key, _ in shared.most_common(MOST)]


def album_signs(album: albums.Prepared) -> set[str]:
    """Its identifiers, its title, its artists, and the beginnings of the longest words of both."""
    codes = album.album.codes
    found = {f"=b{each}" for each in codes.barcodes} | {f"=m{each}" for each in codes.musicbrainz}
    if codes.group:
        found.add(f"=g{codes.group}")
    if codes.discogs_release:
        found.add(f"=r{codes.discogs_release}")
    if codes.discogs_master:
        found.add(f"=M{codes.discogs_master}")
    if codes.spotify:
        found.add(f"=s{codes.spotify}")
    stems = _stems(album.title)
    found.update(f"t{run}" for run in _runs(album.title))
    if not album.credit.is_various:
        found.update(f"a{name}" for name in album.credit.everybody)
        found.update(f"w{maker}/{stem}" for maker in _maker_stems(album.credit) for stem in stems)
    elif len(stems) > 1:
        found.add(f"v{'/'.join(sorted(stems))}")
    return found


def track_signs(track: tracks.Prepared) -> set[str]:
    """Its identifiers, its title, and its artists together with the beginnings of the longest words of the title."""
    codes = track.track.codes
    found = {f"=i{each}" for each in codes.isrcs} | {f"=m{each}" for each in codes.musicbrainz}
    if codes.spotify:
        found.add(f"=s{codes.spotify}")
    stems = _stems(track.title)
    found.update(f"t{run}" for run in _runs(track.title))
    names = track.guests.everybody | (NOBODY if track.album_credit.is_various else track.album_credit).everybody
    for name in names:
        found.update(f"a{name}/{stem}" for stem in stems)
    found.update(f"w{maker}/{stem}" for maker in _maker_stems(track.credit) for stem in stems)
    return found


def _runs(title: Title) -> set[str]:
    """The title run together without its numbers; numbers themselves where there is nothing else."""
    found = {
        "".join(word for word in words if not word.isdigit()) or "".join(words) for words in (title.words, title.whole)
    }
    return (found | {title.native}) - {""}


def _stems(title: Title) -> list[str]:
    words = (
        sorted((word for word in title.words if not word.isdigit()), key=lambda word: (-len(word), word)) or title.words
    )
    return [word[:_STEM] for word in words[:2]]


def _maker_stems(credit: Credit) -> list[str]:
    words = sorted(credit.words, key=lambda word: (-len(word), word))
    return [word[:_STEM] for word in words[:2]]
