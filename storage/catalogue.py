"""Releases met through the API, kept whole. Connections come from ``read_catalogue`` and ``write_catalogue``."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.dialect import inserting
from storage.documents import storable
from storage.instants import instant
from storage.tables import release
from storage.values import CatalogueRelease, Document, ReleaseId

_CHUNK = 500


async def put(
    conn: AsyncConnection,
    release_id: ReleaseId,
    detail: Document,
    *,
    artist: str,
    title: str,
    year: int | None = None,
    fetched_at: str | None = None,
) -> None:
    """Keep a release's answer in place of an older one."""
    values: dict[str, Any] = {
        "artist": storable(artist),
        "title": storable(title),
        "year": year,
        "detail": zlib.compress(json.dumps(detail, separators=(",", ":")).encode(), 6),
        "fetched_at": fetched_at or instant(),
    }
    stored = inserting(conn.dialect)(release).values(release_id=release_id, **values)
    await conn.execute(stored.on_conflict_do_update(index_elements=["release_id"], set_=values))


async def get(conn: AsyncConnection, release_id: ReleaseId) -> CatalogueRelease | None:
    """The kept answer for a release."""
    return (await get_many(conn, [release_id])).get(release_id)


async def get_many(conn: AsyncConnection, release_ids: Collection[ReleaseId]) -> dict[ReleaseId, CatalogueRelease]:
    """The kept answers for those of these releases that were met before."""
    wanted = list(release_ids)
    columns = (release.c.release_id, release.c.detail, release.c.fetched_at)
    found: dict[ReleaseId, CatalogueRelease] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = select(*columns).where(release.c.release_id.in_(wanted[start : start + _CHUNK]))
        found.update((held.release_id, held) for held in map(_release, (await conn.execute(chunk)).all()))
    return found


def _release(row: Sequence[Any]) -> CatalogueRelease:
    return CatalogueRelease(row[0], json.loads(zlib.decompress(row[1])), row[2])
