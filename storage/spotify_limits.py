"""How an app may use Spotify: what it may call at all, how much it called, and until when it must keep still."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import storable
from storage.tables import spotify_call, spotify_capability, spotify_pause
from storage.values import CapabilityRow, CapabilityState, SpotifyPause, UserId


async def capabilities(conn: AsyncConnection, user_id: UserId, client_id: str, account: str) -> list[CapabilityRow]:
    """What is known of the capabilities of this app for this account, by name."""
    columns = spotify_capability.c
    found = (
        select(columns.name, columns.state, columns.checked_at, columns.evidence)
        .where(columns.user_id == user_id, columns.client_id == client_id, columns.account == account)
        .order_by(columns.name)
    )
    rows = (await conn.execute(found)).all()
    return [CapabilityRow(name, CapabilityState(state), at, evidence) for name, state, at, evidence in rows]


async def learn(conn: AsyncConnection, user_id: UserId, client_id: str, account: str, row: CapabilityRow) -> None:
    """Keep what an answer showed. What was learned with other client ids is forgotten."""
    columns = spotify_capability.c
    await conn.execute(delete(spotify_capability).where(columns.user_id == user_id, columns.client_id != client_id))
    values = {"state": row.state, "checked_at": row.checked_at, "evidence": storable(row.evidence)}
    stored = inserting(conn.dialect)(spotify_capability).values(
        user_id=user_id, client_id=client_id, account=account, name=row.name, **values
    )
    key = ["user_id", "client_id", "account", "name"]
    await conn.execute(stored.on_conflict_do_update(index_elements=key, set_=values))


async def unlearn_scopes(conn: AsyncConnection, user_id: UserId) -> None:
    """Forget what an earlier sign-in did not cover."""
    columns = spotify_capability.c
    missing = columns.state == CapabilityState.SCOPE_MISSING
    await conn.execute(delete(spotify_capability).where(columns.user_id == user_id, missing))


async def unlearn(conn: AsyncConnection, user_id: UserId) -> None:
    """Forget what was learned with this user's access."""
    await conn.execute(delete(spotify_capability).where(spotify_capability.c.user_id == user_id))


async def pause(conn: AsyncConnection, client_id: str) -> SpotifyPause | None:
    """Until when the app must keep still, as last told; it may be over."""
    columns = spotify_pause.c
    found = select(columns.blocked_until, columns.reason, columns.kind, columns.begun_at)
    row = (await conn.execute(found.where(columns.client_id == client_id))).one_or_none()
    return None if row is None else SpotifyPause(*row)


async def keep_pause(conn: AsyncConnection, client_id: str, held: SpotifyPause) -> None:
    """The app must keep still; an end that is later than this one stays."""
    values = {
        "blocked_until": held.blocked_until,
        "reason": held.reason,
        "kind": held.kind,
        "begun_at": held.begun_at,
    }
    stored = inserting(conn.dialect)(spotify_pause).values(client_id=client_id, **values)
    later = spotify_pause.c.blocked_until < held.blocked_until
    await conn.execute(stored.on_conflict_do_update(index_elements=["client_id"], set_=values, where=later))


async def end_pause(conn: AsyncConnection, client_id: str) -> None:
    """The app may ask again."""
    await conn.execute(delete(spotify_pause).where(spotify_pause.c.client_id == client_id))


async def count(conn: AsyncConnection, client_id: str, hour: int, calls: Mapping[str, int], *, keep_from: int) -> None:
    """Add what was called in ``hour`` by kind; hours before ``keep_from`` are forgotten."""
    for kind, number in calls.items():
        stored = inserting(conn.dialect)(spotify_call).values(client_id=client_id, kind=kind, hour=hour, calls=number)
        added = {"calls": spotify_call.c.calls + stored.excluded.calls}
        await conn.execute(stored.on_conflict_do_update(index_elements=["client_id", "kind", "hour"], set_=added))
    await conn.execute(delete(spotify_call).where(spotify_call.c.hour < keep_from))


async def counted(conn: AsyncConnection, client_id: str, *, since: int) -> dict[str, int]:
    """How often the app called since that hour (inclusive), by kind."""
    columns = spotify_call.c
    found = (
        select(columns.kind, func.sum(columns.calls))
        .where(columns.client_id == client_id, columns.hour >= since)
        .group_by(columns.kind)
    )
    return {kind: int(calls) for kind, calls in (await conn.execute(found)).all()}
