"""The library's own file, read where starting beets for it would take seconds: the ids of all there is, and what tracks are
called (beets-cli.md section 7). It is never written, and no transaction is kept open, which would hold beets up.
"""

from __future__ import annotations

import sqlite3
from array import array
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from services.beets.models import Shelf

_PATIENCE = 1.0
"""Seconds that a locked library is waited for; beets itself is asked then."""
_ALL = {
    Shelf.TRACKS: "SELECT id FROM items ORDER BY artist COLLATE NOCASE, album COLLATE NOCASE, disc, track, id",
    Shelf.ALBUMS: "SELECT id FROM albums ORDER BY albumartist COLLATE NOCASE, album COLLATE NOCASE, id",
}
"""In the order in which beets lists, where its configuration names no other."""


TRACK_FIELDS = (
    "id",
    "title",
    "artist",
    "albumartist",
    "album",
    "length",
    "year",
    "track",
    "disc",
    "isrc",
    "mb_trackid",
)
"""What :func:`tracks` tells of each, by beets' names."""


def tracks(file: Path, after: int, limit: int) -> list[tuple[Any, ...]] | None:
    """The first tracks whose id is greater than ``after``, by id, as :data:`TRACK_FIELDS`; None where the file cannot be read
    in this way. Reads the disk.
    """
    asked = f"SELECT {', '.join(TRACK_FIELDS)} FROM items WHERE id > ? ORDER BY id LIMIT ?"
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=_PATIENCE)) as library:
            return library.execute(asked, (after, limit)).fetchall()
    except sqlite3.Error:
        return None


def all_ids(file: Path, shelf: Shelf) -> array[int] | None:
    """The ids of all tracks or albums, None where the file cannot be read in this way. Reads the disk."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True, timeout=_PATIENCE)) as library:
            return array("q", (id for (id,) in library.execute(_ALL[shelf])))
    except sqlite3.Error:
        return None
