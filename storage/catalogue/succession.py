"""What the live catalogue hands on to the one that takes its place: everything that came through the API."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from storage.catalogue import growth
from storage.catalogue.database import Database, marks
from storage.catalogue.kinds import Kind
from storage.catalogue.nodes import names
from storage.catalogue.packed import unpack_ids
from storage.catalogue.tags import Tags
from storage.values import Credit, LabelLine, ReleaseEntry, ReleaseId

_PAGE = 300
_COLUMNS = "id, title, artist, year, country, format, master, artists, credits, labels, tags, label, catno, met_at"


def hand_on_answers(live: Database, heir: Database, since: str = "") -> None:
    """Copy the kept answers that were fetched at ``since`` or later."""
    last = -1
    select = (
        "SELECT release_id, detail, fetched_at FROM answer WHERE release_id > ? AND fetched_at >= ? ORDER BY release_id"
    )
    while rows := live.rows(f"{select} LIMIT {_PAGE}", (last, since)):
        heir.do_many(
            "INSERT INTO answer (release_id, detail, fetched_at) VALUES (?, ?, ?)"
            " ON CONFLICT (release_id) DO UPDATE SET detail = excluded.detail, fetched_at = excluded.fetched_at",
            rows,
        )
        last = rows[-1][0]


def hand_on_met(live: Database, heir: Database, since: str = "", dumped: str | None = None) -> int:
    """File in ``heir`` the releases that were met at ``since`` or later; how many said something new.

    What a dump of the day ``dumped`` tells is newer than what was met before that day.
    """
    news = 0
    met = live.rows("SELECT id FROM release WHERE met_at >= ? ORDER BY id", (since,))
    for chunk in _chunks([number for (number,) in met]):
        rows = live.rows(f"SELECT {_COLUMNS} FROM release WHERE id IN ({marks(chunk)}) ORDER BY id", chunk)
        told = _told(heir, chunk) if dumped else set[int]()
        wanted = [row for row in rows if row[0] not in told or row[13][:10] >= (dumped or "")]
        for entry, met_at in zip(_entries(live, wanted), (row[13] for row in wanted), strict=True):
            news += growth.apply(heir, [entry], met_at=met_at)
    if met:
        _hand_on_numbers(live, heir, since)
    return news


def _told(heir: Database, ids: Sequence[int]) -> set[int]:
    """Those of ``ids`` that a dump told of."""
    rows = heir.rows(f"SELECT id FROM release WHERE met_at IS NULL AND id IN ({marks(ids)})", ids)
    return {number for (number,) in rows}


def _entries(live: Database, rows: Sequence[tuple[Any, ...]]) -> Iterator[ReleaseEntry]:
    """The releases in rows of ``release`` as they were filed."""
    if not rows:
        return
    ids = [row[0] for row in rows]
    answered = {
        number for (number,) in live.rows(f"SELECT release_id FROM answer WHERE release_id IN ({marks(ids)})", ids)
    }
    artists = names(live, Kind.ARTIST, {number for row in rows for blob in row[7:9] for number in unpack_ids(blob)})
    labels = names(live, Kind.LABEL, {number for row in rows for number in unpack_ids(row[9])})
    tags = Tags(live)
    for row in rows:
        tagged = unpack_ids(row[10])
        yield ReleaseEntry(
            id=ReleaseId(row[0]),
            title=row[1],
            artist=row[2],
            year=row[3],
            country=row[4],
            format=row[5],
            master_id=row[6],
            artists=_credits(row[7], artists),
            credits=_credits(row[8], artists),
            labels=_lines(row, labels),
            genres=tags.names(tagged, Kind.GENRE),
            styles=tags.names(tagged, Kind.STYLE),
            formats=tags.names(tagged, Kind.FORMAT),
            whole=row[0] in answered,
        )


def _credits(stored: bytes | None, named: dict[int, str]) -> tuple[Credit, ...]:
    return tuple(Credit(number, named[number]) for number in unpack_ids(stored) if number in named)


def _lines(row: tuple[Any, ...], named: dict[int, str]) -> tuple[LabelLine, ...]:
    """The labels of a release, the one that its row names first."""
    lines = [
        LabelLine(number, named[number], row[12] or "" if named[number] == row[11] else "")
        for number in unpack_ids(row[9])
        if number in named
    ]
    return tuple(sorted(lines, key=lambda line: line.name != row[11]))


def _hand_on_numbers(live: Database, heir: Database, since: str) -> None:
    """Catalogue numbers and barcodes, which only an entry as it came has whole."""
    rows = live.rows(
        "SELECT spelt, release_id FROM number WHERE release_id IN (SELECT id FROM release WHERE met_at >= ?)", (since,)
    )
    statement = "INSERT INTO number (spelt, release_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
    heir.do_many(statement, [tuple(row) for row in rows])


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE))
