"""What the library itself has for the shelf: records, wants, Spotify, plays, downloads and arrivals, as far as it is news.

Each source is a statement with a key and a marker; what the shelf has under another marker, or not at all,
is read, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Integer, Row, Select, Subquery, Text, and_, case, cast, func, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import (
    arrival,
    artist_preference,
    artist_release,
    download,
    play,
    played_album,
    played_track,
    playlist,
    playlist_item,
    record,
    saved_track,
    want,
)
from storage.tables.arrivals import OPEN
from storage.tables.downloads import ACTIVE
from storage.tables.plays import COUNTED
from storage.tables.shelf import shelf_holding
from storage.values import ItemKind, UserId
from storage.values.shelf_albums import ShelfSource

_PART = 200
_h = shelf_holding.c


async def changed(
    conn: AsyncConnection, user_id: UserId, source: ShelfSource, *, after: str = "", limit: int = 300
) -> list[Row[Any]]:
    """What ``source`` has that the shelf does not have, or not as it is now; a page, by ascending key, of keys behind ``after``."""
    found = _FOUND[source](user_id).subquery()
    known = and_(_h.user_id == user_id, _h.source == source, _h.key == found.c.key)
    news = or_(_h.id.is_(None), _h.marker != found.c.marker)
    rows = select(found).outerjoin(shelf_holding, known).where(news).order_by(found.c.key).limit(limit)
    if after:
        rows = rows.where(found.c.key > after)
    told: list[Row[Any]] = []
    async with conn.stream(rows) as streamed:
        async for part in streamed.partitions(_PART):
            told.extend(part)
    return told


async def count_changed(conn: AsyncConnection, user_id: UserId, source: ShelfSource) -> int:
    """How many :func:`changed` finds in all."""
    found = _FOUND[source](user_id).subquery()
    known = and_(_h.user_id == user_id, _h.source == source, _h.key == found.c.key)
    news = or_(_h.id.is_(None), _h.marker != found.c.marker)
    rows = select(func.count()).select_from(found.outerjoin(shelf_holding, known)).where(news)
    return (await conn.execute(rows)).scalar_one()


async def vanished(conn: AsyncConnection, user_id: UserId, source: ShelfSource, limit: int = 500) -> list[str]:
    """Keys of what the shelf has of ``source`` and the source has not."""
    found = _FOUND[source](user_id).subquery()
    there = select(found.c.key)
    rows = select(_h.key).where(_h.user_id == user_id, _h.source == source, _h.key.not_in(there)).limit(limit)
    return list((await conn.execute(rows)).scalars().all())


async def credits_of(conn: AsyncConnection, user_id: UserId, album_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """Who the tracks of these albums of Spotify are by (JSON lists of names), with how many: those of albums are not kept."""
    tracks = _tracks(user_id, album_ids)
    rows = select(tracks.c.album_id, tracks.c.artists, func.count()).group_by(tracks.c.album_id, tracks.c.artists)
    found: dict[str, dict[str, int]] = {}
    for album_id, artists, number in (await conn.execute(rows)).all():
        found.setdefault(album_id, {})[artists] = number
    return found


def _joined(*columns: Any) -> Any:
    """Columns as one text that is another one as soon as any of them is."""
    whole: Any = literal("")
    for column in columns:
        whole = whole + func.coalesce(cast(column, Text), "") + literal("|")
    return whole.label("marker")


def _records(user_id: UserId) -> Select[*tuple[Any, ...]]:
    c = record.c
    told = (
        c.artist_name, c.album_title, c.year_released, c.discogs_id, c.master_id, c.formats, c.upc_code, c.record_size,
        c.date_added, c.copies,
    )  # fmt: skip
    return select(
        c.record_id.label("key"),
        _joined(*told),
        c.id.label("ref"),
        *told,
        c.thumbnail_url,
        c.catalog_number,
        c.label_name,
    ).where(c.user_id == user_id, c.removed_at.is_(None))


def _wants(user_id: UserId) -> Select[*tuple[Any, ...]]:
    c = want.c
    told = (c.artist_name, c.album_title, c.year_released, c.formats, c.date_added)
    return select(
        cast(c.release_id, Text).label("key"), _joined(*told), c.id.label("ref"), c.release_id, *told, c.thumbnail_url
    ).where(c.user_id == user_id, c.removed_at.is_(None))


def _tracks(user_id: UserId, album_ids: Sequence[str] | None = None) -> Subquery:
    """The tracks of Spotify that somebody keeps: saved ones and those of playlists."""
    s, i, p = saved_track.c, playlist_item.c, playlist.c
    some_saved = () if album_ids is None else (s.album_id.in_(album_ids),)
    some_items = () if album_ids is None else (i.album_id.in_(album_ids),)

    def told(c: Any) -> tuple[Any, ...]:
        of_album = (c.album_type, c.album_released, c.album_tracks, c.album_image)
        return c.album_id, c.album, c.artists, c.added_at, *of_album

    saved = select(*told(s), literal(1).label("saved")).where(
        s.user_id == user_id, s.removed_at.is_(None), s.album_id != "", *some_saved
    )
    listed = (
        select(*told(i), literal(0).label("saved"))
        .join(playlist, p.id == i.playlist_pk)
        .where(
            p.user_id == user_id,
            p.removed_at.is_(None),
            i.kind == ItemKind.TRACK,
            i.is_local.is_(False),
            i.album_id != "",
            *some_items,
        )
    )
    return union_all(saved, listed).subquery("kept")


def _spotify(user_id: UserId) -> Select[*tuple[Any, ...]]:
    """Albums by Spotify's id: of kept tracks, and released by artists whose release was chosen."""
    tracks = _tracks(user_id)
    kept = select(
        tracks.c.album_id,
        func.min(tracks.c.album).label("album"),
        func.sum(tracks.c.saved).label("saved"),
        func.sum(1 - tracks.c.saved).label("listed"),
        func.max(tracks.c.added_at).label("added_at"),
        literal(0).label("chosen"),
        func.max(tracks.c.album_type).label("kind"),
        func.max(tracks.c.album_released).label("released"),
        func.max(tracks.c.album_tracks).label("total_tracks"),
        func.max(tracks.c.album_image).label("image"),
    ).group_by(tracks.c.album_id)
    a, r = artist_preference.c, artist_release.c
    chosen = (
        select(
            a.release_id,
            func.min(func.coalesce(r.title, "")),
            literal(0),
            literal(0),
            literal(None, Text),
            literal(1),
            literal(None, Text),
            literal(None, Text),
            literal(None, Integer),
            literal(None, Text),
        )
        .join(
            artist_release,
            and_(r.user_id == a.user_id, r.artist_id == a.artist_id, r.release_id == a.release_id),
        )
        .where(a.user_id == user_id, a.selected.is_(True), r.gone_at.is_(None))
        .group_by(a.release_id)
    )
    both = union_all(kept, chosen).subquery("both")
    albums = (
        select(
            both.c.album_id,
            func.max(both.c.album).label("album"),
            func.sum(both.c.saved).label("saved"),
            func.sum(both.c.listed).label("listed"),
            func.max(both.c.added_at).label("added_at"),
            func.max(both.c.chosen).label("chosen"),
            *(func.max(both.c[name]).label(name) for name in ("kind", "released", "total_tracks", "image")),
        )
        .group_by(both.c.album_id)
        .subquery("albums")
    )
    released = (
        select(
            r.release_id,
            func.min(r.kind).label("kind"),
            func.min(r.released).label("released"),
            func.min(r.total_tracks).label("total_tracks"),
            func.min(r.artists).label("artists"),
            func.min(r.image_url).label("image_url"),
        )
        .where(r.user_id == user_id)
        .group_by(r.release_id)
        .subquery("released")
    )
    p, c, told = played_album.c, albums.c, released.c
    facts = (
        c.album.label("album"),
        func.coalesce(told.kind, p.album_type, c.kind).label("kind"),
        func.coalesce(told.released, p.release_date, c.released).label("released"),
        func.coalesce(told.total_tracks, p.total_tracks, c.total_tracks).label("total_tracks"),
        told.artists.label("artists"),
        p.artist_name.label("artist_name"),
        c.saved.label("saved"),
        c.listed.label("listed"),
        c.chosen.label("chosen"),
        c.added_at.label("added_at"),
        func.coalesce(told.image_url, p.image_url, c.image).label("image_url"),
    )
    return (
        select(c.album_id.label("key"), _joined(*facts), *facts)
        .outerjoin(played_album, p.key == c.album_id)
        .outerjoin(released, told.release_id == c.album_id)
    )


