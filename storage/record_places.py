"""Where records live besides on the shelf: what the hot reads show of it, and the conditions by which records are found.

A record belongs to one album of the shelf (``shelf_holding.ref``), which knows the other places; one that the shelf has not seen
yet is nowhere else. Everything here is SQL that both engines understand.
"""

from __future__ import annotations

from storage.values import RecordQuery

COLUMNS = ("album_pk", "plex", "beets", "spotify", "coming")
"""The fields of a :class:`~storage.values.ShelfRow` that :data:`SHOWN` fills, in its order."""
SHOWN = ", ".join(["shelf_album.id", *(f"coalesce(shelf_album.{name}, 0)" for name in COLUMNS[1:])])
JOINED = (
    " LEFT JOIN shelf_holding ON shelf_holding.source = 'records' AND shelf_holding.ref = record.id"
    " LEFT JOIN shelf_album ON shelf_album.id = shelf_holding.album_pk"
)
"""Two look-ups by key for each row."""
_ASKED = {
    "files": "(shelf_album.plex > 0 OR shelf_album.beets > 0)",
    "plex": "shelf_album.plex > 0",
    "beets": "shelf_album.beets > 0",
    "spotify": "shelf_album.spotify > 0",
    "coming": "shelf_album.coming > 0",
}
_FOUND = (
    "FROM shelf_holding JOIN shelf_album ON shelf_album.id = shelf_holding.album_pk"
    " WHERE shelf_holding.source = 'records' AND shelf_holding.ref"
)


def condition(query: RecordQuery) -> str:
    """What ``query`` asks of the places of a ``record``, beginning with `` AND``; empty where it asks nothing. It looks each record
    up: for a page, or where few records come into question.
    """
    return _condition(query, f"EXISTS (SELECT 1 {_FOUND} = record.id AND ")


def condition_of_all(query: RecordQuery) -> str:
    """The same, for where every record is looked at: those in the places are gathered first."""
    return _condition(query, f"+record.id IN (SELECT shelf_holding.ref {_FOUND} IS NOT NULL AND ")


def albums(query: RecordQuery) -> str:
    """What an album must be for its records to be in the places asked for; empty where none is."""
    return " AND ".join(_asked(query, value=True))


def _condition(query: RecordQuery, opening: str) -> str:
    there, elsewhere = albums(query), " OR ".join(_asked(query, value=False))
    return (f" AND {opening}{there})" if there else "") + (f" AND NOT {opening}({elsewhere}))" if elsewhere else "")


def _asked(query: RecordQuery, *, value: bool) -> list[str]:
    return [condition for name, condition in _ASKED.items() if getattr(query, name) is value]
