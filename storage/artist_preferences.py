"""Which releases of artists are wanted in step: the ``artist_preference`` table (harmony-contract.md section 15)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import storable
from storage.tables import artist_preference
from storage.values import ArtistPreference, UserId


async def every(conn: AsyncConnection, user_id: UserId) -> list[ArtistPreference]:
    """All of the user, by artist id, then release id."""
    return await _found(conn, user_id, None)


async def of_artist(conn: AsyncConnection, user_id: UserId, artist_id: str) -> list[ArtistPreference]:
    """Those for one artist, by release id."""
    return await _found(conn, user_id, artist_id)


async def put(conn: AsyncConnection, user_id: UserId, wanted: Sequence[ArtistPreference]) -> None:
    """Store these; of several for one pair the first counts, pairs that are not named stay."""
    stored: dict[tuple[str, str], ArtistPreference] = {}
    for each in wanted:
        stored.setdefault((storable(each.artist_id), storable(each.release_id)), each)
    for (artist_id, release_id), each in stored.items():
        row = inserting(conn.dialect)(artist_preference).values(
            user_id=user_id, artist_id=artist_id, release_id=release_id, selected=each.selected
        )
        await conn.execute(
            row.on_conflict_do_update(
                index_elements=["user_id", "artist_id", "release_id"], set_={"selected": each.selected}
            )
        )


async def clear(conn: AsyncConnection, user_id: UserId) -> None:
    """Forget all of the user."""
    await conn.execute(delete(artist_preference).where(artist_preference.c.user_id == user_id))


async def _found(conn: AsyncConnection, user_id: UserId, artist_id: str | None) -> list[ArtistPreference]:
    rows = select(artist_preference.c.artist_id, artist_preference.c.release_id, artist_preference.c.selected).where(
        artist_preference.c.user_id == user_id
    )
    if artist_id is not None:
        rows = rows.where(artist_preference.c.artist_id == artist_id)
    rows = rows.order_by(artist_preference.c.artist_id, artist_preference.c.release_id)
    return [ArtistPreference(*row) for row in (await conn.execute(rows)).all()]
