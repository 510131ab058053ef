"""Artists who are watched and their releases: the ``watched_artist`` and ``watched_release`` tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.documents import storable
from storage.fold import sort_key
from storage.instants import instant
from storage.tables.wishes import watched_artist, watched_release
from storage.values.ids import UserId
from storage.values.wishes import ReleaseState, SeenRelease, WatchedArtist, WatchedRelease

_ARTIST = ("name", "discogs_id", "spotify_id", "added_at", "discogs_at", "spotify_at", "trouble")
_RELEASE = (
    "artist_pk", "source", "title", "released", "kind", "about", "release_id", "spotify_id", "state", "told_at", "seen_at",
)  # fmt: skip


async def watch(
    conn: AsyncConnection, user_id: UserId, name: str, *, discogs_id: int | None, spotify_id: str | None
) -> tuple[WatchedArtist, bool]:
    """Watch an artist; whether that is new. One of that name who is watched at the other service only is the same."""
    mine, artist = watched_artist.c.user_id == user_id, watched_artist.c
    same: list[ColumnElement[bool]] = []
    if discogs_id is not None:
        same.append(artist.discogs_id == discogs_id)
    if spotify_id is not None:
        same.append(artist.spotify_id == spotify_id)
    held = (await conn.execute(select(watched_artist).where(mine, or_(*same)).limit(1))).one_or_none()
    if held is None:
        gaps = [artist.discogs_id.is_(None)] if discogs_id is not None else []
        gaps += [artist.spotify_id.is_(None)] if spotify_id is not None else []
        named = select(watched_artist).where(mine, artist.name_key == sort_key(name), *gaps).limit(1)
        held = (await conn.execute(named)).one_or_none()
    if held is not None:
        known = {"discogs_id": held.discogs_id or discogs_id, "spotify_id": held.spotify_id or spotify_id}
        await conn.execute(update(watched_artist).where(artist.id == held.id).values(**known))
        return await _one(conn, user_id, held.id), False
    row = {
        "user_id": user_id,
        "name": storable(name),
        "name_key": sort_key(name),
        "discogs_id": discogs_id,
        "spotify_id": storable(spotify_id) if spotify_id else None,
        "added_at": instant(),
    }
    made = (await conn.execute(insert(watched_artist).values(**row).returning(artist.id))).scalar_one()
    return await _one(conn, user_id, made), True


async def artists(conn: AsyncConnection, user_id: UserId) -> list[WatchedArtist]:
    """All of the user, by name, each with how many new releases wait."""
    waiting = (
        select(func.count())
        .select_from(watched_release)
        .where(watched_release.c.artist_pk == watched_artist.c.id, watched_release.c.state == ReleaseState.NEW)
        .scalar_subquery()
    )
    columns = [watched_artist.c.id, *(watched_artist.c[name] for name in _ARTIST), waiting.label("new")]
    rows = select(*columns).where(watched_artist.c.user_id == user_id)
    return [_artist(row) for row in (await conn.execute(rows.order_by(watched_artist.c.name_key))).all()]


async def forget(conn: AsyncConnection, user_id: UserId, pk: int) -> bool:
    """Watch an artist no more; their releases go with them. False if they were not watched."""
    gone = delete(watched_artist).where(watched_artist.c.user_id == user_id, watched_artist.c.id == pk)
    return (await conn.execute(gone)).rowcount > 0


async def note(
    conn: AsyncConnection,
    user_id: UserId,
    artist: WatchedArtist,
    source: str,
    listed: Sequence[SeenRelease],
    since: int,
) -> list[WatchedRelease]:
    """Keep what ``source`` lists of an artist, and that it was asked; those that are new, which must be told now.

    New is what neither service has listed before, after the first reading, and which came out in the year ``since`` or later,
    or nobody knows when. What was told under the other service's id gets this one's id beside it.
    """
    now, first = instant(), getattr(artist, f"{source}_at") is None
    held = (await conn.execute(select(watched_release).where(watched_release.c.artist_pk == artist.pk))).all()
    keys = {row.release_key for row in held if row.source == source}
    titles = {row.title_key: row for row in held}
    fresh: list[int] = []
    for each in listed:
        if each.key in keys:
            continue
        keys.add(each.key)
        told = titles.get(each.title_key)
        if told is not None:
            await _add_ids(conn, told, each)
        is_old = each.released[:4].isdigit() and int(each.released[:4]) < since
        is_new = not first and told is None and not is_old
        row = {
            "user_id": user_id,
            "artist_pk": artist.pk,
            "source": source,
            "release_key": storable(each.key),
            "title": storable(each.title),
            "title_key": storable(each.title_key),
            "released": storable(each.released),
            "kind": storable(each.kind),
            "about": storable(each.about),
            "release_id": each.release_id,
            "spotify_id": each.spotify_id,
            "state": ReleaseState.NEW if is_new else ReleaseState.KNOWN,
            "told_at": now if is_new else None,
            "seen_at": now,
        }
        stored = await conn.execute(insert(watched_release).values(**row).returning(*watched_release.c))
        titles.setdefault(each.title_key, stored.one())
        if is_new:
            fresh.append(titles[each.title_key].id)
    asked = update(watched_artist).where(watched_artist.c.id == artist.pk)
    await conn.execute(asked.values({f"{source}_at": now}))
    return await some(conn, user_id, fresh)


async def trouble(conn: AsyncConnection, pk: int, said: str | None) -> None:
    """Keep why a service could not be asked for an artist; None: all could."""
    told = storable(said) if said else None
    await conn.execute(update(watched_artist).where(watched_artist.c.id == pk).values(trouble=told))


async def releases(
    conn: AsyncConnection, user_id: UserId, states: Collection[ReleaseState], *, limit: int = 100, offset: int = 0
) -> tuple[list[WatchedRelease], int]:
    """Releases in these states, those told last first, and how many there are."""
    where = [watched_release.c.user_id == user_id, watched_release.c.state.in_([str(state) for state in states])]
    rows = _listed().where(*where).order_by(watched_release.c.told_at.desc(), watched_release.c.id.desc())
    total = (await conn.execute(select(func.count()).select_from(watched_release).where(*where))).scalar_one()
    return [_release(row) for row in (await conn.execute(rows.limit(limit).offset(offset))).all()], total


async def some(conn: AsyncConnection, user_id: UserId, pks: Sequence[int]) -> list[WatchedRelease]:
    """These releases, in the order given; what is gone is left out."""
    rows = _listed().where(watched_release.c.user_id == user_id, watched_release.c.id.in_(list(pks)))
    found = {row.id: _release(row) for row in (await conn.execute(rows)).all()}
    return [found[pk] for pk in pks if pk in found]


async def settle(conn: AsyncConnection, user_id: UserId, pk: int, state: ReleaseState) -> bool:
    """What a person does with a release; False if there is none."""
    mine = (watched_release.c.user_id == user_id, watched_release.c.id == pk)
    return (await conn.execute(update(watched_release).where(*mine).values(state=state))).rowcount > 0


async def _add_ids(conn: AsyncConnection, told: Row[Any], each: SeenRelease) -> None:
    values = {
        name: given
        for name, given in (("release_id", each.release_id), ("spotify_id", each.spotify_id))
        if given is not None and getattr(told, name) is None
    }
    if values:
        await conn.execute(update(watched_release).where(watched_release.c.id == told.id).values(**values))


async def _one(conn: AsyncConnection, user_id: UserId, pk: int) -> WatchedArtist:
    return next(each for each in await artists(conn, user_id) if each.pk == pk)


def _listed() -> Any:
    columns = [watched_release.c.id, watched_release.c.release_key, *(watched_release.c[name] for name in _RELEASE)]
    joined = watched_release.join(watched_artist, watched_artist.c.id == watched_release.c.artist_pk)
    return select(*columns, watched_artist.c.name.label("artist")).select_from(joined)


def _artist(row: Row[Any]) -> WatchedArtist:
    return WatchedArtist(pk=row.id, new=row.new, **{name: getattr(row, name) for name in _ARTIST})


def _release(row: Row[Any]) -> WatchedRelease:
    told: dict[str, Any] = {name: getattr(row, name) for name in _RELEASE}
    told |= {"pk": row.id, "key": row.release_key, "artist": row.artist, "state": ReleaseState(row.state)}
    return WatchedRelease(**told)
