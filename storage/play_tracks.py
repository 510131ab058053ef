"""The tracks, albums and artists that were played: stored once each, changed only where something is another.

What the API says counts for more than what an export says; nobody's silence takes away what is known
(spotify-api.md 4.7).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import bindparam

from storage.documents import storable
from storage.instants import instant
from storage.play_names import album_key, of_album, of_track, track_key
from storage.tables.plays import played_album, played_artist, played_track, played_track_artist
from storage.values.plays import PlayedAlbum, PlayedTrack, PlaySource

CHUNK = 500
"""Rows or keys in one statement."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A track as it is kept, as far as plays need it."""

    pk: int
    listen_key: str
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A track ready to be stored. Folding its names is most of the work and needs no store: do it off the loop."""

    track: PlayedTrack
    key: str
    row: dict[str, Any]
    album_key: str | None
    album_row: dict[str, Any] | None


def prepared(track: PlayedTrack) -> Prepared:
    """``track`` with its keys; pure."""
    key = track_key(track)
    album = track.album if track.album and track.album.name else None
    named = album_key(album) if album else None
    return Prepared(track, key, _track_row(key, track), named, _album_row(named, album) if named and album else None)


async def keep(conn: AsyncConnection, tracks: Collection[Prepared]) -> dict[str, Kept]:
    """Store ``tracks`` with their albums and artists; how each is kept, by its key. The same twice counts once."""
    by_key: dict[str, Prepared] = {}
    for each in tracks:
        by_key[each.key] = _fuller(by_key[each.key], each) if each.key in by_key else each
    if not by_key:
        return {}
    albums = await _keep_albums(conn, list(by_key.values()))
    rows = {key: each.row | {"album_pk": albums.get(each.album_key or "")} for key, each in by_key.items()}
    told = {key: each.track for key, each in by_key.items() if _is_api(each.track)}
    await _write(conn, played_track, rows, await _held(conn, played_track, rows), told)
    kept = await _held(conn, played_track, rows)
    await _keep_artists(conn, {kept[key].id: track for key, track in told.items()})
    return {key: Kept(row.id, row.listen_key, row.duration_ms) for key, row in kept.items()}


async def known(conn: AsyncConnection, keys: Collection[str]) -> dict[str, Kept]:
    """How these tracks are kept, by their keys; those that are not are left out."""
    return {
        key: Kept(row.id, row.listen_key, row.duration_ms)
        for key, row in (await _held(conn, played_track, keys)).items()
    }


async def by_listen_key(conn: AsyncConnection, listen_keys: Collection[str]) -> dict[str, Kept]:
    """A track that has an id for each of these recordings, where one is known."""
    found: dict[str, Kept] = {}
    wanted = list(listen_keys)
    for start in range(0, len(wanted), CHUNK):
        asked = (
            select(played_track.c.listen_key, played_track.c.id, played_track.c.duration_ms)
            .where(played_track.c.listen_key.in_(wanted[start : start + CHUNK]), played_track.c.spotify_id.is_not(None))
            .order_by(played_track.c.id.desc())
        )
        for key, pk, duration in (await conn.execute(asked)).all():
            found[key] = Kept(pk, key, duration)
    return found


def _is_api(track: PlayedTrack) -> bool:
    return track.source is PlaySource.API


def _fuller(one: Prepared, other: Prepared) -> Prepared:
    """Of two tellings of one track the one that says more, the later one where both say as much."""
    return max(
        (one, other),
        key=lambda each: (_is_api(each.track), bool(each.track.name), bool(each.track.artists), each is other),
    )


async def _keep_albums(conn: AsyncConnection, tracks: Sequence[Prepared]) -> dict[str, int]:
    rows = {each.album_key: each.album_row for each in tracks if each.album_key and each.album_row}
    heard = {key for key, row in rows.items() if row["spotify_id"]}
    await _write(conn, played_album, rows, await _held(conn, played_album, rows), heard)
    return {key: row.id for key, row in (await _held(conn, played_album, rows)).items()}


async def _keep_artists(conn: AsyncConnection, tracks: Mapping[int, PlayedTrack]) -> None:
    """All artists of each track in order."""
    names = {storable(a.id): storable(a.name) for track in tracks.values() for a in track.artists if a.id}
    await _keep_names(conn, names)
    held: dict[int, list[tuple[str | None, str]]] = {}
    pks = list(tracks)
    for start in range(0, len(pks), CHUNK):
        link = played_track_artist.c
        asked = (
            select(link.track_pk, link.artist_id, link.name)
            .where(link.track_pk.in_(pks[start : start + CHUNK]))
            .order_by(link.track_pk, link.position)
        )
        for pk, artist_id, name in (await conn.execute(asked)).all():
            held.setdefault(pk, []).append((artist_id, name))
    for pk, track in tracks.items():
        wanted = [(storable(a.id) if a.id else None, storable(a.name)) for a in track.artists]
        known = held.get(pk, [])
        blank = any(not name for _, name in wanted)
        if not wanted or wanted == known or (blank and known):
            continue
        await conn.execute(delete(played_track_artist).where(played_track_artist.c.track_pk == pk))
        linked = [
            {"track_pk": pk, "position": n, "artist_id": artist_id, "name": name}
            for n, (artist_id, name) in enumerate(wanted)
        ]
        await conn.execute(insert(played_track_artist), linked)


async def _keep_names(conn: AsyncConnection, names: Mapping[str, str]) -> None:
    ids, now = list(names), instant()
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        asked = select(played_artist.c.id, played_artist.c.name).where(played_artist.c.id.in_(chunk))
        known = {row.id: row.name for row in (await conn.execute(asked)).all()}
        fresh = [{"id": each, "name": names[each], "updated_at": now} for each in chunk if each not in known]
        other = [
            {"key": each, "called": names[each], "now": now}
            for each in chunk
            if each in known and names[each] and names[each] != known[each]
        ]
        if fresh:
            await conn.execute(insert(played_artist), fresh)
        if other:
            renamed = update(played_artist).where(played_artist.c.id == bindparam("key"))
            await conn.execute(renamed.values(name=bindparam("called"), updated_at=bindparam("now")), other)


async def _held(conn: AsyncConnection, table: Table, keys: Collection[str]) -> dict[str, Row[Any]]:
    wanted = list(keys)
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(wanted), CHUNK):
        rows = (await conn.execute(select(table).where(table.c.key.in_(wanted[start : start + CHUNK])))).all()
        found.update((row.key, row) for row in rows)
    return found


async def _write(
    conn: AsyncConnection,
    table: Table,
    rows: Mapping[str, dict[str, Any]],
    held: Mapping[str, Row[Any]],
    heard: Collection[str],
) -> None:
    """Insert what is new; change what is another. Only ``heard`` (told by the API) may replace what is there."""
    now = instant()
    fresh = [row | {"updated_at": now} for key, row in rows.items() if key not in held]
    for start in range(0, len(fresh), CHUNK):
        await conn.execute(insert(table), fresh[start : start + CHUNK])
    for key, row in rows.items():
        if key not in held:
            continue
        changes = _changes(row, held[key], replaces=key in heard)
        if changes:
            await conn.execute(update(table).where(table.c.key == key).values(**changes, updated_at=now))


_FOLDED = frozenset({"artist_key", "title_key", "listen_key", "tokens"})


def _changes(row: Mapping[str, Any], held: Row[Any], *, replaces: bool) -> dict[str, Any]:
    """What ``row`` knows better than what is held; what it is silent about stays."""
    changes: dict[str, Any] = {}
    for name, value in row.items():
        known = getattr(held, name)
        if value in (None, "") or value == known or name in _FOLDED:
            continue
        if replaces or known in (None, ""):
            changes[name] = value
    # What is folded from the names goes with them.
    if changes and row["name"] and row["artist_name"]:
        changes |= {name: row[name] for name in _FOLDED if name in row and row[name] != getattr(held, name)}
    return changes


def _album_row(key: str, album: PlayedAlbum) -> dict[str, Any]:
    return {
        "key": key,
        "spotify_id": album.spotify_id,
        "name": storable(album.name),
        "artist_name": storable(album.artist_name),
        "album_type": album.album_type,
        "release_date": album.release_date,
        "total_tracks": album.total_tracks,
        "image_url": album.image_url,
        **of_album(album),
    }


def _track_row(key: str, track: PlayedTrack) -> dict[str, Any]:
    return {
        "key": key,
        "spotify_id": track.spotify_id,
        "name": storable(track.name),
        "artist_name": storable(track.artists[0].name) if track.artists else "",
        "duration_ms": track.duration_ms,
        "explicit": track.explicit,
        "isrc": track.isrc,
        "told_by": track.source,
        **of_track(track),
    }
