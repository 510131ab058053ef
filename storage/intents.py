"""Writes to an upstream that must not be repeated: recorded before, settled after (discogs-api.md 4.4)."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.documents import pack, storable, unpack
from storage.instants import instant
from storage.tables import intent
from storage.values import InstanceId, Intent, IntentState, RecordPk, ReleaseId, UserId

_NAMES = [field.name for field in fields(Intent)]
_COLUMNS = [intent.c[name] for name in _NAMES]


def _intent(row: Row[Any]) -> Intent:
    found = dict(zip(_NAMES, row, strict=True))
    found["known_instances"] = tuple(unpack(found["known_instances"]))
    found["state"] = IntentState(found["state"])
    return Intent(**found)


async def record(
    conn: AsyncConnection,
    user_id: UserId,
    kind: str,
    release_id: ReleaseId,
    *,
    record_pk: RecordPk | None = None,
    folder_id: int | None = None,
    known_instances: Collection[int] = (),
) -> Intent:
    """Record a write before it is sent. ``known_instances`` are those that exist before, so that a new one shows."""
    now = instant()
    held = Intent(
        id=str(uuid.uuid4()),
        user_id=user_id,
        kind=kind,
        release_id=release_id,
        record_pk=record_pk,
        folder_id=folder_id,
        known_instances=tuple(known_instances),
        created_at=now,
    )
    await conn.execute(
        insert(intent).values(
            id=held.id,
            user_id=user_id,
            kind=kind,
            release_id=release_id,
            record_pk=record_pk,
            folder_id=folder_id,
            known_instances=pack(held.known_instances),
            state=held.state,
            created_at=now,
            updated_at=now,
        )
    )
    return held


async def confirm(conn: AsyncConnection, intent_id: str, instance_id: InstanceId | None) -> None:
    """The write happened; ``instance_id`` is what it made."""
    settled = {"state": IntentState.CONFIRMED, "instance_id": instance_id, "updated_at": instant()}
    await conn.execute(update(intent).where(intent.c.id == intent_id).values(**settled))


async def fail(conn: AsyncConnection, intent_id: str, message: str) -> None:
    """The write is proven not to have happened."""
    settled = {"state": IntentState.FAILED, "message": storable(message), "updated_at": instant()}
    await conn.execute(update(intent).where(intent.c.id == intent_id).values(**settled))


async def unsettled(
    conn: AsyncConnection, user_id: UserId, *, kind: str | None = None, release_id: ReleaseId | None = None
) -> list[Intent]:
    """Writes that were recorded and whose outcome is not known, oldest first."""
    found = select(*_COLUMNS).where(intent.c.user_id == user_id, intent.c.state == IntentState.RECORDED)
    if kind is not None:
        found = found.where(intent.c.kind == kind)
    if release_id is not None:
        found = found.where(intent.c.release_id == release_id)
    return [_intent(row) for row in (await conn.execute(found.order_by(intent.c.created_at, intent.c.id))).all()]


async def get(conn: AsyncConnection, intent_id: str) -> Intent | None:
    """The intent with that id."""
    row = (await conn.execute(select(*_COLUMNS).where(intent.c.id == intent_id))).one_or_none()
    return None if row is None else _intent(row)
