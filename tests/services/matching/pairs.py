"""The labelled pairs: read from ``pairs.txt``, a third of them held out from whoever moves the weights."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

from services.matching import albums, codes, tracks
from services.matching.music import Album, Codes, Form, Track, Verdict
from services.matching.sources import soulseek
from services.matching.sources.reading import milliseconds

FORMS = {
    "LP": frozenset((Form.ALBUM,)),
    "EP": frozenset((Form.EP,)),
    "single": frozenset((Form.SINGLE, Form.EP)),
    "comp": frozenset((Form.COMPILATION,)),
    "box": frozenset((Form.BOX,)),
}


@dataclass(frozen=True)
class Pair:
    """Two things, whether they are the same, and what makes that hard to see."""

    kind: str
    same: bool
    difficulty: str
    left: str
    right: str

    @property
    def is_held_out(self) -> bool:
        """By who made it, so that no work is on both sides."""
        return zlib.crc32(self.left.split("~")[0].strip().casefold().encode()) % 3 == 1

    def verdict(self) -> Verdict:
        if self.kind == "album":
            return albums.compare(album(self.left), album(self.right))
        return tracks.compare(track(self.left), track(self.right))


def load(name: str = "pairs.txt") -> list[Pair]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    found = [[cell.strip() for cell in line.split(" | ")] for line in lines if line and not line.startswith("#")]
    return [Pair(kind, same == "same", why, left, right) for kind, same, why, left, right in found]


def _cells(side: str) -> tuple[list[str], dict[str, str], list[str]]:
    cells = [cell.strip() for cell in side.split(" ~ ")] if not side.startswith("~") else ["", *side[1:].split(" ~ ")]
    named = dict(cell.split(":", 1) for cell in cells[2:] if cell.split(":")[0].isalpha() and ":" in cell)
    return cells, named, [cell.strip() for cell in cells[2:]]


def _codes(said: dict[str, str]) -> Codes:
    return Codes(
        barcodes=codes.some([codes.barcode(said.get("upc"))]),
        isrcs=codes.some([codes.isrc(said.get("isrc"))]),
        musicbrainz=codes.some([codes.musicbrainz(said.get("mb"))]),
        group=codes.musicbrainz(said.get("group")),
        discogs_release=codes.discogs(said.get("release")),
        discogs_master=codes.discogs(said.get("master")),
        spotify=codes.spotify(said.get("spotify")),
    )


def _artists(cell: str) -> tuple[str, ...]:
    if not cell.strip(" +"):
        return (cell.strip(),) if cell.strip() else ()
    return tuple(name.strip() for name in cell.split(" + ") if name.strip())


def album(side: str) -> Album:
    if side.startswith("path:"):
        path, _, count = side.removeprefix("path:").rpartition(" ~ ")
        return soulseek.album(path, int(count.removesuffix("t")))
    cells, said, facts = _cells(side)
    return Album(
        title=cells[1].strip(),
        artists=_artists(cells[0]),
        year=next((int(each) for each in facts if each.isdigit() and len(each) == 4), None),
        tracks=next((int(each[:-1]) for each in facts if each.endswith("t") and each[:-1].isdigit()), None),
        forms=next((FORMS[each] for each in facts if each in FORMS), frozenset()),
        codes=_codes(said),
    )


def track(side: str) -> Track:
    if side.startswith("path:"):
        path, _, length = side.removeprefix("path:").rpartition(" ~ ")
        return soulseek.track(path, milliseconds(length))
    cells, said, facts = _cells(side)
    lengths = (milliseconds(each) for each in facts if each[:1].isdigit() and ":" in each)
    return Track(
        title=cells[1].strip(),
        artists=_artists(cells[0]),
        album=said.get("on", ""),
        album_artists=(said["by"],) if "by" in said else (),
        duration=next(lengths, None),
        number=int(said["n"]) if "n" in said else None,
        codes=_codes(said),
    )
