"""What Spotify and Plex found, as rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.browser import SPOTIFY
from tui.table.columns import Column
from tui.table.plays import length

if TYPE_CHECKING:
    from services.plex.models import Item

_KINDS = ("albums", "tracks", "artists")
"""In the order in which they are shown: records are looked for more often than single tracks."""


@dataclass(frozen=True, slots=True)
class OutsideHit:
    """An album, a track or an artist. ``address`` is its page in a browser, empty where it has none."""

    key: str
    kind: str
    artist: str
    title: str
    album: str = ""
    year: str = ""
    length: str = ""
    address: str = ""

    @property
    def sought(self) -> str:
        """What the same is searched for elsewhere."""
        return " - ".join(
            filter(None, (self.artist, self.album if self.kind == "track" and self.album else self.title))
        )


def of_spotify(found: Mapping[str, Any]) -> list[OutsideHit]:
    """What ``Everywhere.one`` tells of Spotify."""
    from services.matching.sources.reading import an_object, names, objects, text, whole

    rows: list[OutsideHit] = []
    for kind in _KINDS:
        for each in objects(found.get(kind)):
            album = an_object(each.get("album"))
            released = text(each.get("release_date")) or text(album.get("release_date"))
            one = kind.removesuffix("s")
            rows.append(
                OutsideHit(
                    f"{one}:{text(each.get('id'))}",
                    one,
                    "" if one == "artist" else ", ".join(names(each.get("artists"))),
                    text(each.get("name")),
                    text(album.get("name")),
                    released[:4],
                    length(whole(each.get("duration_ms"))),
                    f"{SPOTIFY}/{one}/{text(each.get('id'))}",
                )
            )
    return rows


def of_plex(found: list[Item]) -> list[OutsideHit]:
    """What ``Everywhere.one`` tells of Plex."""
    return [
        OutsideHit(
            each.key, "track", each.artist, each.title, each.parent_title, str(each.year or ""), length(each.duration)
        )
        for each in found
    ]


OUTSIDE_COLUMNS: tuple[Column[OutsideHit], ...] = (
    Column("kind", "", lambda row: row.kind, 6),
    Column("title", "Title", lambda row: row.title, 20, grow=5, limit=70),
    Column("artist", "Artist", lambda row: row.artist, 16, grow=4, limit=50),
    Column("album", "Album", lambda row: row.album, 14, grow=4, limit=60, priority=2),
    Column("year", "Year", lambda row: row.year, 5, priority=1),
    Column("length", "Length", lambda row: row.length, 6, priority=3, align="right"),
)