def _plays(user_id: UserId) -> Select[*tuple[Any, ...]]:
    p = played_album.c
    heard = (
        select(
            played_track.c.album_pk,
            func.count().label("plays"),
            func.max(play.c.played_at).label("played_at"),
        )
        .join(play, play.c.track_pk == played_track.c.id)
        .where(play.c.user_id == user_id, COUNTED, played_track.c.album_pk.is_not(None))
        .group_by(played_track.c.album_pk)
        .subquery("heard")
    )
    told = (p.name, p.artist_name, p.album_type, p.release_date, p.total_tracks, heard.c.plays, heard.c.played_at)
    return (
        select(p.key.label("key"), _joined(*told), p.id.label("ref"), p.spotify_id, *told, p.image_url)
        .join(heard, heard.c.album_pk == p.id)
        .where(p.name != "")
    )


def _downloads(user_id: UserId) -> Select[*tuple[Any, ...]]:
    """Folders of which something is on its way, by the first of their downloads."""
    c, older = download.c, download.alias("older")
    active = (
        select(
            c.username,
            func.coalesce(c.folder, c.filename).label("folder"),
            func.count().label("files"),
            func.max(c.filename).label("filename"),
            func.max(c.details).label("details"),
            func.max(c.created_at).label("created_at"),
        )
        .where(c.user_id == user_id, ACTIVE)
        .group_by(c.username, func.coalesce(c.folder, c.filename))
        .subquery("active")
    )
    first = (
        select(func.min(older.c.id))
        .where(
            older.c.user_id == user_id,
            older.c.username == active.c.username,
            case((older.c.folder.is_(None), older.c.filename), else_=older.c.folder) == active.c.folder,
        )
        .scalar_subquery()
    )
    told = (active.c.username, active.c.folder, active.c.files, active.c.filename, active.c.details)
    return select(cast(first, Text).label("key"), _joined(*told), first.label("ref"), *told, active.c.created_at)


def _arrivals(user_id: UserId) -> Select[*tuple[Any, ...]]:
    c = arrival.c
    told = (c.path, c.files, c.state)
    return select(cast(c.id, Text).label("key"), _joined(*told), c.id.label("ref"), *told, c.arrived_at).where(
        c.user_id == user_id, OPEN
    )


_FOUND: dict[ShelfSource, Callable[[UserId], Select[*tuple[Any, ...]]]] = {
    ShelfSource.RECORDS: _records,
    ShelfSource.WANTS: _wants,
    ShelfSource.SPOTIFY: _spotify,
    ShelfSource.PLAYS: _plays,
    ShelfSource.DOWNLOADS: _downloads,
    ShelfSource.ARRIVALS: _arrivals,
}
LOCAL = tuple(_FOUND)
"""What the library itself can tell."""
