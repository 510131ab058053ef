"""The tokens of listeners' access to Spotify: replaced whole, in one step."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.instants import instant
from storage.tables import connection, spotify_access
from storage.values import SpotifyAccess, UserId

_COLUMNS = (
    spotify_access.c.seed,
    spotify_access.c.tokens,
    spotify_access.c.scopes,
    spotify_access.c.authorized_at,
    spotify_access.c.expires_at,
    spotify_access.c.renewed_at,
    spotify_access.c.is_dead,
)


async def get(conn: AsyncConnection, user_id: UserId) -> SpotifyAccess | None:
    """The user's tokens, None if there are none yet."""
    row = (await conn.execute(select(*_COLUMNS).where(spotify_access.c.user_id == user_id))).one_or_none()
    return None if row is None else SpotifyAccess(*row)


async def keep(conn: AsyncConnection, user_id: UserId, access: SpotifyAccess) -> None:
    """Store the tokens in place of those before."""
    values = {
        "seed": access.seed,
        "tokens": access.tokens,
        "scopes": access.scopes,
        "authorized_at": access.authorized_at,
        "expires_at": access.expires_at,
        "renewed_at": access.renewed_at,
        "is_dead": access.is_dead,
        "updated_at": instant(),
    }
    stored = inserting(conn.dialect)(spotify_access).values(user_id=user_id, **values)
    await conn.execute(stored.on_conflict_do_update(index_elements=["user_id"], set_=values))


async def forget(conn: AsyncConnection, user_id: UserId) -> None:
    """Forget the user's tokens."""
    await conn.execute(delete(spotify_access).where(spotify_access.c.user_id == user_id))


async def listeners(conn: AsyncConnection) -> list[UserId]:
    """Every user who has connected Spotify, those whose access is dead included, in a fixed order."""
    found = select(connection.c.user_id).where(connection.c.service == "spotify").order_by(connection.c.user_id)
    return [UserId(user_id) for (user_id,) in (await conn.execute(found)).all()]
